"""Minimax polynomials and constants of Kernels/functions.clh, derived from the definitions alone (Remez exchange, mpmath).

Prints, for float64 and float32, the coefficients as hexadecimal floating-point literals with the largest relative error of the
approximated function once the coefficients are rounded; and the words of 2/pi and the parts of pi/2 and ln 2.
Run: python3 polynomials.py > polynomials.txt
"""
from mpmath import mp, mpf, matrix, lu_solve, exp, expm1, sin, cos, log, pi, sqrt, floor, nint, frexp, ldexp, erfc

mp.prec = 260


def rounded(x, bits):
    """x rounded to `bits` significant bits."""
    if x == 0:
        return mpf(0)
    m, e = frexp(x)
    return ldexp(nint(ldexp(m, bits)), e - bits)


def series(c):
    """The power series with coefficients c."""
    return lambda x: mp.polyval(c[::-1], x)


def remez(f, weight, powers, a, b, iterations=8, grid=500):
    """Coefficients c of sum c_k x^powers[k] minimising max |weight (f - sum)| on [a, b]."""
    n = len(powers)
    points = [(a + b) / 2 - (b - a) / 2 * mp.cos(pi * (i + mpf(1) / 2) / (n + 1)) for i in range(n + 1)]
    for _ in range(iterations):
        system, right = matrix(n + 1, n + 1), matrix(n + 1, 1)
        for i, x in enumerate(points):
            for k, p in enumerate(powers):
                system[i, k] = x ** p
            system[i, n] = (-1) ** i / weight(x)
            right[i] = f(x)
        c = lu_solve(system, right)
        c = [c[k] for k in range(n)]
        error = lambda x: weight(x) * (f(x) - sum(ck * x ** p for ck, p in zip(c, powers)))
        xs = [(a + b) / 2 - (b - a) / 2 * mp.cos(pi * i / grid) for i in range(grid + 1)]
        values = [error(x) for x in xs]
        extrema, i = [], 0
        while i <= grid:                       # the largest point of each run of one sign
            j = best = i
            while j <= grid and (values[j] >= 0) == (values[i] >= 0):
                if abs(values[j]) > abs(values[best]):
                    best = j
                j += 1
            extrema.append(best)
            i = j
        while len(extrema) > n + 1:
            extrema.pop(0 if abs(values[extrema[0]]) < abs(values[extrema[-1]]) else -1)
        if len(extrema) < n + 1:
            break
        points = [xs[i] for i in extrema]
    return c


def literal(x, bits, suffix):
    """x, already rounded, as a C hexadecimal literal."""
    if x == 0:
        return "0.0" + suffix
    sign, x = ("-" if x < 0 else ""), abs(x)
    m, e = frexp(x)
    digits = (bits - 1 + 3) // 4
    mantissa = int(ldexp(m, 1 + 4 * digits))
    return f"{sign}0x1.{mantissa - (1 << 4 * digits):0{digits}x}p{int(e) - 1:+d}{suffix}"


def polynomial(name, f, weight, count, a, b, bits, suffix, value, base):
    """Fits, rounds, prints; `value(x, p)` is the function made from the polynomial's value p, `base` the exact one."""
    c = [rounded(x, bits) for x in remez(f, weight, list(range(count)), a, b)]
    worst = mpf(0)
    for i in range(1, 1000):
        x = a + (b - a) * i / 1000
        if x == 0:
            continue
        p = sum(ck * x ** k for k, ck in enumerate(c))
        worst = max(worst, abs(value(x, p) / base(x) - 1))
    print(f"{name}: relative error 2^{float(log(worst, 2)):.1f}")
    for k, ck in enumerate(c):
        print(f"  c{k} {literal(ck, bits, suffix)}")


for bits, suffix, n_exp, n_sin, n_cos, n_log in ((53, "", 11, 6, 6, 7), (24, "f", 6, 3, 3, 4)):
    print(f"==== {bits} bits")
    slack = mpf("1.002") if bits == 53 else mpf("1.01")
    r = log(2) / 2 * slack
    # e^r - 1 = r + r^2 P(r)
    taylor = series([1 / mp.factorial(k + 2) for k in range(30)])
    polynomial("exp", taylor, lambda x: x ** 2 / (x + x ** 2 * taylor(x)) if x else mpf(0) + 1e-30, n_exp, -r, r + mpf("1e-9"), bits, suffix,
               lambda x, p: x + x ** 2 * p, expm1)
    # sin r = r + r^3 S(y), cos r = 1 - y/2 + y^2 C(y), y = r^2
    y1 = (pi / 4 * (mpf("1.0001") if bits == 53 else mpf("1.05"))) ** 2
    sine = series([(-1) ** (k + 1) / mp.factorial(2 * k + 3) for k in range(25)])
    cosine = series([(-1) ** k / mp.factorial(2 * k + 4) for k in range(25)])
    polynomial("sin", sine, lambda y: y / (1 + y * sine(y)), n_sin, mpf(10) ** -9, y1, bits, suffix,
               lambda y, p: sqrt(y) * (1 + y * p), lambda y: sin(sqrt(y)))
    polynomial("cos", cosine, lambda y: y ** 2 / cos(sqrt(y)) + mpf(10) ** -20, n_cos, mpf(10) ** -9, y1, bits, suffix,
               lambda y, p: 1 - y / 2 + y ** 2 * p, lambda y: cos(sqrt(y)))
    # log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2)), s = f / (2 + f): R(v) = v L(v) = log((1+s)/(1-s))/s - 2
    v1 = ((sqrt(2) - 1) / (sqrt(2) + 1)) ** 2 * mpf("1.0001")
    logarithm = series([mpf(2) / (2 * k + 3) for k in range(40)])
    polynomial("log", logarithm, lambda v: v / (2 + v * logarithm(v)), n_log, mpf(10) ** -9, v1, bits, suffix,
               lambda v, p: sqrt(v) * (2 + v * p), lambda v: log((1 + sqrt(v)) / (1 - sqrt(v))))
    # R(t) = e^(t^2/2) (1 - Phi(t)) = w P(s) for 0 <= t <= T, w = k / (k + t), s = 1 - 2 w; e^(-t^2/2) is no normal number beyond T
    k, top, n_tail = (mpf(5), mpf("37.7"), 22) if bits == 53 else (mpf(4), mpf("13.25"), 10)
    ratio = lambda t: exp(t * t / 2) * erfc(t / sqrt(mpf(2))) / 2
    tail = lambda s: ratio(2 * k / (1 - s) - k)
    polynomial("normal tail", lambda s: tail(s) * 2 / (1 - s), lambda s: (1 - s) / 2 / tail(s), n_tail, mpf(-1), 1 - 2 * k / (k + top), bits, suffix,
               lambda s, p: (1 - s) / 2 * p, tail)

    def parts(name, x, count):
        for k in range(count):
            p = rounded(x, bits)
            print(f"{name}{k + 1} {literal(p, bits, suffix)}")
            x -= p
    parts("pi/2 part ", pi / 2, 4)
    parts("ln2 part ", log(2), 2)
    parts("1/ln2 ", 1 / log(2), 1)
    parts("2/pi ", 2 / pi, 1)

print("==== words of 2/pi")
mp.prec = 1600
x = 2 / pi
words = []
for _ in range(20):
    x *= mpf(2) ** 64
    words.append(int(floor(x)))
    x -= floor(x)
for w in words:
    print(f"0x{w:016x}")
