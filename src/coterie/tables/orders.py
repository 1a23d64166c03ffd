"""Generated order lines, with cancellations, guests and planted groups of buyers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.tables.planting import Floats, Ints, checked_rng, plant_groups

if TYPE_CHECKING:
    import polars as pl

# Invoices a year, lines an invoice, days since the last one, price level, pieces a line.
_BUYERS = np.array(
    [
        [2, 12, 240, 1.0, 4],
        [24, 16, 6, 1.2, 16],
        [6, 14, 60, 1.0, 6],
        [1, 25, 30, 4.0, 2],
        [12, 8, 18, 0.5, 40],
        [3, 40, 120, 2.5, 12],
        [40, 5, 3, 0.8, 5],
        [8, 30, 150, 0.6, 24],
        [1, 8, 330, 0.7, 3],
        [16, 20, 40, 3.0, 4],
        [4, 10, 12, 5.0, 10],
        [10, 10, 280, 1.5, 60],
    ]
)
_LINES_EACH = 90
_GUESTS = 0.2
_CANCELLED = 0.017
_END = np.datetime64("2011-12-09T18:00:00")


def make_transactions(
    rows: int, segments: int = 5, seed: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Generate order lines, about 90 a customer, with cancellations and guests without id.

    Groups differ in recency, frequency and monetary value.

    Parameters
    ----------
    rows : int
        Order lines, 1 or more.
    segments, seed : int
        As in `make_customers`.

    Returns
    -------
    (polars.DataFrame, polars.DataFrame)
        Columns ``InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID,
        Country``, by date; and the truth: ``CustomerID, segment`` (from 1).

    Raises
    ------
    ConfigError
        If `rows`, `segments` or `seed` are out of range.
    """
    import polars as pl

    rng = checked_rng(rows, segments, seed)
    n_guests = int(rows * _GUESTS) if rows >= 10 * segments else 0
    n_buyers = min(rows - n_guests, max(segments, round(rows / _LINES_EACH)))
    group = plant_groups(rng, n_buyers, segments)
    plan = _BUYERS[group] if segments > 1 else _one_kind_of_buyer(rng, n_buyers)
    lines = _shared_out(
        plan[:, 0] * plan[:, 1] * np.exp(0.1 * rng.standard_normal(n_buyers)), rows - n_guests
    )
    buyer = np.concatenate([np.repeat(np.arange(n_buyers), lines), np.full(n_guests, -1)])
    invoice, moment = _invoices(rng, plan, lines, n_guests)
    item = rng.integers(0, 400, rows)
    level = np.where(buyer < 0, 1.0, plan[buyer, 3])
    pieces = np.where(buyer < 0, 3.0, plan[buyer, 4]) * np.exp(0.25 * rng.standard_normal(rows))
    cancelled = (buyer >= 0) & (rng.random(rows) < _CANCELLED) & (np.arange(rows) > 0)
    quantity = np.maximum(1, np.rint(pieces)).astype(np.int64)
    codes, words, prices = _catalogue(rng)
    frame = pl.DataFrame(
        {
            "InvoiceNo": 536_365 + invoice,
            "StockCode": codes[item],
            "Description": words[item],
            "Quantity": np.where(cancelled, -quantity, quantity),
            "InvoiceDate": moment,
            "UnitPrice": np.maximum(0.05, prices[item] * level).round(2),
            "CustomerID": 12_346 + buyer,
            "Country": np.where(
                buyer % 11 == 3, "Germany", np.where(buyer % 17 == 5, "France", "United Kingdom")
            ),
            "cancelled": cancelled,
        }
    ).sort("InvoiceDate", "InvoiceNo", maintain_order=True)
    number = pl.col("InvoiceNo").cast(pl.String)
    frame = frame.with_columns(
        pl.when("cancelled").then("C" + number).otherwise(number).alias("InvoiceNo"),
        pl.when(pl.col("CustomerID") >= 12_346).then("CustomerID").alias("CustomerID"),
    ).drop("cancelled")
    return frame, pl.DataFrame({"CustomerID": 12_346 + np.arange(n_buyers), "segment": group + 1})


