"""What reports and dashboards read out of the register: pure functions over records (register floor).

Each view takes lists of current records and gives frozen values in a fixed order; none of them reads the
clock or the log by itself, so the same records always give the same view.
"""

from __future__ import annotations
