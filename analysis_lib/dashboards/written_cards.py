"""Everything below a page's cards that one viewer may write there (floor 8).

It is made on the server for each visit, outside every kernel, because it follows the viewer's rights and the
register as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping

from analysis_lib.dashboards.entry_pages import entry_cards
from analysis_lib.dashboards.more_entries import Asked, more_cards
from analysis_lib.dashboards.shell import Drawn
from analysis_lib.vocabulary.self_rating import SelfRating


def written_cards(asked: Asked, instruments: Mapping[str, SelfRating]) -> list[Drawn]:
    """The page's own form, and the further ones below it."""
    state = asked.state
    given, faults = asked.sent("")
    own = entry_cards(
        state,
        asked.rights,
        asked.edition,
        asked.register,
        instruments,
        xsrf=asked.xsrf,
        given=given,
        faults=faults,
    )
    return [*own, *more_cards(asked)]
