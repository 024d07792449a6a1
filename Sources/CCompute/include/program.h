/// Residuals as programs: straight-line code over the quantities of one collocation point, for every backend.
///
/// A program is in static single assignment: instruction k writes register k, and its operands are registers before k. The
/// native path runs it over blocks of points, operation by operation, and so do OpenCL devices that are processors: there an equation of operations
/// and derivatives like those of another one compiles nothing. GPUs, and ensembles on any OpenCL device, run C printed from it.
#ifndef RESIDUA_PROGRAM_H
#define RESIDUA_PROGRAM_H

#include "compute.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cc_opcode {
    CC_OP_CONSTANT = 0,    ///< constants[left]
    CC_OP_COORDINATE,      ///< coordinate `left` of the point
    CC_OP_COMPONENT,       ///< component `left` of the point, numbered [field][use]
    CC_OP_PARAMETER,       ///< trainable parameter `left` of the equation, the same for all points
    CC_OP_DATA,            ///< element of data array `left` that belongs to the point
    CC_OP_NEGATE, CC_OP_SIN, CC_OP_COS, CC_OP_TAN, CC_OP_TANH, CC_OP_SINH, CC_OP_COSH, CC_OP_EXP, CC_OP_LOG, CC_OP_SQRT, CC_OP_ABS,
    CC_OP_SIGN,            ///< −1, 0 or 1
    CC_OP_ADD, CC_OP_SUBTRACT, CC_OP_MULTIPLY, CC_OP_DIVIDE, CC_OP_POWER, CC_OP_ATAN2, CC_OP_MIN, CC_OP_MAX,
    CC_OP_INTEGER_POWER,   ///< left to the power `right`, a whole number −1024…1024 and no register; by multiplications
} cc_opcode;

typedef struct cc_instruction {
    int32_t opcode;        ///< cc_opcode
    int32_t left, right;   ///< registers, or what the opcode says
} cc_instruction;

/// Values of E residuals of a point, and their derivatives.
typedef struct cc_program {
    int32_t instructions;          ///< 1…65536
    const cc_instruction *code;
    int32_t values;                ///< the first `values` instructions suffice for the residuals
    int32_t constants_count;
    const double *constants;
    int32_t components, parameters, arrays;   ///< how many of each the code may name
    const int32_t *residuals;      ///< [equations] registers
    /// [equations][components + parameters] registers, −1 where the derivative vanishes everywhere.
    const int32_t *partials;
} cc_program;

/// Checks every index and limit of a program.
cc_status cc_program_check(const cc_program *program, int32_t equations, int32_t dimension, cc_error *error);

#ifdef __cplusplus
}
#endif
#endif
