/// Loss and gradient of a neural network in a differential equation, on the bare CPU.
///
/// **What is computed.** A multilayer perceptron u(x; θ) has fields u_1…u_F; at every collocation point a *jet* (u and some
/// derivatives) goes into a residual r; the loss is Σ_terms weight · mean over points of Σ_equations r².
///
/// **Jets.** All derivatives of a layer's outputs travel as *channels* beside the value, and all channels share the
/// layer's weights, so a layer is one matrix product over points × channels rows. A directional jet carries normalised Taylor
/// coefficients z_k = (1/k!) dᵏz/dsᵏ along a direction; with s_k the coefficients of σ'(z(s)), a = σ(z) has
/// k a_k = Σ_{j≤k} j z_j s_{k−j}, and the adjoint is z̄_m = Σ_{k≥m} s_{k−m} ā_k (Griewank & Walther, "Evaluating
/// Derivatives", ch. 13). The top coefficient enters linearly, so tops of several directions are summed before they travel:
/// the Laplacian costs one channel, a mixed derivative by polarisation too. The plane biharmonic has a set of nine channels.
/// Differences are jets at shifted points (*nodes*) followed by a matrix of weights: `fd` has values at nodes, the exact
/// average of a difference has derivatives at quadrature nodes.
///
/// **Blocks.** Rows are (point, node, channel), columns are neurons: neurons are vector lanes, widths are padded to whole vectors,
/// and the row stride is an odd number of cache lines. Forward a Wᵀ, backward z̄ W and the weights' gradient z̄ᵀ a are then
/// the same micro-kernel (broadcast scalars times rows of vectors) without any transposition of activations; Wᵀ is packed
/// once a step. A block of some 200 rows passes through all layers and back while it lies in the second-level cache; within a layer,
/// products and activations alternate over sub-blocks of the first level. σ(z) and σ'(z) are kept for the way back, the other
/// derivatives of σ and the activations are made again. The first layer has constant tangents W·direction and no product
/// over channels; the last is a row of dot products, for the channels that the residual uses.
///
/// **Sums.** Points are cut into chunks whose number depends on the plan only. Every chunk sums into memory of its own;
/// chunks are added in order. Loss and gradient have the same bits for any number of threads.
///
/// Networks with one hidden layer go another way: a derivative of order k is Σ_j v_j m_j σ⁽ᵏ⁾(z_j) with m_j a form of degree k in the
/// weights of neuron j, so nothing but z is carried.
#ifndef RESIDUA_NETWORK_H
#define RESIDUA_NETWORK_H

#include "compute.h"
#include "program.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Networks

/// A fixed map of the coordinates before the first layer: input e is sin(w_e·x + phase_e) or, where `linear`, w_e·x + phase_e. Fourier
/// features and periodic coordinates are of this kind, cosines by a phase of π/2.
typedef struct cc_embedding {
    int32_t dimension;         ///< d, 1…1024
    int32_t features;          ///< E, 1…4096; the network's widths[0]
    const double *weights;     ///< [E][d]
    const double *phases;      ///< [E]
    const uint8_t *linear;     ///< [E]
} cc_embedding;

/// Layers K = 0…layers−1 map widths[K] to widths[K + 1]; σ follows all but the last. Parameters lie in the order of a PyTorch
/// state dict: layers.0.weight [widths[1]][widths[0]] row-major, layers.0.bias, layers.1.weight, …; biases that are absent are left out.
typedef struct cc_network {
    int32_t layers;            ///< 2…64
    const int32_t *widths;     ///< [layers + 1]: dimension 1…1024, hidden widths 1…4096, fields 1…64
    cc_activation activation;
    int32_t power;             ///< of CC_RELU
    const uint8_t *unbiased;   ///< [layers]: nonzero where a layer has no bias; NULL: all have one
    const cc_embedding *embedding;   ///< NULL: the coordinates themselves are the first layer's inputs
} cc_network;

/// Number of parameters, 0 if the network is not sound.
int64_t cc_network_parameters(const cc_network *network);

// MARK: Jets

typedef enum cc_jet_kind {
    CC_JET_DIRECTIONS = 0,     ///< u, then derivatives along directions, then tops
    CC_JET_BIHARMONIC,         ///< u, u_x, u_y, u_xx, u_xy, u_yy, ∂_xΔu, ∂_yΔu, Δ²u in the plane of two coordinates
} cc_jet_kind;

/// The channels of a term, numbered: 0 is u; for CC_JET_DIRECTIONS then direction after direction its derivatives of order
/// 1…order−1 (one of order 1: its first derivative), then the tops t: Σ_k top_weights[t][k] · D_k^(order k) u over the directions of
/// order 2 and more.
typedef struct cc_jets {
    cc_jet_kind kind;
    int32_t directions;            ///< K, 0…1024
    const double *vectors;         ///< [K][dimension]
    const int32_t *orders;         ///< [K], 1…4
    int32_t tops;                  ///< T, 0…64
    const double *top_weights;     ///< [T][K]
    int32_t axes[2];               ///< of CC_JET_BIHARMONIC
    int32_t nodes;                 ///< 0: the point itself; else the jet is taken at point + offset, rounded to the precision
    const double *offsets;         ///< [nodes][dimension]
    /// Components from nodes: scale[g] · Σ_n Σ_c weights[g][n][c] · channel c at node n, products and sums rounded one
    /// by one in the order of n, then c; zeros are left out.
    int32_t groups;
    const double *weights;         ///< [groups][nodes][channels]
    const double *scales;          ///< [groups]
    bool wide;                     ///< these sums in float64 whatever the precision
    bool narrow;                   ///< channels rounded to float32 and these sums in float32 whatever the precision
} cc_jets;

