/// Ensembles of networks with one hidden layer as an OpenCL device keeps them (Kernels/ensemble.cl).
#ifndef RESIDUA_OPENCL_ENSEMBLE_PLAN_H
#define RESIDUA_OPENCL_ENSEMBLE_PLAN_H

#include "../ensemble.h"
#include "../native/network_plan.h"
#include "network_plan.h"

/// Where a term's numbers lie, in elements.
typedef struct ens_term {
    int32_t block;                 // points at a time
    int32_t out_stride, point_stride;   // of outputs, in pairs; of components
    int32_t residual;              // number of its printed residual
    int32_t form_rows, factor_rows, form_sums;   // slab: [forms][stride] each
    int32_t share;                 // member's table: weight / points
    int32_t offsets, scales, back_weights;   // member's table: [nodes][dimension], [uses], [uses][nodes][outputs]
    int32_t wide_scales;           // member's wide table: [uses]
    int32_t weights, wide_weights; // shared tables: [uses][nodes][outputs]
    int64_t points, turned, data;  // shared buffers
    int64_t turned_stride, data_stride;
    int32_t sums;                  // 0: no nodes; 1: in the working precision; 2: in float64; 3: in float32
} ens_term;

/// Members' buffers: members × elements.
typedef struct ens_buffer {
    cl_mem memory;
    size_t bytes;
} ens_buffer;

/// Places in a member's slab where the layers are walked.
typedef struct ens_layers {
    int32_t packed, work, sums, losses;
} ens_layers;

typedef struct ocl_ensemble {
    ocl_device *device;
    cc_precision precision;
    size_t element;
    const net_plan *native;        // terms as forms; belongs to the ensemble
    cc_activation activation;
    int32_t power;
    bool local, biased, last_biased;
    int32_t vector, group, abreast;
    int32_t terms, dimension, width, stride, vectors, tail;
    int32_t size, slab, table, wide_table;   // elements a member
    int32_t trainable;
    int64_t parameters;
    ens_term *term;                // [terms], where networks are shallow
    ocl_plan *plan;                // of one member, where the layers are walked; else NULL
    ens_layers layers;
    int32_t *map;                  // [parameters]: place among a member's `size` elements
    // Places in the slab.
    int32_t gradient, lanes, sums_first, sums_end, r0, r1, inputs, outputs, seeds, components, component_seeds;
    int32_t ones;                  // shared table: 1 for every use
    bool wide_sums;
    net_list reals, wides;         // double: shared tables
    ocl_text code;

    cl_program program;
    cl_kernel kernel;
    int64_t room;                  // members that the buffers hold
    ens_buffer points, turned, data, real_table, wide_shared;
    ens_buffer tables, wide_tables, settings, schedule, values, moments, squares, bests, best_losses, slabs, losses, taken;
    void *staging;                 // [room][size]
    uint64_t bytes;
} ocl_ensemble;

enum { ens_most_steps = 512 };     // of one launch

/// Sizes and places of networks with one hidden layer.
cc_status ens_lay_out(ocl_ensemble *e, const cc_network *network, cc_error *error);

// Buffers (ensemble_buffers.c); call with the device's lock held.
void ens_drop(ocl_ensemble *e, ens_buffer *buffer);
cc_status ens_write(ocl_ensemble *e, ens_buffer *buffer, size_t at, size_t bytes, const void *from, cc_error *error);
cc_status ens_read(ocl_ensemble *e, ens_buffer *buffer, size_t bytes, void *to, cc_error *error);
/// A number in the ensemble's precision.
void ens_put(const ocl_ensemble *e, void *to, int64_t at, double value);
cc_status ens_make_table(ocl_ensemble *e, ens_buffer *buffer, const net_list *list, bool wide, cc_error *error);
/// Points as they are and by coordinates, and data.
cc_status ens_make_points(ocl_ensemble *e, cc_error *error);
size_t ens_member_bytes(const ocl_ensemble *e);
/// How many of `count` members the device carries at once.
int64_t ens_most(const void *state, int64_t count);
cc_status ens_make_room(ocl_ensemble *e, int64_t count, cc_error *error);

/// Networks of more than one hidden layer, or more than one field: sizes, the kernel's source, the shared points.
cc_status ens_layers_create(ocl_ensemble *e, const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error);
void ens_layers_destroy(ocl_ensemble *e);
/// A member's rows of the tables, in float64.
void ens_layers_tables(const ocl_ensemble *e, const cc_ensemble *all, const cc_members *members, int64_t member, double *table, double *wide_table);
enum { ens_layers_shared = 10 };
void ens_layers_arguments(const ocl_ensemble *e, ocl_argument *arguments);

/// Prints the kernel's source. False when memory is exhausted.
bool ens_print_source(ocl_ensemble *e, const cc_term *term);

#endif
