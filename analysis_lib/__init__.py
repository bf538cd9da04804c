"""Skolbänken: the shared analysis library behind reports, dashboards and notebooks."""

__version__ = "2026.11.0"
