"""The rules of an RFM grid are the grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.insight.rfm import RfmBreaks
from coterie.insight.rfm_grid import CLASSIC, RfmGrid, classic_cells
from coterie.insight.rfm_rules import grid_rules
from coterie.schema import Column, Schema

COLUMNS = ("recency_days", "frequency", "monetary")
SCHEMA = Schema(
    (
        Column("recency_days", "number", "feature", label="Days since last purchase", unit="days"),
        Column("frequency", "number", "feature", label="Number of purchases", unit="purchases"),
        Column("monetary", "number", "feature", label="Total spend"),
    )
)
RAW = np.column_stack(
    [
        np.random.default_rng(0).integers(0, 300, 200),
        np.random.default_rng(1).geometric(0.4, 200),
        np.random.default_rng(2).lognormal(5, 1, 200).round(2),
    ]
).astype(float)
BREAKS = RfmBreaks((10, 30, 90, 180), (1, 2, 4, 8), (50, 100, 250, 900))


def breaks(size: int) -> st.SearchStrategy[tuple[float, ...]]:
    value = st.integers(0, 8).map(float)
    return st.lists(value, min_size=size, max_size=size).map(sorted).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5).flatmap(lambda n: st.tuples(breaks(n), breaks(n), breaks(n))),
    st.sampled_from(["frequency", "frequency and monetary"]),
)
def test_the_tree_answers_as_the_grid_whatever_the_breaks(three, by):
    made = RfmBreaks(*three)
    grid = RfmGrid(made, classic_cells(made.highest), by)
    order = list(reversed(range(len(grid.cells))))
    values = np.random.default_rng(0).integers(-1, 10, (60, 3)).astype(float)
    rules = grid_rules(grid, order, COLUMNS, SCHEMA, values)
    for row in values:
        record = dict(zip(COLUMNS, row, strict=True))
        assert rules.segment_of(record) == order.index(grid.place(record).cell_id - 1) + 1


def test_rules_are_said_in_the_customers_units_and_in_scores():
    rules = grid_rules(RfmGrid(BREAKS), range(10), COLUMNS, SCHEMA, RAW)
    assert rules[1].text == (
        "days since last purchase up to 10, and number of purchases and total spend scoring 7 or "
        "more together"
    )
    assert rules[3].text.endswith("scoring 3 to 6 together")
    assert (rules.fidelity, rules.price, rules[1].precision, rules[1].coverage) == (1, None, 1, 1)


def test_by_frequency_alone_every_rule_is_one_box():
    rules = grid_rules(RfmGrid(BREAKS, by="frequency"), range(10), COLUMNS, SCHEMA, RAW)
    assert rules[1].text == "days since last purchase up to 10, and number of purchases at least 5"
    assert rules[10].text == (
        "days since last purchase above 90, and number of purchases at most 2"
    )


def test_the_rule_that_held_is_a_box_in_the_customers_units():
    rules = grid_rules(RfmGrid(BREAKS), range(10), COLUMNS, SCHEMA, RAW)
    held = rules.rule_that_held({"recency_days": 5, "frequency": 12, "monetary": 2000})
    assert held.startswith("days since last purchase up to 10 and number of purchases")


@pytest.mark.parametrize("scores", range(2, 11))
def test_classic_cells_cover_any_number_of_scores(scores):
    cells = classic_cells(scores)
    steps = tuple(float(each) for each in range(1, scores))
    RfmGrid(RfmBreaks(steps, steps, steps), cells)
    assert {cell.name for cell in cells} <= {cell.name for cell in CLASSIC}
    assert cells[0].name == "Champions"
