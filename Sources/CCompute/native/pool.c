#include "pool.h"
#include "native.h"

#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

enum { most_workers = 1023, spin_nanoseconds = 50000 };

// The state word: [generation : 32][open : 1][registered workers : 31]. A job's fields are written before its generation is
// opened and read only by registered workers; the caller closes the job when no task is left and waits until nobody is
// registered. A worker that wakes late finds the job closed and touches nothing.
#define OPEN ((uint64_t)1 << 31)
#define GENERATION(state) ((uint32_t)((state) >> 32))
#define REGISTERED(state) ((uint32_t)((state) & (OPEN - 1)))

typedef struct worker {
    _Alignas(64) _Atomic uint32_t asleep;
} worker;

static struct {
    _Alignas(64) _Atomic uint64_t state;
    _Alignas(64) _Atomic int64_t next;
    _Alignas(64) _Atomic uint32_t caller_asleep;
    _Alignas(64) _Atomic int32_t threads;      // 0: as many as cores
    atomic_flag busy;
    int32_t started;                           // owned by who holds `busy`
    int64_t count;
    _Atomic int32_t helpers;                   // workers with a smaller index may register
    void (*function)(int64_t task, void *context);
    void *context;
    worker workers[most_workers];
} pool = { .busy = ATOMIC_FLAG_INIT };

static _Thread_local bool inside;

static void futex_wait(_Atomic uint32_t *word, uint32_t value) { syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0); }
static void futex_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }

static inline void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void take_tasks(void) {
    int64_t count = pool.count;
    for (int64_t task; (task = atomic_fetch_add_explicit(&pool.next, 1, memory_order_relaxed)) < count;) pool.function(task, pool.context);
}

static uint64_t await_generation_after(uint32_t seen, worker *self) {
    int64_t start = nanoseconds();
    for (;;) {
        for (int i = 0; i < 8; i++) {
            uint64_t state = atomic_load_explicit(&pool.state, memory_order_acquire);
            if (GENERATION(state) != seen) return state;
            relax();
        }
        if (nanoseconds() - start < spin_nanoseconds) continue;
        atomic_store(&self->asleep, 1);
        uint64_t state;
        while (GENERATION(state = atomic_load(&pool.state)) == seen && atomic_load(&self->asleep) == 1) futex_wait(&self->asleep, 1);
        atomic_store(&self->asleep, 0);
        if (GENERATION(state) != seen) return state;
        start = nanoseconds();
    }
}

static void *work(void *argument) {
    worker *self = argument;
    int32_t index = (int32_t)(self - pool.workers);
    inside = true;
    uint32_t seen = 0;
    for (;;) {
        uint64_t state = await_generation_after(seen, self);
        seen = GENERATION(state);
        if (index >= atomic_load(&pool.helpers)) continue;
        while (GENERATION(state) == seen && (state & OPEN)) {
            if (!atomic_compare_exchange_weak(&pool.state, &state, state + 1)) continue;
            take_tasks();
            state = atomic_fetch_sub(&pool.state, 1) - 1;
            if (!(state & OPEN) && REGISTERED(state) == 0 && atomic_exchange(&pool.caller_asleep, 0) == 1) futex_wake(&pool.caller_asleep);
            break;
        }
    }
    return NULL;
}

static void start_workers(int32_t wanted) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    while (pool.started < wanted) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, work, &pool.workers[pool.started]) != 0) break;
        pool.started++;
    }
    pthread_attr_destroy(&attributes);
}

