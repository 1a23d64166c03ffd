"""From order lines to customers: one row each, with what they did and what to expect of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import narwhals as nw

from coterie.errors import ConfigError, InputError
from coterie.insight.rfm import fit_breaks
from coterie.insight.rfm_grid import RfmGrid
from coterie.prepare.orders import HOLIDAYS
from coterie.prepare.orders_repeats import DAYS_IN, UNITS, Unit
from coterie.prepare.transactions import OrderColumns, find_order_columns
from coterie.prepare.transactions_lines import (
    PURCHASE,
    Reading,
    are_prefixed,
    are_whole,
    newest_day,
)
from coterie.prepare.transactions_notes import (
    Treatment,
    oldest_notes,
    tell_treatments,
    treatment_notes,
)
from coterie.prepare.transactions_parts import count_lines, in_parts
from coterie.schema import DateOrder
from coterie.schema.notes import Note
from coterie.tables import Table, open_table
from coterie.tables.batches import is_large, open_in_batches
from coterie.workflow.expecting import Expectation, expect_orders
from coterie.workflow.gathering import Wanted, gather
from coterie.workflow.progress import Progress

if TYPE_CHECKING:
    import polars as pl

CUSTOMER = "customer_id"
_HORIZON = re.compile(r"^\s*([0-9]+(?:\.[0-9]+)?)\s*([dwmy]?)\s*$", re.IGNORECASE)
_DAYS = {"": 1.0, "d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}


@dataclass(frozen=True, eq=False)
class Customers:
    """One row a customer, made from order lines.

    Attributes
    ----------
    name : str
        Of the table of orders.
    frame : polars.DataFrame
        ``customer_id`` and the columns of `prepare.orders.describe_customers`; ``x``, ``t_x``,
        ``T`` and ``m_x``; with an expectation ``probability_alive``, ``expected_orders`` and
        ``expected_spend``; with a grid ``r_score``, ``f_score``, ``m_score``, ``rfm_cell_id``
        and ``rfm_cell``. By customer.
    lines : int
        Lines in the table of orders.
    as_of : date
        The day that recency and tenure are counted to.
    observed_to : date
        The last day whose orders count; ``T`` is counted to it.
    unit : str
        Of ``t_x`` and ``T``.
    columns : OrderColumns
    treatments : tuple of Treatment
        What was done with which lines.
    notes : tuple of Note
    expectation : Expectation or None
        The models behind the expected orders and spend.
    grid : RfmGrid or None
    """

    name: str
    frame: pl.DataFrame
    lines: int
    as_of: date
    observed_to: date
    unit: Unit
    columns: OrderColumns
    treatments: tuple[Treatment, ...]
    notes: tuple[Note, ...]
    expectation: Expectation | None = None
    grid: RfmGrid | None = None
    fates: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.frame)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, without the rows."""
        return {
            "name": self.name,
            "customers": len(self),
            "lines": self.lines,
            "as_of": self.as_of.isoformat(),
            "observed_to": self.observed_to.isoformat(),
            "unit": self.unit,
            "source_columns": self.columns.to_dict(),
            "columns": self.frame.columns,
            "fates": dict(self.fates),
            "treatments": {each.name: each.to_dict() for each in self.treatments},
            "expectation": self.expectation.to_dict() if self.expectation else None,
            "rfm": self.grid.to_dict() if self.grid else None,
            "notes": [note.to_dict() for note in self.notes],
        }


def customers_from_orders(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    as_of: date | None = None,
    dates: DateOrder | None = None,
    unit: Unit = "day",
    expect: float | str | None = None,
    rfm: bool | RfmGrid = False,
    holidays: Sequence[tuple[str, str]] = HOLIDAYS,
    progress: Progress | None = None,
    folder: Path | None = None,
) -> Customers:
    """Turn order lines into one row a customer.

    Parameters
    ----------
    source : path or frame
        What `tables.open_table` takes, with a line a row.
    columns : mapping of str to str, optional
        Which column is the ``customer``, ``date``, ``order``, ``product``, ``quantity``,
        ``price``, ``amount``, ``status``, ``channel`` and ``visits``. What is not said is known
        by sight, or there is none; an empty name says that there is none.
    as_of : date, optional
        The day to describe customers as of: later orders are left aside, its own count. By
        default the day after the newest order.
    dates : {"dmy", "mdy", "ymd"}, optional
        Order of dates that no value decides.
    unit : {"day", "week", "calendar-week"}
        Of ``t_x`` and ``T``; see `prepare.orders_repeats.summarise_repeats`.
    expect : float or str, optional
        Days to expect orders over, or a text such as ``"90d"``, ``"12w"``, ``"6m"``, ``"1y"``.
    rfm : bool or RfmGrid
        Add scores and cells: by breaks worked out here (True), or by a grid kept from before.
    holidays : sequence of (str, str)
        First and last days of the holiday season, as ``("11-24", "12-31")``.
    progress : callable, optional
        Called with the stage, words for it and the share done.
    folder : path, optional
        Where to lay what does not fit into memory, until the work is done; by default the
        system's folder for temporary files.

    Returns
    -------
    Customers

    Raises
    ------
    InputError
        If the table cannot be read, is no table of orders, or has no purchase left.
    ConfigError
        If `columns`, `unit` or `expect` ask for what there is not.

    Examples
    --------
    >>> import polars as pl
    >>> lines = pl.DataFrame({
    ...     "customer": ["ann", "ann", "bob", "ann"], "order": [1, 1, 2, 3],
    ...     "date": ["2024-05-01", "2024-05-01", "2024-05-03", "2024-05-21"],
    ...     "amount": [10.0, 5.0, 8.0, 25.0]})
    >>> made = customers_from_orders(lines, as_of=date(2024, 5, 31))
    >>> made.frame.select("customer_id", "recency_days", "frequency", "monetary").rows()
    [('ann', 10, 2, 40.0), ('bob', 28, 1, 8.0)]
    """
    horizon = _checked(unit, expect)
    tell = progress or (lambda _stage, _words, _share: None)
    tell("read", "Reading the orders", 0.0)
    with (
        TemporaryDirectory(prefix="coterie-", dir=folder) as room,
        _opened(source, dates, Path(room)) as table,
    ):
        found, notes = find_order_columns(table.frame, columns, table.name)
        tell("clean", "Sorting out cancelled, returned and other lines", 0.5)
        reading = _reading(table, found, as_of)
        # The newest day that counts is the last that was observed; one asked for counts too.
        newest = newest_day(table.frame, found.date, reading.as_of or reading.today)
        observed_to = as_of or newest or reading.today
        day = as_of or observed_to + timedelta(days=1)
        parts = in_parts(table.frame, found, count_lines(table.frame), Path(room))
        made = gather(
            parts,
            reading,
            Wanted(day, observed_to, unit, holidays),
            lambda share: tell("features", "Describing each customer", 0.6 + 0.35 * share),
        )
        early = oldest_notes(table.frame, found.date, observed_to)
    _need_purchases(made.fates, table.name, reading)
    frame = made.frame.rename({"customer": CUSTOMER})
    frame, expectation, grid = _judged(frame, unit, horizon, rfm)
    return Customers(
        name=table.name,
        frame=frame,
        lines=sum(made.fates.values()),
        as_of=day,
        observed_to=observed_to,
        unit=unit,
        columns=found,
        treatments=tell_treatments(made.fates, made.flags),
        notes=(
            *table.notes,
            *notes,
            *early,
            *treatment_notes(made.fates, made.flags),
            *_lost_notes(made.named, len(frame)),
            *(expectation.notes if expectation else ()),
        ),
        expectation=expectation,
        grid=grid,
        fates=made.fates,
    )


