"""One size for one group of pupils: hidden beside one result, it is hidden beside them all (floor 5).

Earlier releases are remembered row by row. A result that is released for the first time has no such row, and
would tell the number of pupils that stands hidden beside the results that were released before it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis_lib.disclosure.cells import SUPPRESSED, Cells
from analysis_lib.vocabulary.indicators import Indicator


def hide_shared_sizes(cells: Cells, part: pd.DataFrame, indicators: Mapping[str, Indicator]) -> None:
    """Hide a group's size wherever it is said, once it is hidden anywhere; ``part`` are the cells' rows.

    A mean counts only pupils with a result, so its size is its own.
    """
    if cells.n_public:
        return
    names = part["population"].to_dict()
    shared: dict[str, list[int]] = {}
    for i, (indicator, _, _) in enumerate(cells.systems):
        if cells.kinds[i] != "mean" and indicator in indicators:
            row = int(cells.row[i].max())
            shared.setdefault(str(names[row]), []).append(i)
    for same in shared.values():
        hidden = (cells.n_state[same] == SUPPRESSED).any(axis=0)
        where = np.zeros(cells.n_state.shape, bool)
        where[same] = hidden
        cells.hide_n(where)
