"""DeepXDE beside us, in the form of its examples: dde.grad on the PyTorch backend inside a compiled PDE problem."""
import os

os.environ.setdefault("DDE_BACKEND", "pytorch")
import common

options = common.arguments()
import torch

torch.set_num_threads(options.threads)
torch.set_default_dtype(torch.float32 if options.precision == "f32" else torch.float64)
import deepxde as dde

dde.config.set_default_float("float32" if options.precision == "f32" else "float64")
work = common.Workload(options.folder, options.precision)
d, kind = work.dimension, work.kind
widths = [d] + [w.shape[0] for w, _ in work.layers]
net = dde.nn.FNN(widths, "tanh", "Glorot uniform")
with torch.no_grad():
    for linear, (w, b) in zip(net.linears, work.layers):
        linear.weight.copy_(torch.tensor(w))
        linear.bias.copy_(torch.tensor(b))
x, f, xb = torch.tensor(work.interior), torch.tensor(work.f), torch.tensor(work.boundary)
parameters = [p for linear in net.linears for p in (linear.weight, linear.bias)]


def laplacian(y, p):
    return sum(dde.grad.hessian(y, p, i=k, j=k) for k in range(d))


def residual(p, u):
    if kind == "laplacian":
        return laplacian(u, p)[:, 0] - f
    if kind == "fourth":
        return dde.grad.hessian(dde.grad.hessian(u, p), p)[:, 0] - f
    if kind == "biharmonic":
        return laplacian(laplacian(u, p), p)[:, 0] - f
    first = [dde.grad.jacobian(u, p, i=0, j=k) for k in range(3)]
    second = dde.grad.hessian(u, p, i=0, j=0) + dde.grad.hessian(u, p, i=1, j=1)
    return (first[2] + u * (first[0] + first[1]) - work.viscosity * second)[:, 0] - f


def run():
    dde.gradients.clear()
    p = x.clone().requires_grad_(True)
    u = net(p)
    value = (residual(p, u) ** 2).mean()
    q = xb.clone().requires_grad_(True)
    ub = net(q)
    value = value + work.weight * (ub[:, 0] ** 2).mean()
    if work.navier:
        dde.gradients.clear()
        value = value + work.weight * (laplacian(ub, q)[:, 0] ** 2).mean()
    return value, torch.autograd.grad(value, parameters)


if options.derivative == "ad":
    try:
        value, gradients = run()
        pairs = [(gradients[2 * k], gradients[2 * k + 1]) for k in range(len(work.layers))]
        common.report("deepxde", "dde.grad", common.median_ms(run), work.agreement(value.detach(), pairs))
    except Exception as error:
        common.failure("deepxde", "dde.grad", error)
