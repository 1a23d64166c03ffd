"""Order lines: which column is what, as of which day, and the button that makes customers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

import streamlit as st

from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages import data_orders_job, data_state
from coterie.faces.jobs import CustomersAsked
from coterie.faces.jobs.ordering import read_seen

if TYPE_CHECKING:
    import polars as pl

    from coterie.prepare.orders_repeats import Unit
    from coterie.prepare.transactions_seen import OrdersSeen
    from coterie.stores.accounts import Person
    from coterie.stores.shelf import StoredLook, Upload

READ_AS = "data_read_as"
"""Upload -> what the person says that its rows are: orders or customers."""

KEPT = "data_orders_kept"
NONE = "none"

ROLES = {
    "customer": "Customer",
    "date": "Date",
    "order": "Order number",
    "product": "Product",
    "quantity": "Quantity",
    "price": "Price of one piece",
    "amount": "Amount paid",
    "status": "Status",
    "channel": "Channel",
    "visits": "Visits",
}
NEEDED, FEWER = ("customer", "date"), ("status", "channel", "visits")
HELP = {
    "customer": "Who bought. Lines without one describe nobody, and are set aside and counted.",
    "date": "When, with or without the time of day.",
    "order": "What the lines of one order share. Without it, what a customer bought at one moment "
    "is one order.",
    "product": "A code or a name; postage, fees and test entries are known by it.",
    "quantity": "Pieces; below zero for a return.",
    "price": "Amount is quantity times price where no column holds the amount.",
    "amount": "What was paid for the line or the order as a whole.",
    "status": "Text that says of an order that it was cancelled or returned.",
    "channel": "Web, store, catalogue ...",
    "visits": "Visits to the site, or the visit's id.",
}
UNITS: dict[Unit, str] = {"day": "Days", "week": "Weeks", "calendar-week": "Calendar weeks"}
HORIZONS = {"30d": "30 days", "90d": "90 days", "6m": "6 months", "1y": "1 year"}
FIRST_ROWS = 6
ORDERS_TOO = "Its rows are orders"


class Chosen(NamedTuple):
    """What stands in the form."""

    columns: dict[str, str]
    as_of: date | None
    unit: Unit
    expect: str
    rfm: bool


def are_asked(upload: Upload, look: StoredLook) -> bool:
    """Return whether the table is read as order lines: as the person says, else by sight."""
    said = st.session_state.get(READ_AS, {}).get(upload.id)
    if said is not None:
        return bool(said == "orders")
    seen = read_seen(look.folder)
    return seen is not None and seen.sure


def read_as(upload: Upload, what: str) -> None:
    """Read the table as orders or as customers from now on."""
    st.session_state.setdefault(READ_AS, {})[upload.id] = what


def draw(person: Person, upload: Upload, look: StoredLook) -> None:
    """Draw the way from order lines to customers."""
    job = data_orders_job.current(person, upload)
    if job is not None and data_orders_job.draw(person, upload, job):
        return
    seen = read_seen(look.folder)
    _say_seen(look, seen)
    # Where the columns are known, what to do about it comes first.
    known = seen is not None and seen.sure
    first = st.container(horizontal=True, vertical_alignment="center")
    chosen = _form(upload, look, seen)
    faults = find_faults(chosen.columns)
    for fault in faults:
        st.html(f'<p class="co-empty">{escape(fault)}</p>')
    with first if known else st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Make one row a customer", type="primary", icon=":material/groups:",
            disabled=bool(faults), help=" ".join(faults) or None,
        ):  # fmt: skip
            _start(person, upload, chosen)
        if st.button("Each row is a customer already", type="tertiary"):
            read_as(upload, "customers")
            st.rerun()


def _say_seen(look: StoredLook, seen: OrdersSeen | None) -> None:
    """Say what the table is taken for, in figures."""
    if seen is None or not seen.sure:
        pieces.section(
            "Orders to customers",
            "Say which column is what, and the lines are put together: one row a customer.",
        )
        return
    word = "customer" if seen.customers == 1 else "customers"
    pieces.section(
        f"These are order lines of {seen.customers:,} {word}",
        "Groups are looked for among customers. The lines are put together first: one row a "
        "customer, with recency, frequency, monetary value and what else the orders tell.",
    )
    st.html(pieces.pairs(seen_facts(look.rows, seen)))


def seen_facts(rows: int, seen: OrdersSeen) -> dict[str, str]:
    """Return what is said of order lines at a glance."""
    facts = {"Lines": f"{rows:,}", "Customers": f"{seen.customers:,}"}
    if seen.oldest and seen.newest:
        facts["From"] = f"{seen.oldest:%-d %B %Y}"
        facts["To"] = f"{seen.newest:%-d %B %Y}"
    if seen.nameless:
        facts["Without a customer"] = f"{seen.nameless:,} lines"
    return facts


def _form(upload: Upload, look: StoredLook, seen: OrdersSeen | None) -> Chosen:
    """Draw the mapping and the settings; what was chosen outlives leaving the page."""
    kept: dict[str, Any] = st.session_state.setdefault(KEPT, {}).setdefault(upload.id, {})
    names = [column.source or column.name for column in look.schema]
    proposed = seen.columns if seen is not None else {}
    columns: dict[str, str] = {}
    pieces.section("Which column is what")
    usual = [role for role in ROLES if role not in FEWER]
    for start in range(0, len(usual), 4):
        for role, place in zip(usual[start : start + 4], st.columns(4), strict=False):
            with place:
                columns[role] = _column(upload, role, names, proposed, kept)
    with st.expander("Status, channel and visits, if the table has them"):
        for role, place in zip(FEWER, st.columns(len(FEWER)), strict=True):
            with place:
                columns[role] = _column(upload, role, names, proposed, kept)
    _first_rows(look.preview)
    as_of, unit, expect, rfm = _settings(upload, seen, kept)
    return Chosen(columns, as_of, unit, expect, rfm)


def _column(
    upload: Upload, role: str, names: list[str], proposed: Mapping[str, str], kept: dict[str, Any]
) -> str:
    """Choose the column of one role; empty for none."""
    options = ["", *names]
    first = kept.get(role, proposed.get(role, ""))
    chosen = st.selectbox(
        ROLES[role],
        options,
        index=options.index(first) if first in options else 0,
        format_func=lambda name: name or NONE,
        help=HELP[role],
        key=f"orders_{role}_{upload.id}",
    )
    kept[role] = chosen
    return str(chosen or "")


def _settings(
    upload: Upload, seen: OrdersSeen | None, kept: dict[str, Any]
) -> tuple[date | None, Unit, str, bool]:
    """Draw the day, the unit of time and what more to work out."""
    pieces.section("As of which day, and what more")
    day, time, more = st.columns([1, 1, 2], gap="medium")
    newest = seen.newest if seen is not None else None
    with day:
        as_of: date | None = st.date_input(
            "As of",
            value=kept.get("as_of"),
            min_value=seen.oldest if seen is not None else None,
            max_value=max(date.today(), newest or date.today()) + timedelta(days=366),
            format="YYYY-MM-DD",
            help="Customers are described as of this day: its orders count, later ones do not. "
            "Left empty, it is the day after the newest order.",
            key=f"orders_as_of_{upload.id}",
        )
    with time:
        unit: Unit = st.selectbox(
            "Time in",
            list(UNITS),
            index=list(UNITS).index(kept.get("unit", "day")),
            format_func=lambda name: UNITS[name],
            help="Of the age of a customer, and the age at the last purchase.",
            key=f"orders_unit_{upload.id}",
        )
    with more:
        rfm = st.checkbox(
            "RFM scores, and the cell of each customer",
            value=kept.get("rfm", False),
            help="1 to 5 for recency, frequency and monetary value: Champions, At risk, and so on.",
            key=f"orders_rfm_{upload.id}",
        )
        wanted = st.checkbox(
            "What to expect of each customer",
            value=kept.get("wanted", False),
            help="Probability of being alive, orders and spend to come, by a BG/NBD model with "
            "gamma-gamma. At least 10 customers must have come back.",
            key=f"orders_expect_{upload.id}",
        )
        horizon = kept.get("horizon", "90d")
        if wanted:
            horizon = st.selectbox(
                "Over the next",
                list(HORIZONS),
                index=list(HORIZONS).index(horizon),
                format_func=lambda key: HORIZONS[key],
                key=f"orders_horizon_{upload.id}",
            )
    kept |= {"as_of": as_of, "unit": unit, "rfm": rfm, "wanted": wanted, "horizon": horizon}
    if as_of is None and newest is not None:
        st.caption(f"As of {newest + timedelta(days=1):%-d %B %Y}, the day after the newest order.")
    return as_of, unit, horizon if wanted else "", rfm


def find_faults(columns: Mapping[str, str]) -> list[str]:
    """Say what the mapping lacks, or takes twice.

    Examples
    --------
    >>> find_faults({"customer": "c1", "date": "", "amount": "c1"})
    ['Choose the column of the date.', 'The column c1 is chosen for customer and for amount paid.']
    >>> find_faults({"customer": "c1", "date": "c2"})
    []
    """
    faults = [
        f"Choose the column of the {ROLES[role].lower()}." for role in NEEDED if not columns[role]
    ]
    taken: dict[str, list[str]] = {}
    for role, column in columns.items():
        if column:
            taken.setdefault(column, []).append(ROLES[role].lower())
    faults += [
        f"The column {column} is chosen for {' and for '.join(roles)}."
        for column, roles in taken.items()
        if len(roles) > 1
    ]
    return faults


def _first_rows(preview: pl.DataFrame) -> None:
    """Show the first rows, to tell columns by what they hold."""
    from coterie.faces.dashboard.pages.data_look import as_days

    st.dataframe(as_days(preview.head(FIRST_ROWS)), hide_index=True, alt="The first order lines")


def _start(person: Person, upload: Upload, chosen: Chosen) -> None:
    """Begin the work, and watch it."""
    asked = CustomersAsked(
        columns=chosen.columns,
        as_of=chosen.as_of,
        dates=data_state.dates(upload),
        unit=chosen.unit,
        expect=chosen.expect,
        rfm=chosen.rfm,
    )
    try:
        data_orders_job.start(person, upload, asked)
    except CoterieError as error:
        pieces.fault(error)
        return
    st.rerun()
