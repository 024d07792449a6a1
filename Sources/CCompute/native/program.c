// Programs: their check, and making them ready for the interpreter of program.inc.h.
#include "program.h"

#include "../backend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition, ...)                                                                                                       \
    do {                                                                                                                              \
        if (!(condition)) return cc_fail(error, CC_BAD_ARGUMENT, 0, __VA_ARGS__);                                                     \
    } while (0)

enum { most_instructions = 65536, most_power = 1024 };

static int operands(int32_t opcode) {
    if (opcode <= CC_OP_DATA) return 0;
    if (opcode <= CC_OP_SIGN || opcode == CC_OP_INTEGER_POWER) return 1;
    return 2;
}

cc_status cc_program_check(const cc_program *p, int32_t equations, int32_t dimension, cc_error *error) {
    REQUIRE(p && p->code && p->residuals && p->partials, "A program needs code, residuals and partials.");
    REQUIRE(p->instructions >= 1 && p->instructions <= most_instructions, "A program has 1 to %d instructions, not %d.", most_instructions,
            p->instructions);
    REQUIRE(p->values >= 0 && p->values <= p->instructions, "The first %d of a program's %d instructions cannot suffice for its residuals.", p->values,
            p->instructions);
    REQUIRE(p->constants_count >= 0 && (p->constants || p->constants_count == 0), "A program of %d constants needs them.", p->constants_count);
    REQUIRE(p->components >= 0 && p->parameters >= 0 && p->arrays >= 0, "A program has %d components, %d parameters and %d arrays; none may be negative.",
            p->components, p->parameters, p->arrays);
    for (int32_t i = 0; i < p->constants_count; i++) REQUIRE(!isnan(p->constants[i]), "Constant %d of a program is not a number.", i);
    for (int32_t k = 0; k < p->instructions; k++) {
        const cc_instruction *at = &p->code[k];
        REQUIRE(at->opcode >= CC_OP_CONSTANT && at->opcode <= CC_OP_INTEGER_POWER, "Instruction %d has no operation %d.", k, at->opcode);
        const int count = operands(at->opcode);
        if (count == 0) {
            static const char *const names[] = {"constant", "coordinate", "component", "parameter", "array"};
            const int32_t most[] = {p->constants_count, dimension, p->components, p->parameters, p->arrays};
            REQUIRE(at->left >= 0 && at->left < most[at->opcode], "Instruction %d names %s %d of %d.", k, names[at->opcode], at->left, most[at->opcode]);
            continue;
        }
        REQUIRE(at->left >= 0 && at->left < k, "Instruction %d reads register %d, which is not before it.", k, at->left);
        REQUIRE(count < 2 || (at->right >= 0 && at->right < k), "Instruction %d reads register %d, which is not before it.", k, at->right);
        REQUIRE(at->opcode != CC_OP_INTEGER_POWER || (at->right >= -most_power && at->right <= most_power),
                "Instruction %d raises to the power %d, which is not within ±%d.", k, at->right, most_power);
    }
    for (int32_t e = 0; e < equations; e++)
        REQUIRE(p->residuals[e] >= 0 && p->residuals[e] < p->values, "Residual %d of a program is register %d of the %d that are its values.", e,
                p->residuals[e], p->values);
    for (int64_t i = 0; i < (int64_t)equations * ((int64_t)p->components + p->parameters); i++)
        REQUIRE(p->partials[i] >= -1 && p->partials[i] < p->instructions, "A partial derivative of a program is register %d of %d.", p->partials[i],
                p->instructions);
    return CC_OK;
}

// MARK: Making ready

/// What is known of the registers while listings are made.
typedef struct registers {
    net_operand *where;
    bool *needed;
    int32_t *last;         // the last operation that reads it
    int32_t *spare;        // rows that are free
} registers;

