"""The page "Läget nu" in Streamlit, made of the same blocks: ``streamlit run streamlit_page.py``."""

from __future__ import annotations

import streamlit

from benchmarks.side_by_side.shared import new_page

if "page" not in streamlit.session_state:
    streamlit.session_state["page"] = new_page()
page = streamlit.session_state["page"]
units = dict(page.pickers["unit"].options)
streamlit.title("Läget nu")
page.pickers["unit"].value = units[streamlit.selectbox("Enhet", list(units))]
streamlit.html(page.cards.value)
