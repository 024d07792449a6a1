"""Loss and full gradient of small networks in differential equations, to 50 digits: writes networks.json.

An independent way: every derivative comes from truncated polynomials in the coordinates, carried through the network by the
Taylor series of the activation about the value; every gradient element is a central difference with a step of 1e-25 in
arithmetic of 90 digits, exact to 49 digits. Parameters and points are multiples of 1/256, exact in float32.

Run: python3 networks.py    (mpmath, about two minutes)
"""
import itertools
import json
import math
import pathlib

from mpmath import mp, mpf

mp.dps = 90
STEP = mpf(10) ** -25
NU = mpf(1) / 8


class Stream:
    """A small congruential generator: the same numbers everywhere."""

    def __init__(self, seed):
        self.state = seed

    def number(self, scale=1):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return mpf(((self.state >> 40) % 513) - 256) / 256 * scale


def series(activation, z, order):
    """Taylor coefficients of the activation about z."""
    if activation == "sin":
        s, c = mp.sin(z), mp.cos(z)
        return [(s, c, -s, -c)[k % 4] / math.factorial(k) for k in range(order + 1)]
    y = [mp.tanh(z)]
    for k in range(1, order + 1):
        square = sum(y[i] * y[k - 1 - i] for i in range(k))
        y.append(((1 if k == 1 else 0) - square) / k)
    return y


class Truncated:
    """Polynomials of total degree ≤ order in d variables, as dictionaries from exponents to coefficients."""

    def __init__(self, d, order):
        self.d, self.order = d, order
        self.exponents = [e for e in itertools.product(range(order + 1), repeat=d) if sum(e) <= order]
        self.zero = (0,) * d

    def variable(self, i, x):
        p = {self.zero: x}
        if self.order > 0:
            p[tuple(1 if k == i else 0 for k in range(self.d))] = mpf(1)
        return p

    def multiply(self, a, b):
        out = {}
        for ea, ca in a.items():
            for eb, cb in b.items():
                e = tuple(x + y for x, y in zip(ea, eb))
                if sum(e) <= self.order:
                    out[e] = out.get(e, 0) + ca * cb
        return out

    def compose(self, activation, z):
        c = series(activation, z.get(self.zero, mpf(0)), self.order)
        rest = {e: v for e, v in z.items() if e != self.zero}
        out, power = {self.zero: c[0]}, {self.zero: mpf(1)}
        for k in range(1, self.order + 1):
            power = self.multiply(power, rest)
            for e, v in power.items():
                out[e] = out.get(e, 0) + c[k] * v
        return out


def network(case, parameters, x, order):
    algebra = Truncated(len(x), order)
    values = [algebra.variable(i, xi) for i, xi in enumerate(x)]
    widths, place = case["widths"], 0
    for layer in range(len(widths) - 1):
        n, m = widths[layer], widths[layer + 1]
        out = []
        for o in range(m):
            z = {algebra.zero: parameters[place + n * m + o]}
            for i in range(n):
                w = parameters[place + o * n + i]
                for e, v in values[i].items():
                    z[e] = z.get(e, 0) + w * v
            out.append(algebra.compose(case["activation"], z) if layer < len(widths) - 2 else z)
        values = out
        place += m * (n + 1)
    field = values[0]
    return lambda *e: field.get(tuple(e), mpf(0)) * math.prod(math.factorial(k) for k in e)


def residual(equation, u, source):
    if equation == "value1":
        return u(0) - source
    if equation == "value2":
        return u(0, 0) - source
    if equation == "value3":
        return u(0, 0, 0) - source
    if equation == "poisson1":
        return u(2) - source
    if equation == "poisson2":
        return u(2, 0) + u(0, 2) - source
    if equation == "biharmonic1":
        return u(4) - source
    if equation == "biharmonic2":
        return u(4, 0) + 2 * u(2, 2) + u(0, 4) - source
    if equation == "burgers":
        return u(0, 0, 1) + u(0, 0, 0) * (u(1, 0, 0) + u(0, 1, 0)) - NU * (u(2, 0, 0) + u(0, 2, 0)) - source
    raise ValueError(equation)


ORDER = {"value1": 0, "value2": 0, "value3": 0, "poisson1": 2, "poisson2": 2, "biharmonic1": 4, "biharmonic2": 4, "burgers": 2}


def loss(case, parameters):
    total = mpf(0)
    for term in case["terms"]:
        part = mpf(0)
        for x, f in zip(term["points"], term["source"]):
            part += residual(term["equation"], network(case, parameters, x, ORDER[term["equation"]]), f) ** 2
        total += term["weight"] * part / len(term["points"])
    return total


def make(name, activation, widths, equation, points, seed):
    stream = Stream(seed)
    d = widths[0]
    count = sum(m * (n + 1) for n, m in zip(widths, widths[1:]))
    case = {"name": name, "activation": activation, "widths": widths, "terms": []}
    parameters = [stream.number(1) for _ in range(count)]
    for kind, number, weight in ((equation, points, mpf(1)), (f"value{d}", 3, mpf(5) / 2)):
        case["terms"].append({
            "equation": kind, "weight": weight,
            "points": [[stream.number() for _ in range(d)] for _ in range(number)],
            "source": [stream.number() for _ in range(number)],
        })
    value = loss(case, parameters)
    gradient = []
    for i in range(count):
        up, down = list(parameters), list(parameters)
        up[i] += STEP
        down[i] -= STEP
        gradient.append((loss(case, up) - loss(case, down)) / (2 * STEP))
    digits = lambda v: mp.nstr(v, 40)
    case["parameters"] = [float(p) for p in parameters]
    for term in case["terms"]:
        term["weight"] = float(term["weight"])
        term["points"] = [[float(v) for v in x] for x in term["points"]]
        term["source"] = [float(v) for v in term["source"]]
    case["loss"], case["gradient"] = digits(value), [digits(g) for g in gradient]
    print(name, digits(value), flush=True)
    return case


CASES = [
    ("Poisson, line, tanh, two layers", "tanh", [1, 7, 1], "poisson1", 9, 1),
    ("Poisson, line, sin, three layers", "sin", [1, 6, 5, 1], "poisson1", 7, 2),
    ("Biharmonic, line, sin, two layers", "sin", [1, 7, 1], "biharmonic1", 9, 3),
    ("Biharmonic, line, tanh, three layers", "tanh", [1, 5, 6, 1], "biharmonic1", 7, 4),
    ("Poisson, plane, sin, two layers", "sin", [2, 7, 1], "poisson2", 9, 5),
    ("Poisson, plane, tanh, four layers", "tanh", [2, 5, 4, 5, 1], "poisson2", 5, 6),
    ("Biharmonic, plane, tanh, two layers", "tanh", [2, 6, 1], "biharmonic2", 5, 7),
    ("Biharmonic, plane, tanh, three layers", "tanh", [2, 5, 4, 1], "biharmonic2", 4, 8),
    ("Biharmonic, plane, sin, four layers", "sin", [2, 4, 3, 4, 1], "biharmonic2", 3, 9),
    ("Burgers, plane and time, tanh, three layers", "tanh", [3, 5, 4, 1], "burgers", 5, 10),
]

if __name__ == "__main__":
    cases = [make(*case) for case in CASES]
    path = pathlib.Path(__file__).with_name("networks.json")
    path.write_text(json.dumps(cases, indent=1) + "\n")
