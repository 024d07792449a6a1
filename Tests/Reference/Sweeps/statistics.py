"""Rank correlation and quantiles for Tests/SweepsTests/StatisticsTests.swift, by SciPy and NumPy."""
import numpy as np
from scipy.stats import spearmanr

print(repr(spearmanr([1, 2, 2, 3, 5, 8, 8, 8, 1], [3, 1, 4, 1, 5, 9, 2, 6, 5]).statistic))
print(np.quantile([3, 1, 4, 1, 5, 9, 2, 6, 5], [0.25, 0.5, 0.75]), np.quantile([1, 2, 4, 8], 0.3))
