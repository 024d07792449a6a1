/// One interface for everything that is computed in bulk, carried out by an OpenCL device or by the bare CPU.
///
/// Matrices are column-major with a leading dimension, as in BLAS; counts are 64-bit; a buffer holds elements of the
/// operation's precision. Every call that can fail returns a `cc_status` and, when `error` is not NULL, fills in one
/// sentence. Results on one device are bitwise the same on repetition and for any number of threads.
#ifndef RESIDUA_COMPUTE_H
#define RESIDUA_COMPUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// MARK: Version

/// The commit this was built from, "unknown" outside the Makefile's builds; a "+" marks local changes.
const char *cc_commit(void);
/// Configuration and compiler of the C modules.
const char *cc_build(void);

// MARK: Errors

typedef enum cc_status {
    CC_OK = 0,
    CC_BAD_ARGUMENT,       ///< a size, pointer or option outside its range
    CC_NO_DEVICE,          ///< no such device, or the loader or platform is missing
    CC_NO_DOUBLE,          ///< float64 asked of a device without a trustworthy one
    CC_OUT_OF_MEMORY,      ///< the device (or the host, on the native path) cannot hold a buffer
    CC_BUILD_FAILED,       ///< a kernel did not compile; `text` begins with the first lines of the build log
    CC_DEVICE_FAILED,      ///< any other failure reported by the device; `code` is the OpenCL status
} cc_status;

typedef struct cc_error {
    cc_status status;
    int32_t code;          ///< the OpenCL status behind it, 0 if none
    char text[2048];       ///< one sentence: what failed, on which device, and the OpenCL name of the status
} cc_error;

// MARK: Devices

typedef enum cc_backend_kind { CC_NATIVE = 0, CC_OPENCL = 1 } cc_backend_kind;
typedef enum cc_device_type { CC_CPU = 0, CC_GPU = 1, CC_ACCELERATOR = 2 } cc_device_type;
typedef enum cc_precision { CC_F32 = 0, CC_F64 = 1 } cc_precision;

typedef struct cc_device_info {
    cc_backend_kind backend;
    cc_device_type type;
    char id[32];           ///< "native" or "opencl:0", "opencl:1", …
    char name[256];        ///< "native (AVX-512)" for the native path
    char vendor[128];
    char driver[128];
    char version[128];     ///< OpenCL version text; empty for the native path
    uint64_t global_memory, local_memory, largest_buffer;   ///< bytes
    uint32_t compute_units;
    bool fp64;             ///< double precision present, and divide and square root correctly rounded when probed
    bool usable;
    char reason[512];      ///< why it is or is not usable, one sentence
} cc_device_info;

/// Number of devices known: the native path is number 0, OpenCL devices follow. Enumerates once per process, thread-safe.
int32_t cc_device_count(void);
/// Description of device `index`, or NULL.
const cc_device_info *cc_device_at(int32_t index);
/// One sentence about the OpenCL loader: which library was opened and what it offers, or why there is none, with the remedy.
const char *cc_loader_text(void);

typedef struct cc_device cc_device;    ///< an opened device: context, queue, programs
typedef struct cc_buffer cc_buffer;    ///< memory on a device

/// Opens device `index`. Calls on one opened device are serialised inside; any thread may make them.
cc_status cc_device_open(int32_t index, cc_device **device, cc_error *error);
void cc_device_close(cc_device *device);
const cc_device_info *cc_device_describe(const cc_device *device);

/// Threads of the native path (at least 1; 0 restores the number of cores). Never changes a result's bits.
void cc_set_threads(int32_t threads);
/// Whether the calling thread does all its work itself, for callers that keep every core busy with threads of their own.
///
/// Returns what it was before. Never changes a result's bits.
bool cc_thread_alone(bool alone);
int32_t cc_threads(void);

// MARK: Buffers

cc_status cc_buffer_create(cc_device *device, size_t bytes, cc_buffer **buffer, cc_error *error);
/// A buffer over memory of the caller, which must outlive it and be aligned to 64 bytes or more; the native path and CPU
/// devices use it in place. On others the contents travel: call `cc_buffer_read` to have results.
cc_status cc_buffer_wrap(cc_device *device, void *memory, size_t bytes, cc_buffer **buffer, cc_error *error);
void cc_buffer_release(cc_buffer *buffer);
cc_status cc_buffer_write(cc_buffer *buffer, size_t offset, size_t bytes, const void *from, cc_error *error);
cc_status cc_buffer_read(cc_buffer *buffer, size_t offset, size_t bytes, void *to, cc_error *error);
/// Waits until all work given to the device has ended.
cc_status cc_device_finish(cc_device *device, cc_error *error);

// MARK: Matrix products

typedef struct cc_matrix {
    cc_buffer *buffer;
    int64_t offset;        ///< first element, in elements
    int64_t stride;        ///< leading dimension, ≥ rows as stored
} cc_matrix;

