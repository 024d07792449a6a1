/// Plans of residuals as the native path keeps them: sizes, places in the packed weights, in a chunk's sums and in work memory.
///
/// All places are in elements of the plan's precision unless said otherwise.
#ifndef RESIDUA_NETWORK_PLAN_H
#define RESIDUA_NETWORK_PLAN_H

#include "../plan.h"
#include "program.h"

enum { net_most_layers = 64, net_most_points = 256, net_most_tops = 64 };

/// One affine map. Hidden rows have `vectors` vectors and a stride of `stride` elements, an odd number of cache lines.
typedef struct net_layer {
    int32_t in, out;
    int32_t vectors, stride;           // of its outputs
    bool biased;
    int64_t parameters;                // place of the weight in the parameters; the bias follows it
    int64_t transposed, weight, bias;  // packed: Wᵀ [in][stride], W [out][stride of the layer before], bias [stride]
    int64_t weight_sum, bias_sum;      // in a chunk's sums: as `weight` (first layer: as `transposed`), as `bias`
} net_layer;

/// A map before the first layer: input e is s_e = sin θ_e, θ = w·x + phase, or θ_e itself. A channel is along∘s + across∘c with c the
/// cosine, or 1: derivatives of a sine along directions are again of this kind.
typedef struct net_embedding {
    int32_t features, vectors, stride;    // features: 0 without an embedding
    int64_t weight, phase, linear;        // packed: [dimension][stride], [stride], [stride] nonzero where linear
} net_embedding;

typedef enum net_set { NET_VALUES, NET_SECOND_1, NET_SECOND_2, NET_SECOND_3, NET_SECOND, NET_FOURTH, NET_DIRECTIONS, NET_BIHARMONIC } net_set;

/// factor · π_a^power_a · π_b^power_b, π_c the tangent of channel c: the weights of a neuron along a direction.
typedef struct net_monomial {
    double factor;
    int32_t a, b, power_a, power_b;
} net_monomial;

/// A part of an output of a network with one hidden layer: Σ_j v_j m_j σ^(order)(z_j) with m the sum of monomials.
typedef struct net_form {
    int32_t output, order;
    const net_monomial *first, *end;
} net_form;

typedef struct net_term {
    net_set set;
    int32_t channels, order;           // order: highest derivative of σ that the forward way needs
    int32_t directions, tops;
    int32_t *orders, *first;           // [directions]: order, first channel of its own
    void *top_weights;                 // [tops][directions], plan's precision
    double *tangents;                  // [channels][dimension]: W·tangent is the channel's derivative after the first layer
    bool *tangent;                     // [channels]: whether it is not zero
    double *scales;                    // [channels]: component = scale · channel
    int32_t axes[2];

    int32_t nodes;                     // at least 1
    bool shifted, wide, narrow;
    void *offsets;                     // [nodes][dimension], plan's precision
    int32_t uses, outputs;             // components; channels that are read after the last layer
    int32_t *output;                   // [outputs] channel
    int32_t *use;                      // [uses]: index into `output`, or group
    double *weights, *group_scales;    // [uses][nodes][outputs] (times the channels' scales), [uses]; NULL without nodes

    int64_t points;
    const void *coordinates;
    int32_t equations;
    double weight, share;              // share = weight / points
    cc_residual_function residual;     // NULL: the program
    const void *context;
    net_program *program;
    const void **data;                 // [arrays of the program]
    int64_t uniforms;                  // packed: the program's uniform slots, a vector each

    int32_t block;                     // points a block
    int32_t sub_block;                 // (point, node) pairs a sub-block
    int32_t stride;                    // of components and seeds, in (point, node) pairs
    int64_t blocks, first_chunk, chunks, first_row;
    int64_t tangent_rows;              // packed: [channels][stride of layer 0]
    double *embedded;                  // [channels][2][features]: what `along` is filled from
    int64_t along;                     // packed: [channels][2][stride of the embedding]

    int32_t forms;                     // 0: the layers are walked
    net_form *form;
    net_monomial *monomials;
    int64_t form_rows;                 // packed: [2][forms][stride of layer 0]: m, v∘m
} net_term;

typedef enum net_mode { NET_LOSS, NET_GRADIENT, NET_RESIDUALS, NET_COMPONENTS, NET_TRANSPOSED } net_mode;

typedef struct net_kernels net_kernels;
typedef struct net_tangent_memory net_tangent_memory;