@contextmanager
def _opened(source: Any, dates: DateOrder | None, room: Path) -> Iterator[Table]:
    """Open the orders; a large file of text stays on the disk."""
    if is_large(source):
        with open_in_batches(source, dates=dates, folder=room) as table:
            if table is not None:
                yield table
                return
    yield open_table(source, dates=dates)


def read_horizon(text: float | str) -> float:
    """Return a time to come in days.

    Raises
    ------
    ConfigError
        If it is none, or not above zero.

    Examples
    --------
    >>> read_horizon("90d"), read_horizon("12w"), read_horizon(30)
    (90.0, 84.0, 30.0)
    """
    found = _HORIZON.match(str(text))
    days = float(found[1]) * _DAYS[found[2].lower()] if found else 0.0
    if not 0 < days <= 36_525:
        raise ConfigError([f"Expect orders over a time such as 90d, 12w, 6m or 1y; it is {text}."])
    return days


def _checked(unit: str, expect: float | str | None) -> float | None:
    """Return the horizon in units; every fault at once."""
    faults: list[str] = []
    if unit not in UNITS:
        faults.append(f"The unit of time is {', '.join(UNITS)}; it is {unit}.")
    horizon = None
    if expect is not None:
        try:
            horizon = read_horizon(expect)
        except ConfigError as fault:
            faults += fault.faults
    if faults:
        raise ConfigError(faults)
    return None if horizon is None else horizon / DAYS_IN[unit]


def _reading(table: Table, columns: OrderColumns, as_of: date | None) -> Reading:
    """Say how the lines are read."""
    # Only whether a date can be at all is judged by the clock; nothing is counted to it.
    prefixed, whole = are_prefixed(table.frame, columns), are_whole(table.frame, columns)
    return Reading(columns, as_of, date.today(), prefixed, whole)


def _need_purchases(fates: Mapping[str, int], name: str, reading: Reading) -> None:
    """Raise if no purchase is left."""
    if fates[PURCHASE]:
        return
    reasons = ", ".join(
        f"{count:,} {name}" for name, count in fates.items() if count and name != PURCHASE
    )
    asked = ""
    if fates["later"]:
        asked = f" No order is on or before {reading.as_of}: choose a later day."
    raise InputError(
        f"No line of {name} is a purchase of a known customer ({reasons}).{asked} "
        "Check which column is which with --columns."
    )


def _judged(
    frame: pl.DataFrame, unit: Unit, horizon: float | None, rfm: bool | RfmGrid
) -> tuple[pl.DataFrame, Expectation | None, RfmGrid | None]:
    """Add what is expected of customers, and their scores, as far as that was asked for."""
    expectation = None
    if horizon is not None:
        frame, expectation = expect_orders(frame, unit, horizon)
    grid = _grid_of(frame, rfm)
    if grid is not None:
        frame = grid.apply(nw.from_native(frame.lazy())).collect("polars").to_native()
    return frame, expectation, grid


def _grid_of(frame: pl.DataFrame, rfm: bool | RfmGrid) -> RfmGrid | None:
    """Return the grid to score by: the one given, or one made for these customers."""
    if rfm is False:
        return None
    if "monetary" not in frame.columns:
        raise ConfigError(
            ["RFM scores need what was paid: name the column with --columns amount=..."]
        )
    return rfm if isinstance(rfm, RfmGrid) else RfmGrid(fit_breaks(nw.from_native(frame.lazy())))


def _lost_notes(named: int, kept: int) -> list[Note]:
    """Count the customers who bought nothing that counts."""
    lost = named - kept
    if not lost:
        return []
    word = "customer has" if lost == 1 else "customers have"
    text = f"{lost:,} {word} no purchase that counts (only returns, for example), and no row."
    return [Note("customers", text, None, lost)]
