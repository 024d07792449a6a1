"""PyTorch beside us: nested autograd as it is usually written, and propagated jets, eager and compiled."""
import common

options = common.arguments()
import jets
import torch

torch.set_num_threads(options.threads)
work = common.Workload(options.folder, options.precision)
dtype = torch.float32 if options.precision == "f32" else torch.float64
layers = [(torch.tensor(w, requires_grad=True), torch.tensor(b, requires_grad=True)) for w, b in work.layers]
flat = [p for layer in layers for p in layer]
x, f, xb = torch.tensor(work.interior), torch.tensor(work.f), torch.tensor(work.boundary)
d, kind = work.dimension, work.kind
vectors = lambda list: [torch.tensor(v, dtype=dtype) for v in list]
directions, axes = vectors(jets.unit_directions(kind, d)), vectors(jets.axes(d))
places = [(torch.tensor(o, dtype=dtype), w) for o, w in jets.stencil(kind, d, work.step).items()]


def boundary():
    return work.weight * jets.boundary_squares(work.navier, xb, layers, torch.tanh, torch.stack, torch.zeros_like, axes)


def propagated():
    if options.derivative == "fd":
        r = jets.fd_residual(kind, x, f, layers, torch.tanh, places, torch, work.viscosity)
    else:
        r = jets.residual(kind, x, f, layers, torch.tanh, torch.stack, torch.zeros_like, directions, work.viscosity)
    return (r**2).mean() + boundary()


def gradient(y, x):
    return torch.autograd.grad(y.sum(), x, create_graph=True)[0]


def laplacian(y, x):
    g = gradient(y, x)
    return sum(gradient(g[:, k], x)[:, k] for k in range(d))


def nested():
    p = x.clone().requires_grad_(True)
    u = jets.plain(p, layers, torch.tanh)[:, 0]
    if kind == "laplacian":
        r = laplacian(u, p) - f
    elif kind == "fourth":
        y = u
        for _ in range(4):
            y = gradient(y, p)[:, 0]
        r = y - f
    elif kind == "biharmonic":
        r = laplacian(laplacian(u, p), p) - f
    else:
        g = gradient(u, p)
        second = gradient(g[:, 0], p)[:, 0] + gradient(g[:, 1], p)[:, 1]
        r = g[:, 2] + u * (g[:, 0] + g[:, 1]) - work.viscosity * second - f
    return (r**2).mean() + boundary()


def step(form):
    def run():
        value = form()
        return value, torch.autograd.grad(value, flat)

    return run


forms = [("jets, eager", propagated)]
if options.derivative == "ad":
    forms.append(("nested", nested))
forms.append(("jets, compiled", torch.compile(propagated)))
for name, form in forms:
    try:
        run = step(form)
        value, gradients = run()
        pairs = [(gradients[2 * k], gradients[2 * k + 1]) for k in range(len(layers))]
        common.report("torch", name, common.median_ms(run), work.agreement(value.detach(), pairs))
    except Exception as error:
        common.failure("torch", name, error)
