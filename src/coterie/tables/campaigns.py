"""Generated campaign customers: the 29 columns of the well-known data, with planted groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from coterie.tables.planting import Floats, Ints, checked_rng, plant_groups

if TYPE_CHECKING:
    import polars as pl

# Income ($), yearly spend ($), kids, teens, and purchases by deal, web, catalogue, store, and
# web visits a month; then the shares of wines, fruits, meat, fish, sweets, gold in spend.
_CAMPAIGN = np.array(
    [
        [32_000, 90, 1, 0, 2, 2, 0.4, 3, 7, 40, 6, 28, 8, 6, 12],
        [78_000, 1_400, 0, 0, 1, 5, 6, 8, 3, 45, 5, 34, 7, 5, 4],
        [56_000, 560, 0, 1, 4, 8, 2, 6, 6, 62, 2, 22, 4, 3, 7],
        [46_000, 210, 1, 1, 6, 4, 1, 4, 7, 55, 3, 25, 4, 3, 10],
        [66_000, 950, 0, 1, 2, 6, 4, 11, 4, 68, 3, 18, 4, 3, 4],
        [90_000, 2_000, 0, 0, 1, 4, 10, 6, 2, 35, 6, 42, 8, 5, 4],
        [24_000, 40, 1, 0, 1, 1, 0.2, 2, 9, 22, 12, 26, 16, 12, 12],
        [60_000, 400, 0, 0, 1, 3, 2, 5, 4, 15, 20, 20, 22, 18, 5],
        [38_000, 130, 0, 1, 5, 2, 0.5, 3, 5, 50, 3, 22, 4, 3, 18],
        [72_000, 1_150, 1, 0, 3, 9, 5, 5, 6, 38, 4, 46, 5, 4, 3],
        [52_000, 330, 2, 0, 8, 3, 1, 5, 8, 40, 6, 36, 6, 8, 4],
        [82_000, 800, 0, 2, 2, 2, 8, 3, 1, 72, 2, 16, 3, 2, 5],
    ]
)
_REPLIES = np.array(
    [
        [2, 1, 0, 1, 0, 9, 8],
        [10, 12, 28, 24, 3, 4, 30],
        [6, 12, 3, 4, 2, 5, 12],
        [8, 3, 0, 1, 0, 12, 7],
        [5, 18, 8, 10, 3, 4, 16],
        [12, 14, 42, 36, 6, 3, 45],
        [10, 0, 0, 0, 0, 15, 9],
        [6, 3, 6, 8, 1, 5, 14],
        [14, 2, 0, 1, 0, 10, 10],
        [8, 10, 14, 16, 2, 5, 20],
        [12, 2, 1, 1, 0, 14, 6],
        [4, 26, 16, 12, 5, 3, 24],
    ]
)
_EDUCATION = {"Graduation": 50, "PhD": 22, "Master": 16, "2n Cycle": 9, "Basic": 3}
_MARITAL = {"Married": 39, "Together": 26, "Single": 21, "Divorced": 10, "Widow": 4}
_SPENT_ON = ("Wines", "Fruits", "MeatProducts", "FishProducts", "SweetProducts", "GoldProds")
_BOUGHT_BY = ("NumDealsPurchases", "NumWebPurchases", "NumCatalogPurchases", "NumStorePurchases")
_REPLIED_TO = ("AcceptedCmp3", "AcceptedCmp4", "AcceptedCmp5", "AcceptedCmp1", "AcceptedCmp2")


def make_campaign(rows: int, segments: int = 5, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Generate campaign customers: the 29 columns of the well-known marketing-campaign data.

    Groups differ by income, spend, children and the channels they buy by, and answer campaigns
    differently. About 1 % of the incomes are missing; dates are text, day first, and at least
    one of them can be read in no other order.

    Parameters
    ----------
    rows, segments, seed : int
        As in `make_customers`.

    Returns
    -------
    (polars.DataFrame, polars.DataFrame)
        The customers; and the truth: ``ID, segment`` (from 1).

    Raises
    ------
    ConfigError
        If `rows`, `segments` or `seed` are out of range.
    """
    import polars as pl

    rng = checked_rng(rows, segments, seed)
    group = plant_groups(rng, rows, segments)
    plan = _CAMPAIGN[group] if segments > 1 else _one_campaign(rng, rows)
    ids = rng.permutation(rows) + 1
    steady = 0.08 if segments > 1 else 0.12
    income = np.rint(plan[:, 0] * np.exp(steady * rng.standard_normal(rows)))
    total = plan[:, 1] * np.exp(2 * steady * rng.standard_normal(rows))
    shares = plan[:, 9:] * np.exp(0.2 * rng.standard_normal((rows, 6)))
    spend = np.rint(total[:, None] * shares / shares.sum(axis=1, keepdims=True)).astype(np.int64)
    columns: dict[str, object] = {
        "ID": ids,
        "Year_Birth": rng.normal(1969, 11, rows).clip(1941, 1996).astype(np.int64),
        "Education": _pick(rng, rows, _EDUCATION),
        "Marital_Status": _pick(rng, rows, _MARITAL),
        "Income": pl.Series(income.astype(np.int64)).scatter(_some(rng, rows), None),
        "Kidhome": _children(rng, plan[:, 2]),
        "Teenhome": _children(rng, plan[:, 3]),
        "Dt_Customer": _join_dates(rng, rows),
        "Recency": rng.integers(0, 100, rows),
    }
    columns |= {f"Mnt{name}": spend[:, place] for place, name in enumerate(_SPENT_ON)}
    columns |= {name: _few(rng, plan[:, 4 + place]) for place, name in enumerate(_BOUGHT_BY)}
    columns["NumWebVisitsMonth"] = _few(rng, plan[:, 8])
    chance = (
        _REPLIES[group] / 100 if segments > 1 else np.tile(_REPLIES.mean(axis=0) / 100, (rows, 1))
    )
    replies = (rng.random((rows, 7)) < chance).astype(np.int64)
    columns |= {name: replies[:, place] for place, name in enumerate(_REPLIED_TO)}
    columns["Complain"] = (rng.random(rows) < replies[:, 5] * 0.1).astype(np.int64)
    columns |= {"Z_CostContact": np.full(rows, 3), "Z_Revenue": np.full(rows, 11)}
    columns["Response"] = replies[:, 6]
    return pl.DataFrame(columns), pl.DataFrame({"ID": ids, "segment": group + 1})