def _one_kind_of_buyer(rng: np.random.Generator, buyers: int) -> Floats:
    """Return plans without groups: each figure scatters about one centre. Shape (buyers, 5)."""
    scatter = np.exp(rng.standard_normal((buyers, 5)) * [0.7, 0.3, 0.8, 0.4, 0.5])
    return np.array([6.0, 14.0, 50.0, 1.2, 8.0]) * scatter


def _shared_out(weights: Floats, lines: int) -> Ints:
    """Share lines out by weight, at least one to each. Shape of `weights`."""
    exact = weights / weights.sum() * (lines - len(weights))
    shares = np.floor(exact).astype(np.int64) + 1
    rest = lines - shares.sum()
    shares[np.argsort(shares - exact)[:rest]] += 1
    return np.asarray(shares, np.int64)


def _invoices(
    rng: np.random.Generator, plan: Floats, lines: Ints, n_guests: int
) -> tuple[Ints, NDArray[np.datetime64]]:
    """Return invoice number (from 0) and moment of each line. Shapes (rows,)."""
    scatter = np.exp(0.12 * rng.standard_normal((len(plan), 2)))
    wanted = np.maximum(1, np.rint(plan[:, 0] * scatter[:, 0])).astype(np.int64)
    many = np.minimum(wanted, lines)
    last = np.clip(plan[:, 2] * scatter[:, 1], 0.5, 360)
    first = np.cumsum(many) - many
    owner = np.repeat(np.arange(len(plan)), many)
    back = last[owner] + rng.random(len(owner)) * (372 - last[owner])
    back[first] = last
    place = np.arange(lines.sum()) - np.repeat(np.cumsum(lines) - lines, lines)
    line_owner = np.repeat(np.arange(len(plan)), lines)
    of_line = first[line_owner] + place % many[line_owner]
    guest_invoices = max(1, n_guests // 8)
    guest_back = rng.random(guest_invoices) * 372
    of_guest = len(owner) + rng.integers(0, guest_invoices, n_guests)
    back = np.concatenate([back, guest_back])
    invoice = np.concatenate([of_line, of_guest])
    seconds = (back * 86_400).astype(np.int64) // 60 * 60
    # Invoice numbers follow time, as they do in any shop.
    rank = np.empty(len(back), np.int64)
    rank[np.argsort(-seconds, kind="stable")] = np.arange(len(back))
    moment = _END.astype("datetime64[us]") - seconds[invoice].astype("timedelta64[s]")
    return rank[invoice], moment


_COLOURS = ("RED", "WHITE", "BLUE", "GREEN", "PINK", "VINTAGE", "RUSTIC", "RETRO", "CREAM", "TIN")
_THINGS = (
    *("MUG", "LANTERN", "TEA TOWEL", "CAKE STAND", "LUNCH BOX", "PHOTO FRAME", "CANDLE", "DOORMAT"),
    *("JAM JAR", "TOTE BAG", "CLOCK", "CUSHION", "WICKER BASKET", "PLATE", "APRON", "WREATH"),
    *("GARLAND", "NOTEBOOK", "PENCIL CASE", "MAGNET SET", "TRAY", "UMBRELLA", "PAPER CHAIN"),
    *("TEAPOT", "BOWL", "SIGN", "HOOK", "SPOON", "JUG", "SUGAR POT", "PURSE", "PUZZLE", "KITE"),
    *("STOOL", "RUG", "VASE", "FAN", "BELL", "BIRDHOUSE", "SCARF"),
)


def _catalogue(rng: np.random.Generator) -> tuple[NDArray[np.str_], NDArray[np.str_], Floats]:
    """Return code, description and price of 400 goods. Shapes (400,)."""
    words = np.array([f"{colour} {thing}" for colour in _COLOURS for thing in _THINGS])
    tails = np.array(["", "", "A", "", "B"])[np.arange(400) % 5]
    codes = np.array([f"{20_675 + 7 * n}{tail}" for n, tail in enumerate(tails)])
    return codes, words, np.exp(rng.normal(1.0, 0.5, 400)).round(2)
