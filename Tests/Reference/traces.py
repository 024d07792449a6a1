"""Traces of gradient descent and Adam to 60 digits on two small networks of networks.py: writes traces.json.

Run: python3 traces.py    (mpmath, a few minutes)
"""
import json
import pathlib

import networks
from mpmath import mp, mpf

mp.dps = 90
STEPS = 11


def gradient(case, parameters):
    values = []
    for i in range(len(parameters)):
        up, down = list(parameters), list(parameters)
        up[i] += networks.STEP
        down[i] -= networks.STEP
        values.append((networks.loss(case, up) - networks.loss(case, down)) / (2 * networks.STEP))
    return values


def setting(name, activation, widths, equation, points, seed):
    stream = networks.Stream(seed)
    d = widths[0]
    count = sum(m * (n + 1) for n, m in zip(widths, widths[1:]))
    case = {"name": name, "activation": activation, "widths": widths, "terms": []}
    parameters = [stream.number(1) for _ in range(count)]
    for kind, number, weight in ((equation, points, mpf(1)), (f"value{d}", 2, mpf(5) / 2)):
        case["terms"].append({
            "equation": kind, "weight": weight, "points": [[stream.number() for _ in range(d)] for _ in range(number)],
            "source": [stream.number() for _ in range(number)],
        })
    return case, parameters


def descent(case, parameters, rate):
    rate = mpf(rate)
    losses = []
    for _ in range(STEPS):
        losses.append(networks.loss(case, parameters))
        parameters = [p - rate * g for p, g in zip(parameters, gradient(case, parameters))]
    return losses, parameters


def adam(case, parameters, rate):
    # The double nearest to each constant, as a program in float64 has them.
    rate, b1, b2, small = mpf(rate), mpf(0.9), mpf(0.999), mpf(1e-8)
    m = [mpf(0)] * len(parameters)
    v = list(m)
    losses = []
    for t in range(1, STEPS + 1):
        losses.append(networks.loss(case, parameters))
        g = gradient(case, parameters)
        m = [b1 * a + (1 - b1) * b for a, b in zip(m, g)]
        v = [b2 * a + (1 - b2) * b * b for a, b in zip(v, g)]
        parameters = [
            p - rate * (a / (1 - b1**t)) / (mp.sqrt(b / (1 - b2**t)) + small) for p, a, b in zip(parameters, m, v)
        ]
    return losses, parameters


if __name__ == "__main__":
    results = []
    for arguments in [
        ("Poisson, line, tanh", "tanh", [1, 6, 1], "poisson1", 7, 21), ("Poisson, plane, sin", "sin", [2, 4, 3, 1], "poisson2", 4, 22),
    ]:
        for method, rate in (("gd", 1e-3), ("adam", 1e-2)):
            case, start = setting(*arguments)
            losses, end = (descent if method == "gd" else adam)(case, start, rate)
            digits = lambda v: mp.nstr(v, 40)
            results.append({
                "name": case["name"], "activation": case["activation"], "widths": case["widths"], "method": method, "rate": rate,
                "parameters": [float(p) for p in start],
                "terms": [
                    {"equation": t["equation"], "weight": float(t["weight"]), "points": [[float(v) for v in x] for x in t["points"]],
                     "source": [float(v) for v in t["source"]]} for t in case["terms"]
                ],
                "losses": [digits(v) for v in losses], "end": [digits(v) for v in end],
            })
            print(case["name"], method, digits(losses[-1]), flush=True)
    pathlib.Path(__file__).with_name("traces.json").write_text(json.dumps(results, indent=1) + "\n")
