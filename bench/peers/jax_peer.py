"""JAX beside us: plain jit over nested automatic differentiation, and the expert's form, propagated jets in a scan over tiles of points."""
import common
import jets
from jax_setup import f, jax, jnp, layers, options, work, x, xb

d, kind = work.dimension, work.kind
as_array = lambda list: [jnp.asarray(v, x.dtype) for v in list]
directions, axes = as_array(jets.unit_directions(kind, d)), as_array(jets.axes(d))
places = [(jnp.asarray(o, x.dtype), w) for o, w in jets.stencil(kind, d, work.step).items()]


def residual(layers, x, f):
    if options.derivative == "fd":
        return jets.fd_residual(kind, x, f, layers, jnp.tanh, places, jnp, work.viscosity)
    return jets.residual(kind, x, f, layers, jnp.tanh, jnp.stack, jnp.zeros_like, directions, work.viscosity)


def boundary(layers):
    return work.weight * jets.boundary_squares(work.navier, xb, layers, jnp.tanh, jnp.stack, jnp.zeros_like, axes)


def loss(layers):
    return (residual(layers, x, f) ** 2).mean() + boundary(layers)


def nested(layers):
    u = lambda p: jets.plain(p, layers, jnp.tanh)[0]
    lap = lambda g: (lambda p: jnp.trace(jax.hessian(g)(p)))
    if kind == "laplacian":
        r = jax.vmap(lap(u))(x) - f
    elif kind == "fourth":
        along = lambda g: (lambda p: jax.jvp(g, (p,), (jnp.ones_like(p),))[1])
        r = jax.vmap(along(along(along(along(u)))))(x) - f
    elif kind == "biharmonic":
        r = jax.vmap(lap(lap(u)))(x) - f
    else:
        def one(p):
            g, h = jax.grad(u)(p), jax.hessian(u)(p)
            return g[2] + u(p) * (g[0] + g[1]) - work.viscosity * (h[0, 0] + h[1, 1])
        r = jax.vmap(one)(x) - f
    return (r**2).mean() + boundary(layers)


def tiled(tile):
    count = x.shape[0] // tile
    xs, fs = x[: count * tile].reshape(count, tile, d), f[: count * tile].reshape(count, tile)
    part = lambda layers, x, f: (residual(layers, x, f) ** 2).sum() / work.interior.shape[0]

    def step(layers):
        value, gradient = jax.value_and_grad(boundary)(layers)

        def body(carry, data):
            v, g = jax.value_and_grad(part)(layers, *data)
            return (carry[0] + v, jax.tree.map(jnp.add, carry[1], g)), None

        (value, gradient), _ = jax.lax.scan(body, (value, gradient), (xs, fs))
        if count * tile < x.shape[0]:
            v, g = jax.value_and_grad(part)(layers, x[count * tile :], f[count * tile :])
            value, gradient = value + v, jax.tree.map(jnp.add, gradient, g)
        return value, gradient

    return step


forms = [("jets, jit", jax.value_and_grad(loss))]
if options.derivative == "ad":
    forms.append(("nested, jit", jax.value_and_grad(nested)))
for tile in (128, 256, 512, 1024):
    if tile < x.shape[0]:
        forms.append((f"jets, scan over tiles of {tile}", tiled(tile)))
for name, form in forms:
    try:
        compiled = jax.jit(form)
        value, gradient = compiled(layers)
        common.report("jax", name, common.median_ms(lambda: jax.block_until_ready(compiled(layers))), work.agreement(value, gradient))
    except Exception as error:
        common.failure("jax", name, error)
