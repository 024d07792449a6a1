/// Programs made ready for blocks of points: dead code gone, what is the same for all points apart, registers in few rows.
#ifndef RESIDUA_NATIVE_PROGRAM_H
#define RESIDUA_NATIVE_PROGRAM_H

#include "../include/program.h"

/// Where an operand or a result lies.
typedef enum net_place {
    NET_NOWHERE,       ///< vanishes everywhere
    NET_ROW,           ///< row `index` of the registers
    NET_UNIFORM,       ///< slot `index`, the same for all points: constants, then parameters, then what is computed from them
    NET_COMPONENT,
    NET_DATA,
    NET_COORDINATE,    ///< row `index` of the coordinates that the program names
} net_place;

typedef struct net_operand {
    int32_t place, index;
} net_operand;

typedef struct net_operation {
    int32_t opcode;
    net_operand to, left, right;   ///< of CC_OP_INTEGER_POWER: right.index is the power
} net_operation;

/// Straight-line code for some outputs.
typedef struct net_listing {
    int32_t operations, rows;
    net_operation *operation;
} net_listing;

typedef struct net_program {
    cc_program given;              ///< a copy; its arrays belong to this
    int32_t equations, columns;    ///< columns = components + parameters
    int32_t coordinates;           ///< how many the code names
    int32_t *coordinate;           ///< [coordinates]
    int32_t uniforms;
    net_listing uniform;           ///< fills the uniform slots after constants and parameters
    net_listing values, all;       ///< residuals alone; residuals and partials
    net_operand *residuals;        ///< [2][equations]: of `values`, of `all`
    net_operand *partials;         ///< [equations][columns]
} net_program;

/// A copy of a sound program, or NULL when memory is exhausted.
net_program *net_program_create(const cc_program *program, int32_t equations);
void net_program_destroy(net_program *program);
uint64_t net_program_bytes(const net_program *program);

#endif
