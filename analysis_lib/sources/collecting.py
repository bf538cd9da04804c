"""Rows by the million without Python walking through them again and again (floor 3).

The cyclic garbage collector looks through all living lists each time some hundred new ones are made; a file's
rows are lists that hold no cycles. Looking rarely makes an import of a long file more than twice as fast.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

_RARELY = (100_000, 50, 100)


@contextlib.contextmanager
def rarely_collected() -> Iterator[None]:
    """A context in which cycles are looked for rarely; the former rate comes back after it."""
    before = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*before)
