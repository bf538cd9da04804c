"""The example municipality: an invented huvudman with files in the real formats and planted truths (floor 3).

No personal data: every pupil is drawn. No analysis reads ``truth/``; tests use it to prove the analyses.
"""

from analysis_lib.sources.example.write import ExampleSummary, write_example

__all__ = ["ExampleSummary", "write_example"]