/// Number of channels, 0 if the jets are not sound.
int32_t cc_jets_channels(const cc_jets *jets, int32_t dimension);

// MARK: Residuals

/// What a residual function sees: a block of consecutive points of its term, in the plan's precision.
typedef struct cc_residual_block {
    int64_t first;                 ///< index of the block's first point
    int32_t points;                ///< 1…256
    int32_t stride;                ///< elements from one row to the next, in `components`, `residuals` and `partials`
    const void *coordinates;       ///< [points][dimension]
    const void *components;        ///< [field][use][stride]
    void *residuals;               ///< to write: [equation][stride]
    void *partials;                ///< to write: ∂residual/∂component [equation][field][use][stride]; NULL: not wanted
    const void *parameters;        ///< [P] trainable parameters of the equation
    void *parameter_partials;      ///< ∂residual/∂parameter [equation][P][stride], zeros to overwrite; NULL: not wanted
} cc_residual_block;

/// Called from several threads at once. Vectors may be written beyond `points`, up to the stride, a multiple of 16.
typedef void (*cc_residual_function)(const void *context, cc_precision precision, const cc_residual_block *block);

/// The built-in residual of one equation: Σ_i linear[i]·y_i + Σ_q coefficient[q]·y_left·y_right − source[point], with y the
/// components of all fields in the order [field][use].
typedef struct cc_quadratic_residual {
    int32_t components;
    const double *linear;          ///< [components]
    int32_t products;
    const double *coefficients;    ///< [products]
    const int32_t *left, *right;   ///< [products]
    const void *source;            ///< [points] in the plan's precision, or NULL
} cc_quadratic_residual;

void cc_residual_quadratic(const void *context, cc_precision precision, const cc_residual_block *block);

// MARK: Plans

/// One set of points with its equation or condition. Arrays are copied but for `coordinates`, `context` and what it points to,
/// which must outlive the plan and may change between steps.
typedef struct cc_term {
    cc_jets jets;
    int64_t points;                ///< N ≥ 1
    const void *coordinates;       ///< [N][dimension] in the plan's precision
    int32_t uses;                  ///< number of components the residual reads; 0: all
    const int32_t *used;           ///< [uses] channels (without nodes) or groups; NULL: the first ones
    int32_t equations;             ///< 1…16
    double weight;                 ///< > 0
    const cc_program *program;     ///< the residual; copied. NULL: `residual` is called, native path only
    const void *const *data;       ///< [arrays of the program][N] in the plan's precision; the inner arrays outlive the plan and may change
    cc_residual_function residual;
    const void *context;
} cc_term;

typedef struct cc_plan cc_plan;

/// Where a plan runs and what it trains besides the network.
typedef struct cc_plan_options {
    cc_precision precision;
    /// NULL or a native device: the native path. An OpenCL device runs loss, residuals, gradient, Jᵀy and components; the other calls
    /// run natively for a plan on such a device too.
    cc_device *device;
    /// Trainable parameters of the equations; they follow the network's in every parameter vector and gradient.
    int32_t parameters;
} cc_plan_options;

/// Plans everything and takes all memory but that of descents (descent.h). A plan serves one call at a time; different plans may run at once.
cc_status cc_plan_create(const cc_network *network, const cc_plan_options *options, int32_t terms, const cc_term *term, cc_plan **plan, cc_error *error);
void cc_plan_destroy(cc_plan *plan);

int64_t cc_plan_parameters(const cc_plan *plan);
/// Length of the residual vector: Σ_terms points · equations, row (point, equation) with the equation fastest.
int64_t cc_plan_residual_count(const cc_plan *plan);
/// Bytes that the plan holds, all threads' work memory included.
uint64_t cc_plan_memory(const cc_plan *plan);

/// The loss, the terms' shares of it (NULL: not wanted) and the gradient (NULL: not wanted) in the plan's precision.
cc_status cc_plan_gradient(cc_plan *plan, const void *parameters, double *loss, double *losses, void *gradient, cc_error *error);

/// r = √(weight/N) · residual, so that the loss is ‖r‖².
cc_status cc_plan_residuals(cc_plan *plan, const void *parameters, void *residuals, cc_error *error);

/// Jᵀ y for y of `cc_plan_residual_count` elements, J = ∂r/∂parameters of `cc_plan_residuals`.
cc_status cc_plan_transposed(cc_plan *plan, const void *parameters, const void *cotangent, void *gradient, cc_error *error);

/// Rows of J, dense, for points [first, first + count) of a term: [point][equation][parameters].
cc_status cc_plan_jacobian(cc_plan *plan, int32_t term, int64_t first, int64_t count, const void *parameters, void *rows, cc_error *error);

/// J v for v of `cc_plan_parameters` elements and, unless `second` is NULL, d²/dε² r(θ + εv) at ε = 0, both by truncated power
/// series in ε through the same jets: no differences are taken. Costs about three losses, five with the second derivative, which
/// residuals given as functions do not have. The first call takes memory: the packed parameters once more, and work memory.
cc_status cc_plan_product(cc_plan *plan, const void *parameters, const void *vector, void *first, void *second, cc_error *error);

/// Components of term `term` at its points: [field][use][N].
cc_status cc_plan_components(cc_plan *plan, int32_t term, const void *parameters, void *components, cc_error *error);

#ifdef __cplusplus
}
#endif
#endif