static void need(const cc_program *p, bool *needed) {
    for (int32_t k = p->instructions - 1; k >= 0; k--) {
        if (!needed[k]) continue;
        const int count = operands(p->code[k].opcode);
        if (count > 0) needed[p->code[k].left] = true;
        if (count > 1) needed[p->code[k].right] = true;
    }
}

/// Operations of the needed registers that lie nowhere yet, in rows that are taken again once nobody reads them.
static bool list(const cc_program *p, net_listing *listing, registers *r, const int32_t *outputs, int64_t outputs_count) {
    int32_t free_rows = 0;
    memset(r->needed, 0, (size_t)p->instructions * sizeof(bool));
    for (int64_t i = 0; i < outputs_count; i++)
        if (outputs[i] >= 0) r->needed[outputs[i]] = true;
    need(p, r->needed);
    for (int32_t k = 0; k < p->instructions; k++) {
        r->last[k] = -1;
        if (!r->needed[k] || r->where[k].place != NET_NOWHERE) continue;
        listing->operations++;
        r->last[p->code[k].left] = k;
        if (operands(p->code[k].opcode) > 1) r->last[p->code[k].right] = k;
    }
    for (int64_t i = 0; i < outputs_count; i++)
        if (outputs[i] >= 0) r->last[outputs[i]] = p->instructions;
    if (!(listing->operation = calloc((size_t)listing->operations + 1, sizeof *listing->operation))) return false;
    net_operation *next = listing->operation;
    for (int32_t k = 0; k < p->instructions; k++) {
        if (!r->needed[k] || r->where[k].place != NET_NOWHERE) continue;
        const cc_instruction *at = &p->code[k];
        const bool two = operands(at->opcode) > 1;
        *next = (net_operation){ .opcode = at->opcode, .left = r->where[at->left], .right = two ? r->where[at->right] : (net_operand){ NET_NOWHERE, at->right } };
        if (next->left.place == NET_ROW && r->last[at->left] == k) r->spare[free_rows++] = next->left.index;
        if (two && at->right != at->left && next->right.place == NET_ROW && r->last[at->right] == k) r->spare[free_rows++] = next->right.index;
        next->to = r->where[k] = (net_operand){ NET_ROW, free_rows > 0 ? r->spare[--free_rows] : listing->rows++ };
        next++;
    }
    return true;
}

/// Places of everything that is no operation over points; the uniform operations.
static bool place(net_program *n, registers *r) {
    const cc_program *p = &n->given;
    n->uniforms = p->constants_count + p->parameters;
    if (!(n->uniform.operation = calloc((size_t)p->instructions, sizeof *n->uniform.operation))) return false;
    for (int32_t k = 0; k < p->instructions; k++) {
        const cc_instruction *at = &p->code[k];
        const int count = operands(at->opcode);
        net_operand *to = &r->where[k];
        switch (at->opcode) {
        case CC_OP_CONSTANT: *to = (net_operand){ NET_UNIFORM, at->left }; break;
        case CC_OP_PARAMETER: *to = (net_operand){ NET_UNIFORM, p->constants_count + at->left }; break;
        case CC_OP_COMPONENT: *to = (net_operand){ NET_COMPONENT, at->left }; break;
        case CC_OP_DATA: *to = (net_operand){ NET_DATA, at->left }; break;
        case CC_OP_COORDINATE:
            *to = (net_operand){ NET_COORDINATE, 0 };
            while (to->index < n->coordinates && n->coordinate[to->index] != at->left) to->index++;
            if (to->index == n->coordinates) n->coordinate[n->coordinates++] = at->left;
            break;
        default:
            if (r->where[at->left].place != NET_UNIFORM || (count > 1 && r->where[at->right].place != NET_UNIFORM)) break;
            *to = (net_operand){ NET_UNIFORM, n->uniforms++ };
            n->uniform.operation[n->uniform.operations++] = (net_operation){
                .opcode = at->opcode, .to = *to, .left = r->where[at->left],
                .right = count > 1 ? r->where[at->right] : (net_operand){ NET_NOWHERE, at->right },
            };
        }
    }
    return true;
}

