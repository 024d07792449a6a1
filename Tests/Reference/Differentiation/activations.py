"""Derivatives of the activation functions of order 0 to 6, computed with 60 digits and rounded to double.

Writes activations.csv beside itself: name, order, argument, value. Usage: python3 activations.py (needs mpmath)."""
import os
from mpmath import mp, mpf, taylor, tanh, sin, cos, exp, log1p, factorial, erfc, sqrt, pi

mp.dps = 60
functions = {
    "tanh": tanh, "sin": sin, "cos": cos, "sigmoid": lambda z: 1 / (1 + exp(-z)), "softplus": lambda z: log1p(exp(z)),
    "silu": lambda z: z / (1 + exp(-z)), "gaussian": lambda z: exp(-z * z),
    "gelu": lambda z: z * erfc(-z / sqrt(2)) / 2,
}
points = [0.0, 1e-9, 0.03125, -0.3, 0.7, -1.1, 1.75, -2.6, 3.9, -5.2, 8.3, -12.7, 20.1, -26.0, 41.5, -90.25, 200.0, -310.0]


def series(name, z, order):
    """Taylor coefficients by exact recurrences from those of exp, independent of the closed forms under test."""
    n = order + 1
    def product(a, b): return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(n)]
    def quotient(a, b):
        q = []
        for k in range(n): q.append((a[k] - sum(b[i] * q[k - i] for i in range(1, k + 1))) / b[0])
        return q
    def exponential(a):
        e = [exp(a[0])]
        for k in range(1, n): e.append(sum(i * a[i] * e[k - i] for i in range(1, k + 1)) / k)
        return e
    one = [mpf(1)] + [mpf(0)] * order
    line = [mpf(z), mpf(1)] + [mpf(0)] * (order - 1)
    if name in ("sin", "cos"):
        phase = 0 if name == "sin" else 1
        return [[sin, cos, lambda t: -sin(t), lambda t: -cos(t)][(k + phase) % 4](mpf(z)) / factorial(k) for k in range(n)]
    if name == "gaussian":
        return exponential([-c for c in product(line, line)])
    if name == "gelu":
        density = [c / sqrt(2 * pi) for c in exponential([-c / 2 for c in product(line, line)])]
        return product(line, [erfc(-mpf(z) / sqrt(2)) / 2] + [density[k - 1] / k for k in range(1, n)])
    if name == "tanh":
        q = exponential([-2 * c for c in line])
        return quotient([a - b for a, b in zip(one, q)], [a + b for a, b in zip(one, q)])
    s = quotient(one, [a + b for a, b in zip(one, exponential([-c for c in line]))])
    if name == "sigmoid": return s
    if name == "silu": return product(line, s)
    return [log1p(exp(mpf(z)))] + [s[k - 1] / k for k in range(1, n)]


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "activations.csv"), "w") as out:
    out.write("activation,order,argument,value\n")
    for name in functions:
        for z in points:
            mp.dps = 400  # tails cancel in the recurrences
            coefficients = series(name, z, 6)
            assert abs(coefficients[0] - functions[name](mpf(z))) <= mpf(10) ** -300
            for order in range(7):
                out.write(f"{name},{order},{z!r},{float(coefficients[order] * factorial(order))!r}\n")
