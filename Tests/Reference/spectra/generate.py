#!/usr/bin/env python3
"""Singular values, entropies and truncated least-squares solutions to 60 digits, by mpmath.

The matrices are random-feature rows, second derivatives of sigma(w x + b), with parameters that are exact in binary:
    x_i = (2 i + 1 - M) p / q          w_j = 3 ((617 j + 91) mod 1024 - 511.5) / 512      b_j = 3 ((389 j + 553) mod 1024 - 511.5) / 512
so that z = w x + b is exact in double precision as well. Two activations:
    tanh       A_ij = -2 t (1 - t^2) w^2, t = tanh z, in exact arithmetic: the reference for the whole chain from parameters to spectrum;
    algebraic  sigma = z / sqrt(1 + z^2), A_ij = -3 z w^2 / (r r r r r), r = sqrt(1 + z z), evaluated in double precision exactly as written
               (correctly rounded operations only, hence the same bits everywhere): the reference for the decomposition alone.

Each output NAME.txt holds lines "key index value"; run as  ./generate.py  (some minutes; gmpy2 helps).
"""
import math
import sys
from mpmath import mp, mpf, matrix

mp.dps = 60
CUTS = (1e-4, 1e-6, 1e-8, 1e-10, 1e-12, 1e-13)


def parameters(n):
    w = [3 * ((617 * j + 91) % 1024 - 511.5) / 512 for j in range(n)]
    b = [3 * ((389 * j + 553) % 1024 - 511.5) / 512 for j in range(n)]
    return w, b


def points(m, p, q):
    return [(2 * i + 1 - m) * p / q for i in range(m)]


def tanh_matrix(x, w, b):
    def entry(xi, wj, bj):
        t = mp.tanh(mpf(wj) * mpf(xi) + mpf(bj))
        return -2 * t * (1 - t * t) * mpf(wj) ** 2
    return matrix([[entry(xi, wj, bj) for wj, bj in zip(w, b)] for xi in x])


def algebraic_matrix(x, w, b):
    def entry(xi, wj, bj):
        z = wj * xi + bj
        r = math.sqrt(1 + z * z)
        return mpf(-3 * z * wj * wj / (r * r * r * r * r))
    return matrix([[entry(xi, wj, bj) for wj, bj in zip(w, b)] for xi in x])


def entropy(s, n, power=1):
    if n <= 1:
        return mpf(0)
    p = [v ** power for v in s[:n]]
    total = mp.fsum(p)
    return -mp.fsum(v / total * mp.log(v / total) for v in p) / mp.log(n)


def write(name, a, solve):
    u, s, v = mp.svd_r(a)
    s = list(s)
    n = len(s)
    lines = [f"s {k} {mp.nstr(v_, 25)}" for k, v_ in enumerate(s)]
    p = [v_ / mp.fsum(s) for v_ in s]
    lines.append(f"effectiveRank 0 {mp.nstr(mp.exp(-mp.fsum(q * mp.log(q) for q in p)), 25)}")
    f = [mpf((37 * i + 11) % 64 - 31.5) / 32 if solve == "rough" else mpf((2 * i + 1 - a.rows)) / 64 for i in range(a.rows)]
    beta = [mp.fsum(u[i, k] * f[i] for i in range(a.rows)) for k in range(n)]
    for cut in CUTS:
        count = sum(1 for v_ in s if v_ > mpf(cut) * s[0])
        closest = min(abs(mp.log(v_ / (mpf(cut) * s[0]))) for v_ in s)
        lines.append(f"count {cut!r} {count}")
        lines.append(f"distance {cut!r} {mp.nstr(closest, 5)}")
        lines.append(f"entropy {cut!r} {mp.nstr(entropy(s, count), 25)}")
        lines.append(f"entropyOfSquares {cut!r} {mp.nstr(entropy(s, count, 2), 25)}")
        c = [mp.fsum(v[k, j] * beta[k] / s[k] for k in range(count)) for j in range(n)]
        r = [mp.fsum(a[i, j] * c[j] for j in range(n)) - f[i] for i in range(a.rows)]
        lines.append(f"residual {cut!r} {mp.nstr(mp.sqrt(mp.fsum(t * t for t in r) / a.rows), 25)}")
        lines.append(f"coefficientNorm {cut!r} {mp.nstr(mp.sqrt(mp.fsum(t * t for t in c)), 25)}")
    with open(f"{name}.txt", "w") as out:
        out.write("\n".join(lines) + "\n")
    print(name, "done", file=sys.stderr)


w, b = parameters(20)
write("tanh-30x20", tanh_matrix(points(30, 1, 32), w, b), "smooth")
write("algebraic-30x20", algebraic_matrix(points(30, 1, 32), w, b), "rough")
w, b = parameters(100)
write("tanh-200x100", tanh_matrix(points(200, 5, 1024), w, b), "smooth")
write("algebraic-200x100", algebraic_matrix(points(200, 5, 1024), w, b), "rough")
