"""Names, rules and claims on the real mall customers."""

from __future__ import annotations

import os
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from coterie.insight.naming import check_claim, name_segments, order_segments
from coterie.insight.profiles import profile_segments
from coterie.insight.rules import grow_rules
from coterie.schema import Column, Schema

DATA = os.environ.get("COTERIE_REAL_DATA")
pytestmark = pytest.mark.skipif(not DATA, reason="COTERIE_REAL_DATA is not set")

INCOME, SCORE = "Annual Income (k$)", "Spending Score (1-100)"
SCHEMA = Schema(
    (
        Column("Gender", "category", "feature", "gender", choices=("Female", "Male")),
        Column("Age", "number", "feature", "age", unit="years"),
        Column(INCOME, "number", "feature", "income", "Annual income", "k$"),
        Column(SCORE, "number", "feature", "spending_score", "Spending score"),
    )
)


def test_mall_customers_are_the_five_classics_in_canonical_order() -> None:
    from sklearn.cluster import KMeans

    frame = pl.read_csv(Path(str(DATA)) / "Mall_Customers.csv")
    raw = frame.select(INCOME, SCORE).to_numpy().astype(float)
    scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    labels = KMeans(5, n_init=10, random_state=0).fit_predict(scaled) + 1
    labelled = nw.from_native(frame.with_columns(segment_id=labels).lazy())
    profiles = profile_segments(labelled, SCHEMA, features=(INCOME, SCORE))
    texts = {t.id: t for t in name_segments(profiles, SCHEMA, features=(INCOME, SCORE))}
    order = order_segments(profiles, SCHEMA, (INCOME, SCORE))
    assert [texts[key].archetype for key in order] == [
        "Stars", "Careless", "Standard", "Sensible", "Miser",
    ]  # fmt: skip
    assert all(check_claim(claim, profiles) for text in texts.values() for claim in text.claims)
    rules = grow_rules(raw, labels, schema=SCHEMA, columns=(INCOME, SCORE), seed=0, points=scaled)
    assert rules.fidelity is not None
    assert rules.fidelity > 0.9
    assert rules[order[0]].text.startswith("annual income above ")