def _one_campaign(rng: np.random.Generator, rows: int) -> Floats:
    """Return plans without groups: all follows smoothly from income. Shape (rows, 15)."""
    rich = rng.standard_normal(rows)
    plan = np.tile(_CAMPAIGN.mean(axis=0), (rows, 1))
    plan[:, 0] = 52_000 * np.exp(0.3 * rich)
    plan[:, 1] = 420 * np.exp(0.9 * rich + 0.4 * rng.standard_normal(rows))
    plan[:, 2:4] = 0.5
    for place, (usual, slope) in enumerate(
        ((2.5, -0.1), (4, 0.3), (2, 0.6), (5.5, 0.3), (5.5, -0.25))
    ):
        plan[:, 4 + place] = usual * np.exp(slope * rich)
    return plan


def _pick(rng: np.random.Generator, rows: int, weights: dict[str, int]) -> NDArray[np.str_]:
    """Draw words by their weights. Shape (rows,)."""
    chance = np.array(list(weights.values())) / sum(weights.values())
    return rng.choice(np.array(list(weights)), rows, p=chance)


def _some(rng: np.random.Generator, rows: int) -> Ints:
    """Return about 1 % of the rows, none of fewer than 50."""
    return rng.choice(rows, round(rows * 0.01) if rows >= 50 else 0, replace=False)


def _children(rng: np.random.Generator, usual: Floats) -> Ints:
    """Draw 0, 1 or 2 children; nine of ten families have the usual number."""
    surely = usual == np.floor(usual)
    drawn = rng.binomial(2, np.where(surely, 0.25, usual / 2))
    return np.where(surely & (rng.random(len(usual)) < 0.9), usual, drawn).astype(np.int64)


def _few(rng: np.random.Generator, mean: Floats) -> Ints:
    """Draw counts about `mean` that scatter less than Poisson counts do."""
    return rng.binomial(np.ceil(mean * 2 + 0.01).astype(np.int64), mean / np.ceil(mean * 2 + 0.01))


def _join_dates(rng: np.random.Generator, rows: int) -> pl.Series:
    """Draw days from 30 July 2012 to 29 June 2014, written day first."""
    import polars as pl

    days = rng.integers(0, 700, rows)
    dates = pl.Series(np.datetime64("2012-07-30") + days.astype("timedelta64[D]"))
    if int(dates.dt.day().max()) <= 12:  # type: ignore[arg-type]
        days[0] = 0  # the 30th of July, which can only be read day first
        dates = pl.Series(np.datetime64("2012-07-30") + days.astype("timedelta64[D]"))
    return dates.dt.strftime("%d-%m-%Y")