struct net_plan {
    cc_precision precision;
    size_t element;
    const net_kernels *kernels;
    int32_t layers, dimension, fields, terms;
    cc_activation activation;
    int32_t power;
    net_layer layer[net_most_layers];
    net_embedding embedding;
    net_term *term;
    int64_t parameters, rows, chunks;          // parameters: the network's, then the equations'
    int32_t trainable;                         // the equations'
    int64_t last_weight, last_bias;            // packed: [fields][stride of the last hidden layer], [fields]
    int64_t packed_size, sums_size;
    int64_t last_weight_sum, last_bias_sum, trainable_sum;
    int64_t work_size;                         // a thread's work memory
    bool alone;                                // too little work for a second thread
    void *memory;
    void *packed, *sums;                       // [packed_size], [chunks][sums_size]
    double *losses;                            // [chunks]
    uint64_t bytes;                            // of `memory`
    net_tangent_memory *tangent;               // of the first call that needs it
    _Atomic bool failed;                       // a thread found no work memory

    // the call in progress
    net_mode mode;
    const void *given;                         // parameters
    void *result;                              // residuals, components or gradient
    const void *cotangent;                     // NET_TRANSPOSED: [rows]
    int64_t first_chunk;                       // NET_COMPONENTS: of the term
};

/// Residuals of a plan along a vector of parameters, as power series.
typedef struct net_tangent {
    const net_plan *plan;
    int32_t parts;                             // 2; 3 with the second derivative
    const void *vector;
    void *moved;                               // the vector, packed as the parameters are
    const void *zeros;                         // [channels][stride of layer 0]
    void **forms;                              // [term]: [3][forms][stride of layer 0], parts of v∘m
    void **uniforms;                           // [term]: [2][uniforms], parts 1 and 2 of the program's slots
    void *first, *second;                      // results
} net_tangent;

/// One step of an optimiser: β₁ᵗ and β₂ᵗ are powers 1 and 2.
typedef struct net_update {
    double rate, beta1, beta2, epsilon, decay, power1, power2;
} net_update;

/// What an instruction set offers for one precision.
struct net_kernels {
    int32_t vector;                            ///< elements
    void (*pack)(const net_plan *plan);
    void (*chunk)(const net_plan *plan, int64_t chunk, void *work);
    /// Adds the chunks' sums over elements [begin, end) into those of chunk 0.
    void (*add)(const net_plan *plan, int64_t begin, int64_t end);
    void (*unpack)(const net_plan *plan, void *gradient);
    /// Elements of work memory that a term's block needs.
    int64_t (*work)(const net_plan *plan, const net_term *term);
    /// Jacobian rows of at most a block of points; `work` holds work_size + sums_size elements.
    void (*jacobian)(const net_plan *plan, const net_term *term, int64_t first, int64_t count, void *work, void *rows);
    /// As `work`, `chunk` and `pack`, for power series along a vector.
    int64_t (*tangent_work)(const net_plan *plan, const net_term *term);
    void (*tangent_chunk)(const net_tangent *job, int64_t chunk, void *work);
    void (*pack_tangent)(const net_tangent *job);
    /// Whether all of `count` numbers are finite.
    bool (*finite)(const void *numbers, int64_t count);
    /// A step of an optimiser from `parameters` to `result`, which may be the same; `moments` and `squares` are NULL for gradient descent.
    void (*update)(const net_update *update, int64_t count, const void *gradient, const void *parameters, void *result, void *moments, void *squares);
    /// A step of Adam where all numbers are kept as doubles.
    void (*advance)(const net_update *update, int64_t count, const double *gradient, double *parameters, double *moments, double *squares);
};

/// Those of the instruction set in use.
const net_kernels *net_kernels_current(cc_precision precision);

/// A plan of its own over the same terms, for another thread; points and tables are shared, and so it must not outlive `plan`.
net_plan *net_plan_share(const net_plan *plan);
void net_plan_unshare(net_plan *plan);

void net_tangent_destroy(net_tangent_memory *memory);
uint64_t net_tangent_bytes(const net_tangent_memory *memory);

int32_t net_dimension(const cc_network *network);
cc_status net_check(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_error *error);
/// Everything of a term but blocks and places; false when memory is exhausted.
bool net_plan_term(const net_plan *plan, net_term *term, const cc_network *network, const cc_term *given);

#if defined(__x86_64__)
extern const net_kernels net_kernels_avx512_f32, net_kernels_avx512_f64, net_kernels_avx2_f32, net_kernels_avx2_f64;
#endif
extern const net_kernels net_kernels_generic_f32, net_kernels_generic_f64;

#endif
