"""Warm execution of notebooks: the same cells, outputs and errors as an ordinary kernel, without its start.

``rfc3987_syntax`` compiles grammars for more than a second in every process that imports jsonschema, which
needs it only for checks that nobody asks for; it is kept out before any Jupyter package is imported.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
