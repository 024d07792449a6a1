"""Gauss rules for the weight of the Peano kernel of central stencils of accuracy 2, and Gauss-Legendre rules, with 60 digits.

Writes rules.csv beside itself: derivative order (0 for Legendre), node count, node, weight.
Method: moments of the kernel by exact integration, Hankel system for the monic orthogonal polynomial, its zeros, weights by interpolation.
Usage: python3 kernels.py (needs mpmath)."""
import os
from fractions import Fraction
from math import comb, factorial
from mpmath import mp, mpf, matrix, lu_solve, polyroots

mp.dps = 80
STENCILS = {1: {-1: Fraction(-1, 2), 1: Fraction(1, 2)}, 2: {-1: 1, 0: -2, 1: 1}, 3: {-2: Fraction(-1, 2), -1: 1, 1: -1, 2: Fraction(1, 2)},
            4: {-2: 1, -1: -4, 0: 6, 1: -4, 2: 1}}


def moment(p, n):
    """The stencil applied to x^(n+p) n!/(n+p)! is the kernel's moment of order n."""
    if p == 0: return Fraction(0) if n % 2 else Fraction(2, n + 1)
    return sum(Fraction(w) * k ** (n + p) for k, w in STENCILS[p].items()) * Fraction(factorial(n), factorial(n + p))


def rule(p, n):
    m = [mpf(moment(p, k).numerator) / moment(p, k).denominator for k in range(2 * n)]
    hankel, right = matrix(n, n), matrix(n, 1)
    for i in range(n):
        for j in range(n): hankel[i, j] = m[i + j]
        right[i] = -m[i + n]
    low = lu_solve(hankel, right)
    nodes = sorted((r.real for r in polyroots([mpf(1)] + [low[n - 1 - i] for i in range(n)], maxsteps=500, extraprec=400)))
    vandermonde, right = matrix(n, n), matrix(n, 1)
    for i in range(n):
        for j in range(n): vandermonde[i, j] = nodes[j] ** i
        right[i] = m[i]
    return nodes, lu_solve(vandermonde, right)


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules.csv"), "w") as out:
    out.write("derivative,count,node,weight\n")
    for p in range(5):
        for n in (1, 2, 3, 6, 11, 20):
            for node, weight in zip(*rule(p, n)):
                out.write(f"{p},{n},{float(node) if abs(node) > mpf(10) ** -40 else 0.0!r},{float(weight)!r}\n")
