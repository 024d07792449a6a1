"""Exact values of central stencils of features, computed with 60 digits and rounded to double.

Writes stencils.csv beside itself: activation, derivative orders along x and y, accuracy, step, weights w_x, w_y, argument z,
value of the stencil of sigma(w.x + b) at w.x + b = z. Usage: python3 stencils.py (needs mpmath)."""
import os
from mpmath import mp, mpf, tanh, sin, cos, exp, log1p, matrix, lu_solve, factorial, erfc, sqrt

mp.dps = 60
functions = {
    "tanh": tanh, "sin": sin, "cos": cos, "sigmoid": lambda z: 1 / (1 + exp(-z)), "softplus": lambda z: log1p(exp(z)),
    "silu": lambda z: z / (1 + exp(-z)), "gaussian": lambda z: exp(-z * z), "relu3": lambda z: max(z, mpf(0)) ** 3,
    "gelu": lambda z: z * erfc(-z / sqrt(2)) / 2,
}


def stencil(p, q):
    """Offsets and weights from the moment conditions."""
    if p == 0: return [(0, mpf(1))]
    half = (p + 1) // 2 - 1 + q // 2
    offsets = list(range(-half, half + 1))
    rows = matrix(len(offsets), len(offsets))
    right = matrix(len(offsets), 1)
    for n in range(len(offsets)):
        for column, k in enumerate(offsets): rows[n, column] = mpf(k) ** n
        right[n] = factorial(p) if n == p else 0
    weights = lu_solve(rows, right)
    return [(k, weights[i]) for i, k in enumerate(offsets)]


def value(name, p, q, accuracy, h, w, v, z):
    h, w, v, z = map(mpf, (h, w, v, z))
    total = sum(a * b * functions[name](z + (i * w + j * v) * h) for i, a in stencil(p, accuracy) for j, b in stencil(q, accuracy))
    return total / h ** (p + q)


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "stencils.csv"), "w") as out:
    out.write("activation,px,py,accuracy,step,wx,wy,argument,value\n")
    def put(name, p, q, accuracy, h, w, v, z):
        out.write(f"{name},{p},{q},{accuracy},{h!r},{w!r},{v!r},{z!r},{float(value(name, p, q, accuracy, h, w, v, z))!r}\n")
    for name in functions:
        for p, accuracy in [(1, 2), (2, 2), (3, 2), (4, 2), (2, 4), (4, 4), (1, 6), (2, 8), (3, 8), (4, 8)]:
            for h, w in [(1e-3, 2.7), (1e-2, 3.0), (0.05, -4.0), (0.1, 5.0), (0.2, 9.5)]:
                for z in (0.4, -1.3): put(name, p, 0, accuracy, h, w, 0.0, z)
        for p, q, accuracy in [(2, 2, 2), (1, 1, 2), (2, 2, 4), (1, 3, 4)]:
            for h, w, v in [(1e-3, 2.7, -1.9), (1e-2, 3.0, 2.0), (0.1, 3.0, -2.5), (0.2, 6.0, 9.5)]:
                for z in (0.4, -1.3): put(name, p, q, accuracy, h, w, v, z)
