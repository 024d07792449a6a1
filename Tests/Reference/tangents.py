"""First and second derivatives of residuals along a vector of parameters, to 40 digits: writes tangents.json, a case a line.

An independent way: the network's parameters are θ + εv and its coordinates x + s, so that a field is a polynomial in ε (degree 2) and s
(degree 4), carried through the network by the Taylor series of the activation about the value, which come from numerical
differentiation with raised precision. All inputs are multiples of 1/256, exact in float32.

Run: python3 tangents.py    (mpmath, about a minute)
"""
import itertools
import json
import math
import pathlib

from mpmath import mp, mpf

from networks import Stream

mp.dps = 50
DEGREE, PARTS = 4, 3
ACTIVATIONS = {
    "tanh": mp.tanh, "sin": mp.sin, "cos": mp.cos, "sigmoid": lambda z: 1 / (1 + mp.exp(-z)), "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "silu": lambda z: z / (1 + mp.exp(-z)), "gaussian": lambda z: mp.exp(-z * z), "gelu": lambda z: z * mp.erfc(-z / mp.sqrt(2)) / 2,
    "relu7": lambda z: z ** 7 if z > 0 else mpf(0),
}


def multiply(a, b):
    """Polynomials as dictionaries from exponents (of s_x, s_y, ε) to coefficients."""
    out = {}
    for (i, j, k), x in a.items():
        for (l, m, n), y in b.items():
            if i + j + l + m <= DEGREE and k + n < PARTS:
                e = (i + l, j + m, k + n)
                out[e] = out.get(e, mpf(0)) + x * y
    return out


def add(a, b, factor=1):
    out = dict(a)
    for e, x in b.items():
        out[e] = out.get(e, mpf(0)) + factor * x
    return out


def compose(function, p):
    """f(p) by the Taylor series of f about the constant coefficient."""
    centre = p.get((0, 0, 0), mpf(0))
    coefficients = mp.taylor(function, centre, DEGREE + PARTS - 1)
    rest = {e: x for e, x in p.items() if e != (0, 0, 0)}
    out, power = {(0, 0, 0): coefficients[0]}, {(0, 0, 0): mpf(1)}
    for c in coefficients[1:]:
        power = multiply(power, rest)
        out = add(out, power, c)
    return out


def field(widths, activation, parameters, vector, point):
    values = [{(0, 0, 0): point[0], (1, 0, 0): mpf(1)}, {(0, 0, 0): point[1], (0, 1, 0): mpf(1)}]
    place = 0
    for layer, (n, m) in enumerate(zip(widths, widths[1:])):
        out = []
        for o in range(m):
            bias = place + n * m + o
            z = {(0, 0, 0): parameters[bias], (0, 0, 1): vector[bias]}
            for i in range(n):
                weight = place + o * n + i
                z = add(z, multiply(values[i], {(0, 0, 0): parameters[weight], (0, 0, 1): vector[weight]}))
            out.append(compose(activation, z) if layer < len(widths) - 2 else z)
        values = out
        place += m * (n + 1)
    return values[0]


def derivative(u, i, j):
    """∂ˣⁱ∂ʸʲ u as a polynomial in ε."""
    factor = math.factorial(i) * math.factorial(j)
    return {(0, 0, k): factor * u.get((i, j, k), mpf(0)) for k in range(PARTS)}


def along(u, direction, order):
    """d^order/ds^order u along a direction."""
    out = {}
    for i in range(order + 1):
        factor = math.comb(order, i) * direction[0] ** i * direction[1] ** (order - i)
        out = add(out, derivative(u, i, order - i), factor)
    return out


SETS = {
    "values": ([], []),
    "laplacian": ([([1, 0], 2), ([0, 1], 2)], [[1, 1]]),
    "fourth": ([([0.75, -0.5], 4)], [[0.5]]),
    "mixed": ([([1, 0], 1), ([0.5, 1], 3), ([1, -1], 2), ([0.25, 0.75], 4)], [[0, 0.5, 1, 0.25], [0, -0.25, 0, 0.5]]),
    "biharmonic": None,
}


def components(name, u):
    if name == "biharmonic":
        low = [derivative(u, *e) for e in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))]
        third = [add(derivative(u, 3, 0), derivative(u, 1, 2)), add(derivative(u, 2, 1), derivative(u, 0, 3))]
        return low + third + [add(add(derivative(u, 4, 0), derivative(u, 2, 2), 2), derivative(u, 0, 4))]
    directions, tops = SETS[name]
    out = [derivative(u, 0, 0)]
    for vector, order in directions:
        out += [along(u, vector, k) for k in range(1, max(order, 2))]
    for weights in tops:
        top = {}
        for (vector, order), weight in zip(directions, weights):
            if weight != 0:
                top = add(top, along(u, vector, order), mpf(weight))
        out.append(top)
    return out


def residual(linear, y, a, b):
    """Σ linear·y + e^a y_0 y_last − b y_last² + sin y_0."""
    out = add(compose(mp.sin, y[0]), multiply(compose(mp.exp, a), multiply(y[0], y[-1])))
    out = add(out, multiply(b, multiply(y[-1], y[-1])), -1)
    for factor, component in zip(linear, y):
        out = add(out, component, factor)
    return out


def main():
    cases = []
    for number, (activation, name) in enumerate(itertools.product(ACTIVATIONS, SETS)):
        stream = Stream(number + 1)
        widths = [[2, 5, 1], [2, 4, 3, 1]][number % 2]
        count = sum(m * (n + 1) for n, m in zip(widths, widths[1:])) + 2
        parameters = [stream.number() for _ in range(count)]
        vector = [stream.number() for _ in range(count)]
        points = [[stream.number(), stream.number()] for _ in range(2)]
        results = []
        for point in points:
            u = field(widths, ACTIVATIONS[activation], parameters, vector, point)
            y = components(name, u)
            if not results:
                linear = [stream.number() for _ in y]
            a, b = ({(0, 0, 0): parameters[i], (0, 0, 1): vector[i]} for i in (count - 2, count - 1))
            results.append(residual(linear, y, a, b))
        cases.append({
            "activation": activation, "set": name, "widths": widths, "parameters": [float(x) for x in parameters],
            "vector": [float(x) for x in vector], "points": [[float(x) for x in p] for p in points], "linear": [float(x) for x in linear],
            "value": [mp.nstr(r[0, 0, 0], 25) for r in results], "first": [mp.nstr(r[0, 0, 1], 25) for r in results],
            "second": [mp.nstr(2 * r[0, 0, 2], 25) for r in results],
        })
    lines = ",\n".join(json.dumps(case) for case in cases)
    pathlib.Path(__file__).with_name("tangents.json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
