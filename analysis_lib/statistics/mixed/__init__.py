"""Mixed models: how much of a spread lies between groups, and each group's own share of it (floor 3).

For one grouping factor, two nested or crossed ones, and a random slope; agrees with R's lme4.
"""

from analysis_lib.statistics.mixed.fit import MixedFit, fit_random_intercept

__all__ = ["MixedFit", "fit_random_intercept"]
