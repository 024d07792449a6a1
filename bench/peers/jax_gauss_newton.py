"""JAX on W9: a damped Gauss-Newton step in the space of samples, by reverse mode over points, one product and Cholesky, in one jit."""
import common
import jets
from jax_setup import f, jax, jnp, layers, work, x, xb

directions = [jnp.asarray(v, x.dtype) for v in jets.unit_directions(work.kind, work.dimension)]


def inside(layers, point, value):
    return jets.residual(work.kind, point[None], value[None], layers, jnp.tanh, jnp.stack, jnp.zeros_like, directions, work.viscosity).reshape(())


def outside(layers, point):
    return jets.plain(point[None], layers, jnp.tanh)[0].reshape(())


def rows(function, scale, *points):
    values, gradients = jax.vmap(lambda *p: jax.value_and_grad(function)(layers_now, *p))(*points)
    flat = jnp.concatenate([g.reshape(values.shape[0], -1) for pair in gradients for g in pair], axis=1)
    return scale * values, scale * flat


@jax.jit
def step(layers):
    global layers_now
    layers_now = layers
    r0, j0 = rows(inside, (1.0 / x.shape[0]) ** 0.5, x, f)
    r1, j1 = rows(outside, (work.weight / xb.shape[0]) ** 0.5, xb)
    r, jacobian = jnp.concatenate([r0, r1]), jnp.concatenate([j0, j1])
    gram = jacobian @ jacobian.T
    gram = gram + 1e-3 * jnp.max(jnp.diag(gram)) * jnp.eye(gram.shape[0], dtype=gram.dtype)
    return (r**2).sum(), -(jacobian.T @ jax.scipy.linalg.cho_solve((jnp.linalg.cholesky(gram), True), r)), jacobian.T @ r


try:
    loss, change, half = step(layers)
    shapes = [(w.shape, b.shape) for w, b in layers]
    gradient, at = [], 0
    for shape_w, shape_b in shapes:
        pair = []
        for shape in (shape_w, shape_b):
            size = 1
            for n in shape:
                size *= n
            pair.append((2 * half[at : at + size]).reshape(shape))
            at += size
        gradient.append(tuple(pair))
    common.report("jax", "Gauss-Newton in one jit", common.median_ms(lambda: jax.block_until_ready(step(layers))), work.agreement(loss, gradient))
except Exception as error:
    common.failure("jax", "Gauss-Newton in one jit", error)
