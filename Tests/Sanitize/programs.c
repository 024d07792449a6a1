// Programs that are not sound: every index and limit is refused, by the check alone and by plans.
#include "terms.h"

#include <math.h>
#include <string.h>

static void refuse(const case_term *good, int wrong) {
    case_term c = *good;
    cc_program p = good->program;
    cc_instruction *const last = &c.code[p.instructions - 1];
    p.code = c.code;
    p.constants = c.constants;
    p.residuals = c.residuals;
    p.partials = c.partials;
    switch (wrong) {
    case 0: p.instructions = 0; break;
    case 1: p.instructions = 65537; break;
    case 2: p.values = p.instructions + 1; break;
    case 3: p.values = -1; break;
    case 4: p.constants = NULL; break;
    case 5: p.constants_count = -1; break;
    case 6: p.components = -1; break;
    case 7: c.constants[0] = NAN; break;
    case 8: last->opcode = CC_OP_INTEGER_POWER + 1; break;
    case 9: last->opcode = -1; break;
    case 10: last->left = p.instructions - 1; break;
    case 11: last->right = -1; break;
    case 12: *last = (cc_instruction){CC_OP_INTEGER_POWER, 0, 1025}; break;
    case 13: *last = (cc_instruction){CC_OP_INTEGER_POWER, -1, 2}; break;
    case 14: *last = (cc_instruction){CC_OP_COORDINATE, dimension, 0}; break;
    case 15: *last = (cc_instruction){CC_OP_DATA, 1, 0}; break;
    case 16: c.residuals[0] = p.instructions; break;
    case 17: c.residuals[0] = -1; break;
    case 18: c.partials[0] = p.instructions; break;
    case 19: c.partials[0] = -2; break;
    case 20: p.code = NULL; break;
    default: p.partials = NULL;
    }
    cc_error error;
    expect(cc_program_check(&p, 1, dimension, &error) == CC_BAD_ARGUMENT, "program %d is taken for sound", wrong);
    static const int32_t widths[] = {dimension, 3, 1};
    const cc_network network = {2, widths, CC_TANH, 1, NULL, NULL};
    const cc_plan_options options = {CC_F32, NULL, trainable};
    cc_term term = good->term;
    term.program = &p;
    cc_plan *plan = NULL;
    expect_status(cc_plan_create(&network, &options, 1, &term, &plan, &error), CC_BAD_ARGUMENT, &error, "cc_plan_create");
}

void call_programs(numbers *n) {
    case_term c;
    cc_error error;
    describe(&c, 3, CC_F32, 3, n);
    become_program(&c, trainable);
    expect_status(cc_program_check(&c.program, 1, dimension, &error), CC_OK, &error, "cc_program_check");
    expect(cc_program_check(NULL, 1, dimension, NULL) == CC_BAD_ARGUMENT, "no program is taken for sound");
    for (int wrong = 0; wrong < 22; wrong++) refuse(&c, wrong);
    free_case(&c);
}
