"""Feature matrices to 40 digits by the definitions (mpmath): sums over shifted nodes, and stencils of ReLU powers in exact arithmetic.

Lines "case index value", index i + M j. Inputs are multiples of 2^-19 drawn by SplitMix64 in the order x (coordinate after
coordinate), w (feature after feature), b, coefficients and shifts (node after node): Tests/CComputeTests/FeatureCase.swift draws the same.
Run: python3 features.py > features.txt
"""
from mpmath import mp, mpf
from functions import derivatives

mp.prec = 300


class Stream:
    def __init__(self, seed):
        self.state = seed

    def draw(self, scale):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2 ** 64
        z = self.state
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2 ** 64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2 ** 64
        return mpf((((z ^ (z >> 31)) >> 44) - 2 ** 19)) / 2 ** 19 * scale


def sets(seed, d, M, N, scale):
    s = Stream(seed)
    x = [[s.draw(1) for _ in range(M)] for _ in range(d)]
    w = [[s.draw(scale) for _ in range(d)] for _ in range(N)]
    return s, x, w, [s.draw(scale) for _ in range(N)]


M, N = 5, 3
for seed, name in enumerate(("tanh", "sin", "cos", "sigmoid", "softplus", "silu", "gaussian", "relu3", "gelu")):
    for case, d, scale, orders, shifted in (("shifted", 3, 4, (0, 2, 4, 1, 3), 0.25), ("wide", 100, 2, (2,), 0), ("mixed", 2, 8, (4, 0, 2, 2), 0)):
        s, x, w, b = sets(seed, d, M, N, scale)
        c = [[s.draw(1) for _ in range(N)] for _ in orders]
        shifts = [[s.draw(shifted) for _ in range(N)] for _ in orders]
        for j in range(N):
            for i in range(M):
                z = sum(w[j][k] * x[k][i] for k in range(d)) + b[j]
                y = sum(c[q][j] * derivatives(name, z + shifts[q][j])[p] for q, p in enumerate(orders))
                print(f"{name}.{case}", i + M * j, repr(float(y)))

# Exact stencils: second and fourth differences along each axis, and the mixed one of the biharmonic operator.
h2, h4 = mpf(2) ** -10, mpf(2) ** -6
axis = lambda values, h: [((k * h, 0), v) for k, v in values]
second = [(0, -2), (1, 1), (-1, 1)]
fourth = [(0, 6), (1, -4), (-1, -4), (2, 1), (-2, 1)]
stencils = {
    "laplacian": (h2, [((a * h2, 0), v) for a, v in second] + [((0, a * h2), v) for a, v in second], 2),
    "biharmonic": (h4, [((a * h4, 0), v) for a, v in fourth] + [((0, a * h4), v) for a, v in fourth]
                   + [((a * h4, c * h4), 2 * v * u) for a, v in second for c, u in second], 4),
}
for power in (1, 2, 3, 5):
    for name, (h, stencil, order) in stencils.items():
        s, x, w, b = sets(50 + power, 2, M, N, 2)
        for j in range(N):
            for i in range(M):
                y = mpf(0)
                for (ox, oy), v in stencil:
                    z = w[j][0] * (x[0][i] + ox) + w[j][1] * (x[1][i] + oy) + b[j]
                    y += v * max(z, mpf(0)) ** power
                print(f"relu{power}.{name}", i + M * j, repr(float(y / h ** order)))
