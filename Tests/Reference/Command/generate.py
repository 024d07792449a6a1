"""Makes the model and data files of the command's tests and, with 60 digits, the spectra they must give.

Run in this folder: python3 generate.py (needs numpy, mpmath and safetensors). The matrix has a row
Laplacian of tanh(w.x + b) for every interior point and, below, a row 2 tanh(w.x + b) for every point of the
boundary (a condition of weight 4: its square root). Lines of spectra.txt: key, index, value.
"""

import numpy
from mpmath import mp, mpf, log, matrix, svd_r, tanh
from safetensors.numpy import save_file

mp.dps = 60
CUTS = ["1e-3", "1e-6", "1e-9", "1e-12"]


def setting(name, d, features, interior, boundary, seed):
    random = numpy.random.default_rng(seed)
    w = random.uniform(-3, 3, (features, d))
    b = random.uniform(-3, 3, features)
    pi = numpy.pi
    f = -d * pi * pi * numpy.prod(numpy.sin(pi * interior), axis=1)
    g = numpy.prod(numpy.sin(pi * boundary), axis=1)
    save_file({"features.weight": w, "features.bias": b}, name + "-model.safetensors", metadata={"activation": "tanh"})
    save_file({"interior": interior, "boundary": boundary, "f": f, "g": g}, name + "-data.safetensors")
    rows = len(interior) + len(boundary)
    a = matrix(rows, features)
    for j in range(features):
        square = sum(mpf(float(v)) ** 2 for v in w[j])
        for i in range(rows):
            point = interior[i] if i < len(interior) else boundary[i - len(interior)]
            t = tanh(sum(mpf(float(v)) * mpf(float(x)) for v, x in zip(w[j], point)) + mpf(float(b[j])))
            a[i, j] = -2 * t * (1 - t * t) * square if i < len(interior) else 2 * t
    s = sorted((v for v in svd_r(a, compute_uv=False)), reverse=True)
    lines = [f"{name}.s {k} {mp.nstr(v, 25)}" for k, v in enumerate(s)]
    for cut in CUTS:
        kept = [v for v in s if v > mpf(cut) * s[0]]
        total = sum(kept)
        entropy = -sum(v / total * log(v / total) for v in kept) / log(len(kept)) if len(kept) > 1 else mpf(0)
        gap = min(abs(v / s[0] / mpf(cut) - 1) for v in s)
        assert gap > mpf("0.02"), (name, cut, gap)
        lines += [f"{name}.count {cut} {len(kept)}", f"{name}.entropy {cut} {mp.nstr(entropy, 25)}"]
    return lines


def main():
    line = numpy.linspace(-1, 1, 62)[1:-1].reshape(-1, 1)
    xs = numpy.linspace(-1, 1, 10)[1:-1]
    ys = numpy.linspace(-1, 1, 7)[1:-1]
    plane = numpy.array([[x, y] for x in xs for y in ys])
    ends = numpy.array([[-1.0], [1.0]])
    edge = numpy.array([[x, y] for x in (-1.0, 0.0, 1.0) for y in (-1.0, 0.0, 1.0) if (x, y) != (0.0, 0.0)])
    lines = setting("line", 1, 30, line, ends, 1) + setting("plane", 2, 24, plane, edge, 2)
    with open("spectra.txt", "w") as file:
        file.write("# made by generate.py\n" + "\n".join(lines) + "\n")


main()
