"""What was done by whom: the audit log, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from coterie.faces.dashboard import pieces, who
from coterie.tables.writing import harmless

if TYPE_CHECKING:
    from coterie.stores.accounts import AuditEntry

AT_ONCE = 100
MOST = 10_000
SHOWN = "people_log_shown"


def log() -> None:
    """Draw the newest entries, with older ones and a file at hand."""
    import polars as pl

    pieces.section("What was done", "Logins, trainings, exports, promotions and changes to people.")
    many = int(st.session_state.get(SHOWN, AT_ONCE))
    entries = who.services().accounts.audit(limit=many)
    if not entries:
        st.caption("Nothing was done yet.")
        return
    rows = log_rows(entries)
    st.dataframe(
        rows,
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        column_config={
            "When": st.column_config.DatetimeColumn(
                "When (UTC)", format="D MMM YYYY, HH:mm", pinned=True
            ),
            "Detail": st.column_config.TextColumn(width="medium"),
        },
        alt="The audit log",
    )
    with st.container(horizontal=True):
        if len(entries) == many < MOST and st.button("Show older entries"):
            st.session_state[SHOWN] = min(many * 5, MOST)
            st.rerun()
        st.download_button(
            "Download these (CSV)",
            harmless(pl.DataFrame(rows, infer_schema_length=None)).write_csv(),
            "audit.csv", "text/csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def log_rows(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    """Return the entries as people read them."""
    return [
        {
            "When": entry.at.replace(tzinfo=None),
            "Who": entry.username or "nobody",
            "What": entry.what,
            "Whom or what": entry.subject,
            "From": entry.address or "",
            "Detail": ", ".join(f"{key}: {value}" for key, value in entry.detail.items()),
        }
        for entry in entries
    ]
