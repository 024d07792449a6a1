"""Writes evolution.txt: solutions of the catalogue's evolution equations at a few points, made by other means than the program's.

Burgers: the Cole-Hopf integrals by adaptive quadrature with 30 digits. Allen-Cahn and Korteweg-de Vries: the same Galerkin equations by an adaptive
Runge-Kutta method of order 8 (for the second in the variable e^{-Lt} v), with other numbers of modes. Lines "name-t x u". Needs mpmath, numpy and scipy.
"""
import mpmath
import numpy as np
from scipy.fft import dct, idct
from scipy.integrate import solve_ivp

mpmath.mp.dps = 30
lines = []

nu = mpmath.mpf(0.01 / np.pi)
for t in ("0.1", "0.5", "1"):
    for x in (0.0078125, 0.25, 0.5, 0.9375):
        scale = mpmath.sqrt(4 * nu * mpmath.mpf(t))
        exponent = lambda z: -mpmath.cos(mpmath.pi * (x - z * scale)) / (2 * mpmath.pi * nu) - z * z
        ends = [mpmath.mpf(k) / 4 for k in range(-52, 53)]
        top = max(exponent(z) for z in ends)
        weight = lambda z: mpmath.exp(exponent(z) - top)
        above = mpmath.quad(lambda z: mpmath.sin(mpmath.pi * (x - z * scale)) * weight(z), ends)
        below = mpmath.quad(weight, ends)
        lines.append(f"burgers-{t} {x!r} {mpmath.nstr(-above / below, 20)}")

modes = 1200
k = np.arange(modes)


def moment(m):
    m = np.abs(m).astype(float)
    with np.errstate(divide="ignore"):
        return np.where(m == 0, 2 / 3, 4 * np.cos(np.pi * m) / (np.pi * m) ** 2)


start = (moment(k - 1) + moment(k + 1)) / 2
start[0] /= 2
length = 2 * modes + 1


def allen_cahn(t, a):
    # Values at the midpoints (j + 1/2)/n of (0, 1), where the cube's coefficients below `modes` are exact.
    half = np.zeros(length)
    half[:modes] = a
    half[1:] /= 2
    u = dct(half, type=3)
    c = dct(u**3, type=2) / length
    c[0] /= 2
    return (5 - 1e-4 * (np.pi * k) ** 2) * a - 5 * c[:modes]


times = [0.1, 0.5, 1.0]
run = solve_ivp(allen_cahn, (0, 1), start, method="DOP853", t_eval=times, rtol=1e-12, atol=1e-14)
for column, t in enumerate(times):
    for x in (0.0, 0.25, 0.4921875, 0.75, 1.0):
        lines.append(f"allen-cahn-{t:g} {x!r} {np.sum(run.y[:, column] * np.cos(np.pi * k * x)):.17g}")

n = 768
k = np.fft.fftfreq(n, 1 / n)
keep = np.abs(k) < n / 3
L = 1j * 0.022**2 * (np.pi * k) ** 3 * keep
x0 = 2 * np.arange(n) / n
v0 = np.fft.fft(np.cos(np.pi * x0)) / n


def kdv(t, w):
    v = np.exp(L * t) * w
    u = np.fft.ifft(v * n).real
    return np.exp(-L * t) * (-0.5j * np.pi * k * keep * np.fft.fft(u * u) / n)


run = solve_ivp(kdv, (0, 1), v0.astype(complex), method="DOP853", t_eval=times, rtol=1e-12, atol=1e-14)
for column, t in enumerate(times):
    v = np.exp(L * t) * run.y[:, column]
    for x in (-1.0, -0.5, 0.0, 0.25, 0.71875):
        lines.append(f"kdv-{t:g} {x!r} {np.sum(v * np.exp(1j * np.pi * k * x)).real:.17g}")

with open("evolution.txt", "w") as file:
    file.write("\n".join(lines) + "\n")
