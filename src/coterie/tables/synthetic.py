"""Generated customers, campaigns and transactions with planted groups, known in every row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from coterie.errors import ConfigError
from coterie.tables.campaigns import make_campaign
from coterie.tables.orders import make_transactions
from coterie.tables.planting import MOST_SEGMENTS, Floats, Ints, checked_rng, plant_groups
from coterie.tables.writing import check_ending, write_frame

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "MOST_SEGMENTS",
    "make_campaign",
    "make_customers",
    "make_transactions",
    "write_sample",
]

# Age (years), annual income ($), spending score, savings ($): who they are is said behind.
_CENTRES = np.array(
    [
        [27, 30_000, 80, 6_000],  # young, little income, spending it all
        [50, 96_000, 20, 38_000],  # well-off and careful
        [35, 98_000, 82, 21_000],  # well-off and spending
        [57, 32_000, 20, 13_000],  # older, modest, careful
        [42, 62_000, 50, 21_000],  # the middle
        [62, 64_000, 80, 36_000],  # retired and enjoying it
        [28, 58_000, 20, 7_000],  # starting out, careful
        [62, 118_000, 52, 49_000],  # wealthy elders
        [30, 124_000, 46, 9_000],  # young professionals
        [45, 66_000, 84, 6_000],  # families that live to the full
        [61, 36_000, 54, 36_000],  # elders living on savings
        [29, 29_000, 42, 27_000],  # young heirs
    ],
    dtype=np.float64,
)
_SPREADS = np.array([3.2, 6_000.0, 5.5, 1_900.0])
_LOWER = np.array([18.0, 12_000.0, 1.0, 0.0])
_UPPER = np.array([70.0, 150_000.0, 100.0, 60_000.0])
_ONE_CENTRE = np.array([44.0, 65_000.0, 50.0, 20_000.0])
_ONE_SPREAD = np.array([9.0, 17_000.0, 16.0, 6_500.0])
_ONE_CORRELATION = np.array(
    [
        [1.0, 0.35, -0.3, 0.45],
        [0.35, 1.0, 0.1, 0.5],
        [-0.3, 0.1, 1.0, -0.35],
        [0.45, 0.5, -0.35, 1.0],
    ]
)


def make_customers(
    rows: int, segments: int = 5, seed: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Generate customers with age, income, spending score and savings.

    Each group is Gaussian; its centre lies at least 5 within-group standard deviations from any
    other. Values outside real bounds (age 18 to 70, score 1 to 100 ...) are drawn anew, so that
    none pile up there. With one segment there are no groups: a single correlated cloud.

    Parameters
    ----------
    rows : int
        Customers, 1 or more.
    segments : int
        Planted groups, 1 to 12.
    seed : int
        The same arguments give the same table.

    Returns
    -------
    (polars.DataFrame, polars.DataFrame)
        Columns ``customer_id, gender, age, annual_income`` ($) ``, spending_score, savings`` ($);
        and the truth: ``customer_id, segment`` (from 1).

    Raises
    ------
    ConfigError
        If `rows`, `segments` or `seed` are out of range.

    Examples
    --------
    >>> customers, truth = make_customers(200, segments=4, seed=1)
    >>> customers.shape, truth["segment"].n_unique()
    ((200, 6), 4)
    """
    import polars as pl

    rng = checked_rng(rows, segments, seed)
    group = plant_groups(rng, rows, segments)
    if segments == 1:
        factor = np.linalg.cholesky(_ONE_CORRELATION)
        values = _within(
            lambda picked: (
                _ONE_CENTRE + rng.standard_normal((len(picked), 4)) @ factor.T * _ONE_SPREAD
            ),
            rows,
        )
    else:
        values = _within(
            lambda picked: (
                _CENTRES[group[picked]] + rng.standard_normal((len(picked), 4)) * _SPREADS
            ),
            rows,
        )
    women = rng.random(rows) < np.array([0.62, 0.45, 0.55, 0.58, 0.5] * 3)[group]
    ids = np.arange(1, rows + 1)
    frame = pl.DataFrame(
        {
            "customer_id": ids,
            "gender": pl.Series(women).replace_strict({True: "Female", False: "Male"}),
            "age": np.rint(values[:, 0]).astype(np.int64),
            "annual_income": np.rint(values[:, 1]).astype(np.int64),
            "spending_score": np.rint(values[:, 2]).astype(np.int64),
            "savings": values[:, 3].round(2),
        }
    )
    return frame, pl.DataFrame({"customer_id": ids, "segment": group + 1})


def _within(draw: Callable[[Ints], Floats], rows: int) -> Floats:
    """Draw rows, and those out of bounds again until none is. Shape (rows, 4)."""
    values = draw(np.arange(rows))
    while True:
        outside = np.flatnonzero(((values < _LOWER) | (values > _UPPER)).any(axis=1))
        if not outside.size:
            return values
        values[outside] = draw(outside)


_MAKERS = {
    "customers": make_customers,
    "campaign": make_campaign,
    "transactions": make_transactions,
}


def write_sample(
    kind: str, rows: int, segments: int, seed: int, path: str | Path
) -> tuple[Path, Path]:
    """Write a generated table, and its truth beside it as ``<stem>_truth.csv``.

    Parameters
    ----------
    kind : {"customers", "campaign", "transactions"}
    rows, segments, seed : int
        As in `make_customers`.
    path : str or Path
        Ends in ``.csv``, ``.tsv`` or ``.parquet``. Each file is written whole or not at all.

    Returns
    -------
    (Path, Path)
        The table and the truth.

    Raises
    ------
    ConfigError
        If the kind is unknown, or `rows`, `segments` or `seed` are out of range.
    OutputError
        If the ending is another one, or the files cannot be written.
    """
    path = Path(path)
    if kind not in _MAKERS:
        raise ConfigError([f"A sample is one of {', '.join(_MAKERS)}; {kind} was asked for."])
    check_ending(path)
    frame, truth = _MAKERS[kind](rows, segments, seed)
    truth_path = path.with_name(f"{path.stem}_truth.csv")
    return write_frame(frame, path), write_frame(truth, truth_path)