static void *copied(const void *from, size_t bytes) {
    void *to = malloc(bytes > 0 ? bytes : 1);
    if (to && bytes > 0) memcpy(to, from, bytes);
    return to;
}

net_program *net_program_create(const cc_program *given, int32_t equations) {
    net_program *n = calloc(1, sizeof *n);
    if (!n) return NULL;
    const size_t instructions = (size_t)given->instructions;
    n->given = *given;
    n->equations = equations;
    n->columns = given->components + given->parameters;
    const int64_t partials = (int64_t)equations * n->columns;
    n->given.code = copied(given->code, instructions * sizeof *given->code);
    n->given.constants = copied(given->constants, (size_t)given->constants_count * sizeof(double));
    n->given.residuals = copied(given->residuals, (size_t)equations * sizeof(int32_t));
    n->given.partials = copied(given->partials, (size_t)partials * sizeof(int32_t));
    n->coordinate = calloc(instructions, sizeof(int32_t));
    n->residuals = calloc(2 * (size_t)equations, sizeof *n->residuals);
    n->partials = calloc((size_t)partials + 1, sizeof *n->partials);
    registers r = {
        .where = calloc(instructions, sizeof(net_operand)), .needed = calloc(instructions, sizeof(bool)),
        .last = calloc(instructions, sizeof(int32_t)), .spare = calloc(instructions, sizeof(int32_t)),
    };
    int32_t *outputs = calloc((size_t)(equations + partials), sizeof(int32_t));
    bool done = n->given.code && n->given.constants && n->given.residuals && n->given.partials && n->coordinate && n->residuals && n->partials && r.where
        && r.needed && r.last && r.spare && outputs && place(n, &r);
    if (done) {
        memcpy(outputs, n->given.residuals, (size_t)equations * sizeof(int32_t));
        memcpy(outputs + equations, n->given.partials, (size_t)partials * sizeof(int32_t));
        done = list(&n->given, &n->values, &r, outputs, equations);
    }
    if (done) {
        for (int32_t e = 0; e < equations; e++) n->residuals[e] = r.where[outputs[e]];
        for (size_t k = 0; k < instructions; k++)
            if (r.where[k].place == NET_ROW) r.where[k].place = NET_NOWHERE;
        done = list(&n->given, &n->all, &r, outputs, equations + partials);
    }
    if (done) {
        for (int32_t e = 0; e < equations; e++) n->residuals[equations + e] = r.where[outputs[e]];
        for (int64_t i = 0; i < partials; i++)
            if (outputs[equations + i] >= 0) n->partials[i] = r.where[outputs[equations + i]];
    }
    free(r.where);
    free(r.needed);
    free(r.last);
    free(r.spare);
    free(outputs);
    if (done) return n;
    net_program_destroy(n);
    return NULL;
}

void net_program_destroy(net_program *n) {
    if (!n) return;
    free((void *)n->given.code);
    free((void *)n->given.constants);
    free((void *)n->given.residuals);
    free((void *)n->given.partials);
    free(n->coordinate);
    free(n->uniform.operation);
    free(n->values.operation);
    free(n->all.operation);
    free(n->residuals);
    free(n->partials);
    free(n);
}

uint64_t net_program_bytes(const net_program *n) {
    const uint64_t instructions = (uint64_t)n->given.instructions, cells = (uint64_t)n->equations * (uint64_t)(n->columns + 3);
    return sizeof *n + instructions * (sizeof(cc_instruction) + sizeof(int32_t) + sizeof(net_operation))
        + (uint64_t)(n->values.operations + n->all.operations) * sizeof(net_operation) + cells * (sizeof(net_operand) + sizeof(int32_t))
        + (uint64_t)n->given.constants_count * sizeof(double);
}
