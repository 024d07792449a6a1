"""What JAX's scripts share: the threads and the precision asked for, set before JAX is loaded, and the workload as its arrays."""
import os

import common

options = common.arguments()
os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if options.threads > 1 else 'false'} intra_op_parallelism_threads={options.threads}"
if options.threads == 1:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", options.precision == "f64")
jax.config.update("jax_platforms", "cpu")
work = common.Workload(options.folder, options.precision)
layers = [(jnp.asarray(w), jnp.asarray(b)) for w, b in work.layers]
x, f, xb = jnp.asarray(work.interior), jnp.asarray(work.f), jnp.asarray(work.boundary)
