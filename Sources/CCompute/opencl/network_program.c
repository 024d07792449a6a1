/// Residuals as tables for Kernels/network_program.clh, where equations are data and not text.
#include <string.h>

#include "../native/program.h"
#include "network_plan.h"

/// Operations that the text knows, by their numbers; the first ones always, so that most equations share one text.
static const struct {
    cc_opcode opcode;
    const char *name;
    bool always;
} operations[] = {
    {CC_OP_ADD, "ADD", true},         {CC_OP_SUBTRACT, "SUBTRACT", true}, {CC_OP_MULTIPLY, "MULTIPLY", true},
    {CC_OP_DIVIDE, "DIVIDE", true},   {CC_OP_NEGATE, "NEGATE", true},     {CC_OP_INTEGER_POWER, "INTEGER_POWER", true},
    {CC_OP_SIN, "SIN", true},         {CC_OP_COS, "COS", true},           {CC_OP_EXP, "EXP", true},
    {CC_OP_TAN, "TAN", false},        {CC_OP_TANH, "TANH", true},        {CC_OP_SINH, "SINH", false},
    {CC_OP_COSH, "COSH", false},      {CC_OP_LOG, "LOG", false},          {CC_OP_SQRT, "SQRT", true},
    {CC_OP_ABS, "ABS", true},        {CC_OP_SIGN, "SIGN", true},        {CC_OP_POWER, "POWER", false},
    {CC_OP_ATAN2, "ATAN2", false},    {CC_OP_MIN, "MIN", true},          {CC_OP_MAX, "MAX", true},
};

/// The places of network_program.clh.
static int32_t place_of(net_operand operand) {
    switch (operand.place) {
    case NET_ROW: return 1;
    case NET_UNIFORM: return 2;
    case NET_COMPONENT: return 3;
    case NET_DATA: return 4;
    case NET_COORDINATE: return 5;
    default: return 0;
    }
}

static void add_operand(net_list *ints, const net_program *program, net_operand operand) {
    net_add_int(ints, place_of(operand));
    net_add_int(ints, operand.place == NET_COORDINATE ? program->coordinate[operand.index] : operand.index);
}

static void add_operands(net_list *ints, const net_program *program, const net_operand *operand, int64_t count) {
    for (int64_t i = 0; i < count; i++) add_operand(ints, program, operand[i]);
}

static int32_t add_listing(net_list *ints, const net_program *program, const net_listing *listing) {
    const int32_t first = (int32_t)ints->count;
    for (int32_t k = 0; k < listing->operations; k++) {
        const net_operation *o = &listing->operation[k];
        net_add_int(ints, o->opcode);
        net_add_int(ints, o->to.index);
        add_operand(ints, program, o->left);
        add_operand(ints, program, o->right);
    }
    return first;
}

static int32_t more_rows(const net_program *program) {
    return program->values.rows > program->all.rows ? program->values.rows : program->all.rows;
}

bool net_place_program(ocl_plan *plan, network_term *t, const cc_term *given) {
    net_program *program = net_program_create(given->program, given->equations);
    if (!program) return false;
    net_list *ints = &plan->ints;
    const net_listing *listing[3] = {&program->uniform, &program->values, &program->all};
    const cc_program *p = &program->given;
    int32_t head[11];
    for (int i = 0; i < 3; i++) {
        head[2 * i] = listing[i]->operations;
        head[2 * i + 1] = add_listing(ints, program, listing[i]);
    }
    head[6] = (int32_t)ints->count;
    add_operands(ints, program, program->residuals, 2 * (int64_t)program->equations);
    head[7] = (int32_t)ints->count;
    add_operands(ints, program, program->partials, (int64_t)program->equations * program->columns);
    head[8] = p->constants_count;
    head[9] = net_add_reals(&plan->reals, p->constants, p->constants_count);
    head[10] = p->parameters;
    t->program = (int32_t)ints->count;
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) net_add_int(ints, head[i]);
    const int32_t rows = more_rows(program) + given->equations;
    const int64_t elements = (int64_t)rows * t->point_stride;
    if (elements > plan->program_elements) plan->program_elements = elements;
    if (program->uniforms > plan->program_uniforms) plan->program_uniforms = program->uniforms;
    t->program_rows = more_rows(program);
    net_program_destroy(program);
    return true;
}

void net_print_operations(ocl_text *text, int32_t terms, const cc_term *term) {
    bool used[CC_OP_INTEGER_POWER + 1] = {false};
    for (int32_t i = 0; i < terms; i++)
        for (int32_t k = 0; k < term[i].program->instructions; k++) used[term[i].program->code[k].opcode] = true;
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        if (operations[i].always || used[operations[i].opcode]) ocl_print(text, "#define OP_%s %d\n", operations[i].name, (int)operations[i].opcode);
}
