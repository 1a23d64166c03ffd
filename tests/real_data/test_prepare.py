"""Schema, cleaning, features and scaling on real customer tables."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import narwhals as nw
import pytest

from coterie.prepare import (
    Cleaning,
    FeatureChoice,
    Scaling,
    choose_features,
    derive,
    fit_scaling,
    newest_date,
    plan_cleaning,
)
from coterie.schema import ROW, Schema
from coterie.schema.infer import infer_schema
from coterie.tables import open_table

WHERE = os.environ.get("COTERIE_REAL_DATA")
pytestmark = pytest.mark.skipif(not WHERE, reason="COTERIE_REAL_DATA is not set")


class Prepared(NamedTuple):
    schema: Schema
    cleaning: Cleaning
    rows: int
    kept: int
    as_of: date | None
    choice: FeatureChoice
    scaling: Scaling


def prepare(name: str) -> Prepared:
    table = open_table(Path(WHERE or "") / name, dates="dmy")
    schema, _ = infer_schema(table.frame, orders=table.orders)
    newest = newest_date(table.frame, schema)
    as_of = newest + timedelta(days=1) if newest else None
    derived = derive(schema, as_of)
    cleaning = plan_cleaning(table.frame, schema, as_of=as_of)
    kept: nw.LazyFrame[Any] = cleaning.apply(table.frame)
    if derived:
        kept = kept.with_columns(*(d.expression() for d in derived))
    described = schema.extended(tuple(d.column for d in derived))
    choice = choose_features(kept, described, derived)
    scaling = fit_scaling(kept, described, choice.chosen)
    counts = [len(frame.select(ROW).collect()) for frame in (table.frame, kept)]
    return Prepared(schema, cleaning, counts[0], counts[1], as_of, choice, scaling)


CAMPAIGNS = [
    "marketing_campaign.csv",
    "messy/marketing_campaign_bom.csv",
    "messy/marketing_campaign_leading_space_header.csv",
    "messy/marketing_campaign_semicolon_ddmmyyyy_slash.csv",
]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_campaign_table_keeps_all_customers_and_tells_what_is_wrong(name: str) -> None:
    found = prepare(name)
    assert (found.rows, found.kept) == (2240, 2240)
    told = {(n.topic, n.count): n.text for n in found.cleaning.report()}
    assert all(year in told["impossible", 3] for year in ("1893", "1899", "1900"))
    assert "Income" in told["missing", 24]
    assert "666,666" in told["outlier", 1]
    assert found.as_of == date(2014, 6, 30)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_campaign_table_gets_the_same_features_under_every_spelling(name: str) -> None:
    found = prepare(name)
    described = {c.name: c.meaning for c in found.schema}
    meanings = {described.get(n) or n for n in found.choice.chosen}
    assert meanings == {
        "income", "age", "total_spend", "total_purchases", "recency", "children", "web_visits",
        "deal_share",
    }  # fmt: skip
    assert len(found.schema.with_role("response")) == 6


def test_the_income_of_666_666_is_capped_for_the_fit_only() -> None:
    found = prepare("marketing_campaign.csv")
    (part,) = [p for p in found.scaling.parts if p.name == "Income"]
    assert 100_000 < part.high < 200_000


@pytest.mark.parametrize(
    "name",
    ["Mall_Customers.csv", "messy/Mall_Customers_Genre.csv",
     "messy/Mall_Customers_trailing_space_headers.csv",
     "messy/Mall_Customers_with_missing_values.csv"],
)  # fmt: skip
def test_the_mall_gives_age_income_and_score(name: str) -> None:
    found = prepare(name)
    assert {found.schema[n].meaning for n in found.choice.chosen} == {
        "age", "income", "spending_score",
    }  # fmt: skip
    assert found.schema.meaning("gender") is not None
    assert found.kept == 200


def test_the_wholesale_table_is_log_scaled_and_its_codes_are_categories() -> None:
    found = prepare("messy/Wholesale_latin1_nbsp_trailing_commas.csv")
    assert found.schema["Channel"].kind == found.schema["Region"].kind == "category"
    logged = {p.name for p in found.scaling.parts if p.transform == "log1p"}
    assert {"Milk", "Grocery", "Frozen", "Detergents_Paper"} <= logged


def test_negative_savings_are_possible() -> None:
    found = prepare("segmentation_data.csv")
    assert found.cleaning.report() == ()
    assert set(found.choice.chosen) == {"annual_income", "spending_score", "savings", "age"}