void cc_pool_run(int64_t count, void (*function)(int64_t task, void *context), void *context) {
    int64_t threads = cc_threads();
    if (count < threads) threads = count;
    if (threads <= 1 || inside || atomic_flag_test_and_set_explicit(&pool.busy, memory_order_acquire)) {
        for (int64_t task = 0; task < count; task++) function(task, context);
        return;
    }
    inside = true;
    if (pool.started < threads - 1) start_workers((int32_t)threads - 1);
    int32_t helpers = (int32_t)threads - 1 < pool.started ? (int32_t)threads - 1 : pool.started;
    pool.count = count;
    pool.function = function;
    pool.context = context;
    atomic_store_explicit(&pool.next, 0, memory_order_relaxed);
    atomic_store_explicit(&pool.helpers, helpers, memory_order_relaxed);
    uint64_t generation = (uint64_t)(GENERATION(atomic_load(&pool.state)) + 1) << 32;
    atomic_store(&pool.state, generation | OPEN);
    for (int32_t i = 0; i < helpers; i++)
        if (atomic_load(&pool.workers[i].asleep) == 1 && atomic_exchange(&pool.workers[i].asleep, 0) == 1) futex_wake(&pool.workers[i].asleep);
    take_tasks();
    atomic_fetch_and(&pool.state, ~OPEN);
    int64_t start = nanoseconds();
    while (REGISTERED(atomic_load_explicit(&pool.state, memory_order_acquire)) != 0) {
        for (int i = 0; i < 8; i++) relax();
        if (nanoseconds() - start < spin_nanoseconds) continue;
        atomic_store(&pool.caller_asleep, 1);
        while (REGISTERED(atomic_load(&pool.state)) != 0 && atomic_load(&pool.caller_asleep) == 1) futex_wait(&pool.caller_asleep, 1);
        atomic_store(&pool.caller_asleep, 0);
    }
    inside = false;
    atomic_flag_clear_explicit(&pool.busy, memory_order_release);
}

bool cc_thread_alone(bool alone) {
    bool before = inside;
    inside = alone;
    return before;
}

void cc_set_threads(int32_t threads) {
    if (threads < 0) threads = 1;
    atomic_store(&pool.threads, threads > most_workers + 1 ? most_workers + 1 : threads);
}

int32_t cc_threads(void) {
    static _Atomic int32_t cores;
    int32_t threads = atomic_load_explicit(&pool.threads, memory_order_relaxed);
    if (threads > 0) return threads;
    int32_t known = atomic_load_explicit(&cores, memory_order_relaxed);
    if (known == 0) atomic_store_explicit(&cores, known = cc_native_cores(), memory_order_relaxed);
    return known > most_workers + 1 ? most_workers + 1 : known;
}

// MARK: Scratch

typedef struct scratch {
    void *block[4];
    uint64_t bytes[4];
} scratch;

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void scratch_release(void *value) {
    scratch *s = value;
    for (int i = 0; i < 4; i++) free(s->block[i]);
    free(s);
}

/// The block, of which nothing beyond the bytes asked for may be touched.
static void *only(void *block, uint64_t bytes, uint64_t size) {
#if __has_feature(address_sanitizer)
    ASAN_UNPOISON_MEMORY_REGION(block, bytes);
    ASAN_POISON_MEMORY_REGION((char *)block + bytes, size - bytes);
#else
    (void)bytes, (void)size;
#endif
    return block;
}

static void scratch_make_key(void) { pthread_key_create(&scratch_key, scratch_release); }

void *cc_pool_scratch(int slot, uint64_t bytes) {
    pthread_once(&scratch_once, scratch_make_key);
    scratch *s = pthread_getspecific(scratch_key);
    if (!s) {
        if (!(s = calloc(1, sizeof *s))) return NULL;
        if (pthread_setspecific(scratch_key, s) != 0) {
            free(s);
            return NULL;
        }
    }
    if (s->bytes[slot] >= bytes) return only(s->block[slot], bytes, s->bytes[slot]);
    free(s->block[slot]);
    s->block[slot] = NULL;
    s->bytes[slot] = 0;
    // Large blocks on large pages: packed panels are read with a stride of many pages.
    uint64_t unit = bytes >= 1 << 20 ? 2 << 20 : 4096;
    uint64_t size = (bytes + unit - 1) / unit * unit;
    void *block = NULL;
    if (size < bytes || posix_memalign(&block, unit, size) != 0) return NULL;
    if (unit > 4096) madvise(block, size, MADV_HUGEPAGE);
    s->block[slot] = block;
    s->bytes[slot] = size;
    return only(block, bytes, size);
}
