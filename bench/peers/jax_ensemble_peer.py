"""JAX beside our ensembles: vmap over members within a scan over the steps, whole and in tiles of members; the update inside the compiled loop."""
import common
import numpy
from jax_setup import jax, jnp, layers, work

members, steps, adam = work.description["members"], work.description["steps"], work.description["adam"]
(w, b), (v, c) = layers
x, f, xb = jnp.asarray(work.interior[:, 0]), jnp.asarray(work.f), jnp.asarray(work.boundary[:, 0])
start = (w[:, 0], b, v[0], c[0])
# Member 0 is the reference network; the others are near it, which is the same work.
noise = numpy.random.default_rng(0)
crowd = tuple(
    jnp.asarray(numpy.asarray(p)[None] * (1 + 0.1 * noise.standard_normal((members,) + p.shape) * (numpy.arange(members) > 0).reshape((-1,) + (1,) * p.ndim))).astype(x.dtype)
    for p in start
)


def loss_points_first(theta):
    w, b, v, c = theta
    t = jnp.tanh(x[:, None] * w + b)
    r = (t * (1 - t * t)) @ (-2 * v * w * w) - f
    u = jnp.tanh(xb[:, None] * w + b) @ v + c
    return (r * r).mean() + work.weight * (u * u).mean()


def loss_neurons_first(theta):
    w, b, v, c = theta
    t = jnp.tanh(w[:, None] * x + b[:, None])
    r = (-2 * v * w * w) @ (t * (1 - t * t)) - f
    u = v @ jnp.tanh(w[:, None] * xb + b[:, None]) + c
    return (r * r).mean() + work.weight * (u * u).mean()


def by_hand(theta):
    """Loss and gradient written out, one tanh for both."""
    w, b, v, c = theta
    t = jnp.tanh(w[:, None] * x + b[:, None])
    s = 1 - t * t
    second, third, m = -2 * t * s, s * (4 - 6 * s), w * w
    r = (v * m) @ second - f
    tb = jnp.tanh(w[:, None] * xb + b[:, None])
    sb = 1 - tb * tb
    u = v @ tb + c
    e, eb = 2 / x.size * r, 2 * work.weight / xb.size * u
    plain, first, moment = second @ e, third @ e, third @ (e * x)
    gradient = (v * (m * moment + 2 * w * plain) + v * (sb @ (eb * xb)), v * (m * first + sb @ eb), m * plain + tb @ eb, eb.sum())
    return (r * r).mean() + work.weight * (u * u).mean(), gradient


def train(value_and_gradient):
    """Losses and gradients of the first step, and the parameters after all."""

    def step(state, _):
        theta, m, v, n = state
        loss, g = value_and_gradient(theta)
        n = n + 1
        if adam:
            m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
            v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
            move = lambda p, m, v: p - 1e-3 * (m / (1 - 0.9**n)) / (jnp.sqrt(v / (1 - 0.999**n)) + 1e-8)
            theta = jax.tree.map(move, theta, m, v)
        return (theta, m, v, n), loss

    def run(theta):
        if not adam:
            return value_and_gradient(theta)
        zeros = jax.tree.map(jnp.zeros_like, theta)
        (theta, _, _, _), losses = jax.lax.scan(step, (theta, zeros, zeros, jnp.zeros((), x.dtype)), None, length=steps)
        return losses, theta

    return run


def tiles(run, size):
    """`size` members at a time."""

    def all_of(crowd):
        parts = jax.tree.map(lambda p: p.reshape((members // size, size) + p.shape[1:]), crowd)
        return jax.lax.map(run, parts)

    return all_of


for name, single in [
    ("points first", jax.value_and_grad(loss_points_first)),
    ("neurons first", jax.value_and_grad(loss_neurons_first)),
    ("gradient by hand", by_hand),
]:
    loss, gradient = jax.jit(single)(start)
    layers = [(numpy.asarray(gradient[0])[:, None], gradient[1]), (numpy.asarray(gradient[2])[None], numpy.asarray(gradient[3])[None])]
    agreement = work.agreement(loss, layers)
    whole = train(jax.vmap(single))
    forms = [("vmap in scan", whole)] + [(f"tiles of {size}, vmap in scan", tiles(whole, size)) for size in (1, 4, 16) if members % size == 0]
    for form, run in forms:
        try:
            compiled = jax.jit(run)
            jax.block_until_ready(compiled(crowd))
            common.report("jax", f"{form}, {name}", common.median_ms(lambda: jax.block_until_ready(compiled(crowd)), budget=0.7), agreement)
        except Exception as error:
            common.failure("jax", f"{form}, {name}", error)
