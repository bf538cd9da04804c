"""The page "Läget nu" in Streamlit, made of the same blocks: ``streamlit run streamlit_page.py``."""

from __future__ import annotations

import base64
import re

import streamlit

from benchmarks.side_by_side.shared import new_page


def _picture(drawing: str) -> str:
    """Streamlit takes drawings out of HTML; as pictures they may stay."""
    return f'<img src="data:image/svg+xml;base64,{base64.b64encode(drawing.encode()).decode()}">'


if "page" not in streamlit.session_state:
    streamlit.session_state["page"] = new_page()
page = streamlit.session_state["page"]
units = dict(page.pickers["unit"].options)
streamlit.title("Läget nu")
page.pickers["unit"].value = units[streamlit.selectbox("Enhet", list(units))]
streamlit.html(re.sub(r"<svg .*?</svg>", lambda found: _picture(found[0]), page.cards.value, flags=re.DOTALL))
