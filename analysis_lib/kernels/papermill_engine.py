"""What papermill finds under the name ``skolbank`` (``papermill --engine skolbank``, floor 8).

Papermill loads every engine's entry point when it is imported, and one that fails breaks papermill for
everybody. So nothing is imported here; ``analysis_lib.kernels.warm`` does the work when it is asked to.
"""

from __future__ import annotations

from typing import Any


class WarmEngine:
    """Papermill's engine interface: each notebook in a clean child of one warm process."""

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **options: Any) -> Any:
        """The executed notebook; its outputs, errors and metadata are those of an ordinary kernel."""
        from analysis_lib.kernels.warm import execute_notebook

        return execute_notebook(nb, kernel_name, options)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """The kernel that the notebook names, or ``name``."""
        from papermill.utils import nb_kernel_name

        return str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """The notebook's language, or ``language``."""
        from papermill.utils import nb_language

        return str(nb_language(nb, language))
