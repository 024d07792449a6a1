"""Values of the vector functions and of the activations' derivatives to 40 digits, for the ulp tests (mpmath).

Lines "key x high low": the exact value is high + low to 2^-100 relative; x is exact. Inputs are float32 numbers (used in both
precisions) and float64 numbers (used in float64 only). Run: python3 functions.py > functions.txt
"""
import struct
from mpmath import mp, mpf, exp, expm1, log1p, tanh, sin, cos, log, taylor, factorial, diff, sqrt, erfc, pi

mp.prec = 1300      # arguments up to 1e300 need 1000 bits of pi


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


state = 20240517


def uniform():
    """SplitMix64, a double in [0, 1)."""
    global state
    state = (state + 0x9E3779B97F4A7C15) % 2 ** 64
    z = state
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2 ** 64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2 ** 64
    return ((z ^ (z >> 31)) >> 11) * 2.0 ** -53


def inputs(low, high, count):
    xs = []
    for i in range(count):
        x = low + (high - low) * uniform()
        xs.append(single(x) if i % 2 == 0 else x)
    return xs


def logarithmic(low, high, count):
    return [single(low * (high / low) ** uniform()) if i % 2 == 0 else low * (high / low) ** uniform() for i in range(count)]


def emit(key, x, value):
    high = float(value)
    if high in (float("inf"), float("-inf")):
        return
    print(key, repr(x), repr(high), repr(float(value - mpf(high))))


# Derivatives from recurrences independent of the closed forms in the kernels: Taylor coefficients of exp, log and quotients.
ORDERS = 5


def series_multiply(a, b):
    return [sum(a[i] * b[k - i] for i in range(k + 1)) for k in range(ORDERS)]


def series_divide(a, b):
    c = []
    for k in range(ORDERS):
        c.append((a[k] - sum(c[i] * b[k - i] for i in range(k))) / b[0])
    return c


def series_exp(a):
    y = [exp(a[0])]
    for k in range(1, ORDERS):
        y.append(sum(i * a[i] * y[k - i] for i in range(1, k + 1)) / k)
    return y


def series_log(a):
    y = [log(a[0])]
    for k in range(1, ORDERS):
        y.append((a[k] - sum(i * y[i] * a[k - i] for i in range(1, k)) / k) / a[0])
    return y


def add(a, b):
    return [x + y for x, y in zip(a, b)]


def derivatives(name, z):
    v = [mpf(z), mpf(1), mpf(0), mpf(0), mpf(0)]
    one = [mpf(1)] + [mpf(0)] * 4
    scaled = lambda s: [s * x for x in v]
    if name == "tanh":
        c = series_divide(add(series_exp(scaled(2)), [-x for x in one]), add(series_exp(scaled(2)), one))
    elif name == "sin":
        c = [f(mpf(z)) / factorial(k) for k, f in enumerate((sin, cos, lambda x: -sin(x), lambda x: -cos(x), sin))]
    elif name == "cos":
        c = [f(mpf(z)) / factorial(k) for k, f in enumerate((cos, lambda x: -sin(x), lambda x: -cos(x), sin, cos))]
    elif name == "sigmoid":
        c = series_divide(one, add(one, series_exp(scaled(-1))))
    elif name == "softplus":
        c = series_log(add(one, series_exp(v)))
    elif name == "silu":
        c = series_divide(v, add(one, series_exp(scaled(-1))))
    elif name == "gaussian":
        c = series_exp([-x for x in series_multiply(v, v)])
    elif name == "gelu":
        density = [x / sqrt(2 * pi) for x in series_exp([-x / 2 for x in series_multiply(v, v)])]
        c = series_multiply(v, [erfc(-v[0] / sqrt(2)) / 2] + [density[k - 1] / k for k in range(1, ORDERS)])
    else:
        k = int(name[4:])
        p = one
        for _ in range(k):
            p = series_multiply(p, v)
        c = p if z > 0 else [mpf(0)] * ORDERS
    return [c[k] * factorial(k) for k in range(ORDERS)]


def main():
    small = [1e-30, -1e-20, 2.0 ** -24, -1e-5, 0.0078125]
    signs = lambda xs: [x if i % 3 else -x for i, x in enumerate(xs)]
    for name, f, xs in (
        ("exp", exp, inputs(-1, 1, 30) + inputs(-87, 88, 30) + inputs(-744, 709, 20) + [-745.0, -103.5, -88.0]),
        ("expm1", expm1, inputs(-1, 1, 40) + inputs(-30, 80, 20) + inputs(80, 709, 8)),
        ("log1p", log1p, inputs(-0.999, 2, 40) + logarithmic(1e-8, 1e30, 30) + logarithmic(1e30, 1e300, 8) + inputs(0.40, 0.42, 10)),
        ("tanh", tanh, inputs(-1, 1, 50) + inputs(-9, 9, 40) + inputs(-25, 25, 8)),
        ("sin", sin, inputs(-4, 4, 40) + inputs(-1e4, 1e4, 40) + signs(logarithmic(1e4, 1e38, 20)) + signs(logarithmic(1e38, 1e300, 8))
         + [single(k * 1.5707963267948966) for k in (1, 2, 3, 355, 710, 6381956970)] + [k * 1.5707963267948966 for k in (1, 2, 3, 355, 710)]
         + [6381956970095103 * 2.0 ** 797]),
        ("cos", cos, inputs(-4, 4, 40) + inputs(-1e4, 1e4, 40) + signs(logarithmic(1e4, 1e38, 20)) + signs(logarithmic(1e38, 1e300, 8))
         + [single(k * 1.5707963267948966) for k in (1, 2, 3, 355, 710, 6381956970)] + [k * 1.5707963267948966 for k in (1, 2, 3, 355, 710)]
         + [6381956970095103 * 2.0 ** 797]),
    ):
        mp.prec = 1300
        for x in xs + small:
            single_x = single(x) if abs(x) < 1e-20 else x
            emit(name, single_x, f(mpf(single_x)))

    for name, wide in (("tanh", 18), ("sin", 60), ("cos", 60), ("sigmoid", 35), ("softplus", 35), ("silu", 35), ("gaussian", 5.5),
                       ("relu1", 4), ("relu2", 4), ("relu3", 4), ("relu4", 4), ("relu7", 4), ("relu9", 4), ("gelu", 36)):
        few = name.startswith("relu")
        for x in inputs(-2.5, 2.5, 6 if few else 20) + inputs(-wide, wide, 2 if few else 14) + [1e-9, -1e-3]:
            x = single(x) if abs(x) < 1e-2 else x
            mp.prec = 300
            for order, value in enumerate(derivatives(name, x)):
                emit(f"{name}.{order}", x, value)


if __name__ == "__main__":
    main()
