/// Residual plans as an OpenCL device keeps them: tables that the kernels read (Kernels/network_table.clh), the kernels' text, buffers.
#ifndef RESIDUA_OPENCL_NETWORK_PLAN_H
#define RESIDUA_OPENCL_NETWORK_PLAN_H

#include "../../../Kernels/network_table.clh"
#include "../plan.h"
#include "opencl.h"

/// Places are int32_t, and a kernel's slice may go past the last one.
enum { net_most_hidden = 64, net_most_programs = 1024, net_most_places = INT32_MAX - (1 << 16), net_most_compared = 1 << 20 };

/// A growing array of numbers.
typedef struct net_list {
    int64_t count, room;
    void *items;
    bool failed;
} net_list;

/// Jets that a text of the kernels is for: directions by their orders, or the biharmonic. Processors have one text for all terms, with the
/// highest order and the most tops, and one for the biharmonic.
typedef struct net_jet_set {
    bool biharmonic;
    int32_t directions[5];         // [order]; on processors unused
    int32_t highest, tops;
} net_jet_set;

/// What the host keeps of a term.
typedef struct net_source {
    const void *coordinates;
    const void **data;             // [arrays]
    int32_t arrays;
    double share;                  // weight / points
    int64_t first_row;
} net_source;

/// How the kernels are cut.
typedef struct net_shape {
    bool local;
    int32_t vector;                // lanes
    int32_t tall, wide;            // register tile of a processor: rows, vectors
    int32_t group, across, rows, columns, depth, run;   // of a GPU: items, NX, RM, RN, TK, VL
    int32_t block_rows, sub_block_rows, most_chunks;
    double chunk_work;             // operations that make a chunk worth while
} net_shape;

/// What descents keep on the device between calls.
typedef struct net_descent {
    cl_mem moments, squares, best, schedule, history, state, flags, shares, bounds;
    cl_kernel begin, step;         // the device's
    void *row;                     // NULL: nothing is kept yet
    size_t row_bytes;
    uint64_t bytes;
} net_descent;

typedef struct ocl_plan {
    ocl_device *device;
    cc_precision precision;
    size_t element;
    net_shape shape;
    cc_activation activation;
    int32_t power;
    network_head head;
    network_layer layer[net_most_hidden + 1];
    int32_t terms, passes, sets;
    network_term *term;
    net_source *source;            // [terms]
    net_jet_set *set;              // [sets]
    network_window *window;        // [passes][terms]
    int64_t parameters, rows;
    int32_t chunks, groups;        // groups: how many take the chunks, each with a slab
    bool small, whole;             // less work than launches; one group does all of a call in one launch
    int32_t packed_first, packed_size;     // the pack kernel fills from `packed_first` on
    net_list ints, reals, wides, constants;   // int32_t, double, double, double (packed below `packed_first`)
    net_list pack_map, sum_map, places;    // int32_t
    bool wide_sums;
    int64_t points_room, data_room, rows_room;   // elements of buffers
    bool tables;                   // residuals are tables, not text
    int64_t program_elements;      // of a slab: registers of any term's
    int32_t program_uniforms;
    ocl_text code;

    cl_program program;
    cl_kernel network, pack, collect;   // the last two on GPUs alone
    // Buffers by use.
    cl_mem head_memory, layer_memory, term_memory, window_memory, int_memory, real_memory, wide_memory, packed_memory, parameter_memory, point_memory,
        data_memory, row_memory, slab_memory, sum_memory, loss_memory, taken_memory, result_memory, pack_memory, place_memory, collect_memory,
        gradient_memory;
    uint64_t bytes;
    void *losses;                  // [chunks][2]
    void *points_sent, *data_sent; // what the buffers hold; NULL where that is not kept
    bool windows_written;          // the only pass's windows are on the device
    net_descent descent;
} ocl_plan;

/// Bytes of a buffer for `bytes`: vectors at its end are whole.
static inline size_t net_room(size_t bytes) { return bytes / 256 * 256 + 256; }

/// Lanes of a vector: what the device names, or the whole registers of a processor whose compiler prefers halves of them.
int32_t net_lanes(const ocl_device *device, cc_precision precision);
int32_t net_add_int(net_list *list, int32_t value);
/// Index of the first of `count` numbers appended; NULL: zeros.
int32_t net_add_reals(net_list *list, const double *values, int64_t count);

/// `count` times −1.
void net_add_nothing(net_list *list, int64_t count);
/// Takes `count` elements of a total, in whole cache lines; the place, which must stay below 2³¹.
int32_t net_take(int64_t *total, int64_t count);

/// Channels, components and tangents of a term; its constants extend the packed weights. False when memory is exhausted.
bool net_place_term(ocl_plan *plan, const cc_network *network, network_term *term, const cc_term *given, int64_t *packed);
/// Fills in everything but buffers and program.
cc_status net_layout(ocl_plan *plan, const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error);
/// Bytes of points, data and rows that are to be on the device at a time.
int64_t net_window_bytes(const ocl_plan *plan);
/// Cuts the points into windows of so many bytes, of a block at least; false when memory is exhausted.
bool net_plan_windows(ocl_plan *plan, int64_t bytes);
/// Sends the points, or points and data, of a term's window.
cl_int net_send_points(ocl_plan *plan, int32_t term, const network_window *window);
cl_int net_send_window(ocl_plan *plan, int32_t term, const network_window *window);
/// Rows of a window: from the host's vector to the device, or back.
cl_int net_move_rows(ocl_plan *plan, int32_t term, const network_window *window, bool send, void *host);
/// The window of one term alone that begins at `block`, for its components, and how many points it has.
network_window net_component_window(const ocl_plan *plan, int32_t term, int64_t block, int64_t *points);

/// A plan; without `kernels` its tables, its buffers and `code`, the functions of its kernels.
cc_status net_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, bool kernels, ocl_plan **plan,
                          cc_error *error);
void net_plan_destroy(void *plan);
/// The gradient at the parameters that are on the device, to stay there; `fresh`: points and data may have changed since the last call.
cc_status net_walk_resident(ocl_plan *plan, bool fresh, cc_error *error);
cc_status net_descend(void *plan, cc_descent *descent, cc_error *error);
/// Releases what descents keep.
void net_descent_destroy(ocl_plan *plan);
/// Appends a text of Kernels/ without its includes.
void net_include(ocl_text *text, const char *name);
/// Functions of the terms' residuals, every different program once, and residual_of, which chooses one; number[i] is term i's.
void net_print_residuals(ocl_text *text, int32_t terms, const cc_term *term, int32_t fields, int32_t *number);
/// The table of a term's residual; false when memory is exhausted.
bool net_place_program(ocl_plan *plan, network_term *term, const cc_term *given);
/// Defines the operations of the terms' residuals.
void net_print_operations(ocl_text *text, int32_t terms, const cc_term *term);
/// The source of the plan's kernels, or of their functions alone.
bool net_print_source(ocl_plan *plan, const cc_term *term, bool kernels);

#endif
