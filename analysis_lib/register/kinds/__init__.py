"""One module per family of entries; importing a module makes its kinds known (register floor)."""

from __future__ import annotations
