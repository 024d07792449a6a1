/// The native path's threads: persistent, spinning shortly between calls, then asleep.
#ifndef RESIDUA_POOL_H
#define RESIDUA_POOL_H

#include <stdint.h>

/// Calls `function(task, context)` once for every task in 0..<count and returns when all have ended.
///
/// Tasks are handed out one by one to at most `cc_threads()` threads, the caller among them, so they must not depend on each
/// other; then results do not depend on the number of threads. A call from inside a task, or while another thread uses the
/// pool, runs its tasks in order on the calling thread. A call costs about 1 µs while the threads are awake (50 µs after the
/// last call), some 10–50 µs when they must be woken: give at least 50 µs of work.
void cc_pool_run(int64_t count, void (*function)(int64_t task, void *context), void *context);

/// A block of at least `bytes` bytes that belongs to the calling thread and stays until it asks for a larger one in the same
/// `slot` (0…3) or ends; aligned to 4096 bytes. NULL when memory is exhausted. What is in it is undefined.
void *cc_pool_scratch(int slot, uint64_t bytes);

#endif
