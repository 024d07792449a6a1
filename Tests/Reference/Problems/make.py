"""Prints the numbers SobolTests, RandomLawTests and PortableMathTests compare with.

Needs scipy and mpmath.
"""
import mpmath
from scipy.stats import qmc

mpmath.mp.dps = 40

print("Sobol, unscrambled, 21 dimensions: points 1, 2, 3, 100 and 1023, times 2^32")
points = qmc.Sobol(21, scramble=False, bits=32).random(1024)
for index in (1, 2, 3, 100, 1023):
    print(index, [int(x * 2**32) for x in points[index]])

print("normal quantile")
for text in ("1e-16", "1e-9", "0.001", "0.02", "0.075", "0.3", "0.5", "0.6", "0.9", "0.999", "0.9999999"):
    p = mpmath.mpf(float(text))
    print(text, mpmath.nstr(mpmath.sqrt(2) * mpmath.erfinv(2 * p - 1), 20))

print("log")
for text in ("1e-300", "1e-16", "0.03", "0.7", "0.9999", "1.0001", "1.4142135623730951", "2", "3e5", "1e300"):
    print(text, mpmath.nstr(mpmath.log(mpmath.mpf(float(text))), 20))

print("cos pi x")
for text in ("0", "0.1", "0.2", "0.25", "0.3", "0.49999", "0.5", "0.75", "0.9", "1"):
    print(text, mpmath.nstr(mpmath.cospi(mpmath.mpf(float(text))), 20))
