"""The dashboard page in other frameworks, for ``benchmarks.dashboards``; never a part of the product."""