/// C ← α op(A) op(B) + β C with op(A) m × k, op(B) k × n, C m × n, column-major; β = 0 does not read C.
typedef struct cc_product {
    cc_precision precision;
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    double alpha, beta;
    cc_matrix a, b, c;
} cc_product;

cc_status cc_multiply(cc_device *device, const cc_product *product, cc_error *error);

/// The same on host memory by the native path (pointers to float or double by `precision`).
cc_status cc_native_multiply(cc_precision precision, bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k,
                             double alpha, const void *a, int64_t lda, const void *b, int64_t ldb,
                             double beta, void *c, int64_t ldc, cc_error *error);

// MARK: Random-feature matrices

typedef enum cc_activation {
    CC_TANH = 0, CC_SIN, CC_COS, CC_SIGMOID, CC_SOFTPLUS, CC_SILU, CC_GAUSSIAN, ///< exp(−z²)
    CC_RELU,               ///< max(z, 0)^power
    CC_GELU,               ///< z Φ(z), Φ the normal distribution function
} cc_activation;

/// What all feature matrices share: M points in d dimensions, N features σ(w·x + b).
typedef struct cc_feature_set {
    cc_precision precision;
    cc_activation activation;
    int32_t power;         ///< of CC_RELU, 1…9; else ignored
    int32_t dimension;     ///< d, 1…1024
    int64_t points, features;
    cc_matrix point_coordinates;   ///< M × d column-major (coordinate after coordinate)
    cc_matrix weights;             ///< d × N column-major (feature after feature)
    cc_matrix biases;              ///< N (stride ignored)
    cc_matrix result;              ///< M × N column-major
} cc_feature_set;

/// A_ij = Σ_q coefficient[q][j] · σ^(order[q])(w_j·x_i + b_j + shift[q][j]).
///
/// Exact derivatives have one node per derivative order and no shifts; the exact value of a stencil is a quadrature
/// over shifted nodes. Orders 0…4. Element-wise error: a few ulps of the largest term of the sum.
typedef struct cc_node_sum {
    int32_t nodes;                 ///< Q, 1…4096
    const int32_t *orders;         ///< [Q], host memory
    cc_matrix coefficients;        ///< Q rows of N: element (q, j) at offset + q·stride + j
    cc_matrix shifts;              ///< the same shape; buffer NULL when all are zero
} cc_node_sum;

cc_status cc_features_by_nodes(cc_device *device, const cc_feature_set *set, const cc_node_sum *sum, cc_error *error);

/// A_ij = Σ_g scale[g] · (Σ_s weight[g][s] · σ(w_j·(x_i + offset[s]) + b_j)), evaluated exactly as written in the
/// working precision: the point is shifted and rounded, the feature evaluated, products and sums rounded one by one in
/// the order of s (no contraction). With `exact` the whole stencil is evaluated in twice the working precision and
/// rounded once (for CC_RELU only, where no quadrature is exact): error about ε² ‖stencil‖₁ |σ| / hᵖ + ε |A_ij|.
typedef struct cc_stencil_sum {
    int32_t stencil_points;        ///< S, 1…4096
    int32_t groups;                ///< G, 1…16
    const double *offsets;         ///< [S][d], host memory, rounded to the working precision
    const double *weights;         ///< [G][S], host memory
    const double *scales;          ///< [G], host memory
    bool exact;
} cc_stencil_sum;

cc_status cc_features_by_stencil(cc_device *device, const cc_feature_set *set, const cc_stencil_sum *sum, cc_error *error);

// MARK: Functions of vectors

typedef enum cc_function {
    CC_FN_EXP = 0, CC_FN_EXPM1, CC_FN_LOG1P, CC_FN_TANH, CC_FN_SIN, CC_FN_COS,
    CC_FN_ACTIVATION,      ///< σ^(order) of `activation`
} cc_function;

/// y_i = f(x_i), i < count; accuracy in ulps is written beside each function in Kernels/functions.clh.
typedef struct cc_map {
    cc_precision precision;
    cc_function function;
    cc_activation activation;
    int32_t power, order;
    int64_t count;
    cc_matrix x, y;        ///< strides ignored
} cc_map;

cc_status cc_map_values(cc_device *device, const cc_map *map, cc_error *error);

// MARK: Ceilings

/// Best rates of the device now: fused multiply-adds in registers [GFLOP/s], copying of memory [GB/s, read + written],
/// vector tanh over data in cache [10⁹ values/s].
typedef struct cc_ceilings { double fma, copy, tanh; } cc_ceilings;
enum { CC_CEILING_FMA = 1, CC_CEILING_COPY = 2, CC_CEILING_TANH = 4, CC_CEILING_ALL = 7 };
/// Measures the rates in `wanted`, about `seconds` each; the others are left 0.
cc_status cc_measure_ceilings(cc_device *device, cc_precision precision, uint32_t wanted, double seconds, cc_ceilings *ceilings, cc_error *error);

#ifdef __cplusplus
}
#endif
#endif
