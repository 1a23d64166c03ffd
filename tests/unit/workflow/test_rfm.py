"""The RFM grid as a way to segment."""

from __future__ import annotations

import json

import narwhals as nw
import numpy as np
import polars as pl
import pytest

import coterie as ct
from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.insight.rfm import RfmBreaks
from coterie.insight.rfm_grid import RfmGrid
from coterie.report.writing import write_report
from coterie.schema import Column, Schema
from coterie.stores.bundle import bundle_bytes, load_bundle, save_bundle
from coterie.workflow import train
from coterie.workflow.methods import compare_methods
from coterie.workflow.rfm import rfm_columns

GIVEN = {"recency": [30, 90, 180, 300], "frequency": [1, 2, 4, 8], "monetary": [50, 150, 400, 900]}


def buyers(n: int = 400, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "recency_days": rng.integers(1, 400, n),
            "frequency": rng.geometric(0.4, n),
            "monetary": rng.lognormal(5, 1, n).round(2),
            "country": rng.choice(["NL", "BE", "DE"], n),
        }
    )


@pytest.fixture(scope="module")
def study() -> ct.Study:
    return train(buyers(), RunConfig(method="rfm"))


def cells_of(study: ct.Study, frame: pl.DataFrame) -> list[str]:
    grid = RfmGrid.from_dict(study.segmentation.provenance["rfm_grid"])
    return grid.apply(nw.from_native(frame.lazy())).collect().to_native()["rfm_cell"].to_list()


def test_everyone_is_in_the_cell_that_the_scores_say(study):
    labelled = study.labelled.collect().to_native().sort("__row__")
    assert labelled["segment"].to_list() == cells_of(study, buyers())
    assert {s.name for s in study.segments} == set(cells_of(study, buyers()))


def test_a_customers_cell_does_not_move_because_others_did(study):
    model, own = study.segmentation, buyers()
    before = model.score(own)["segment"].to_list()
    richer = buyers(300, seed=9).with_columns(pl.col("monetary") * 50, pl.col("frequency") + 20)
    together = model.score(pl.concat([own, richer]))["segment"].to_list()
    assert together[: len(own)] == before
    assert together[len(own) :] == cells_of(study, richer)
    assert model.score(own[:1])["segment"].to_list() == before[:1]


def test_one_customer_is_placed_as_the_table_and_the_rule_always_agrees(study):
    frame, model = buyers(200, seed=3), study.segmentation
    expected = model.score(frame)
    for row in range(0, 200, 7):
        placed = model.place(frame.row(row, named=True))
        assert placed.segment == expected["segment"][row]
        assert placed.rule_agrees
        assert placed.confidence == pytest.approx(expected["confidence"][row])
        assert placed.runner_up != placed.segment


def test_every_value_on_a_break_is_placed_as_the_grid_says(study):
    grid = RfmGrid.from_dict(study.segmentation.provenance["rfm_grid"])
    for r in grid.breaks.recency:
        for f in grid.breaks.frequency:
            for m in grid.breaks.monetary:
                record = {"recency_days": r, "frequency": f, "monetary": m}
                assert study.segmentation.place(record).segment == grid.place(record).name


def test_names_advice_and_rules_are_the_grids_own(study):
    champions = study.segments[0]
    assert champions.name == "Champions"
    assert champions.advice.startswith("Thank them first")
    assert champions.rule.startswith("days since last purchase up to ")
    assert (champions.rule_precision, champions.rule_coverage) == (1.0, 1.0)
    assert study.rules.fidelity == 1.0
    told = [note.text for note in study.notes if note.topic == "segment"]
    assert any(text.startswith("Scores of number of purchases: 1 for at most 1") for text in told)


def test_the_verdict_says_that_a_rule_drew_the_lines(study):
    answer = study.to_dict()
    assert (answer["method"], answer["verdict"]) == ("rfm", "constructed")
    assert (
        "a rule on recency, frequency and monetary value drew the lines" in answer["verdict_reason"]
    )
    assert [row["k"] for row in answer["quality"]] == [study.k]
    assert "elbow" not in study.figures
    assert set(study.choice.left_out.values()) == {"The RFM grid does not go by it."}


def test_breaks_that_are_given_are_used_as_they_stand_and_every_placement_is_sure():
    study = train(buyers(), RunConfig(method="rfm", rfm_grid=GIVEN))
    kept = study.segmentation.provenance["rfm_grid"]["breaks"]
    assert kept == {key: [float(each) for each in own] for key, own in GIVEN.items()}
    assert study.labelled.collect()["confidence"].min() == 1.0
    assert {segment.stability for segment in study.segments} == {1.0}


def test_a_whole_grid_may_be_given_with_cells_of_ones_own():
    grid = RfmGrid(RfmBreaks.from_dict(GIVEN), by="frequency").to_dict()
    grid["cells"][0]["name"] = "Stamgasten"
    study = ct.segment(buyers(), method="rfm", rfm_grid=grid, track=False)
    assert study.segments[0].name == "Stamgasten"
    assert "scoring" not in study.segments[0].rule
    again = ct.segment(buyers(), method="rfm", rfm_grid=RfmGrid.from_dict(grid), track=False)
    assert bundle_bytes(again.segmentation) == bundle_bytes(study.segmentation)


@pytest.mark.parametrize("far", [1e6, -1e6])
def test_breaks_beyond_every_customer_still_part_those_who_come_later(far):
    grid = GIVEN | {"monetary": sorted([0.0, 1.0, 2.0, far])}
    model = train(buyers(), RunConfig(method="rfm", rfm_grid=grid)).segmentation
    exact = RfmGrid(RfmBreaks.from_dict(grid))
    for money in (far - 1, far, far + 1, 0.5, 1.5):
        record = {"recency_days": 5, "frequency": 3, "monetary": money}
        frame = pl.DataFrame([record])
        assert model.score(frame)["segment"].to_list() == [exact.place(record).name], money


def test_cells_that_nobody_is_in_wait_for_those_who_come_later():
    frame = buyers().filter((pl.col("recency_days") > 100) | (pl.col("frequency") > 1))
    study = train(frame, RunConfig(method="rfm", rfm_grid=GIVEN | {"recency": [20, 40, 80, 95]}))
    assert "New customers" not in [segment.name for segment in study.segments]
    assert study.k == len(study.segments) < len(study.segmentation.segments)
    placed = study.segmentation.place({"recency_days": 3, "frequency": 1, "monetary": 20})
    assert placed.segment == "New customers"
    assert study.segmentation.segment(placed.segment_id).size == 0
    assert any("Nobody is in the cell" in note.text for note in study.notes)


@pytest.mark.parametrize("scores", [2, 3, 4, 10])
def test_another_number_of_scores(scores):
    study = train(buyers(), RunConfig(method="rfm", rfm_scores=scores))
    grid = RfmGrid.from_dict(study.segmentation.provenance["rfm_grid"])
    assert grid.breaks.highest == scores
    labelled = study.labelled.collect().to_native().sort("__row__")
    assert labelled["segment"].to_list() == cells_of(study, buyers())


def test_the_model_is_kept_in_a_protocol_of_its_own_and_others_as_before(study, tmp_path):
    path = save_bundle(study.segmentation, tmp_path / "rfm.zip")
    assert b'"protocol": 3' in path.read_bytes()
    read = load_bundle(path)
    assert bundle_bytes(read) == bundle_bytes(study.segmentation)
    assert read.score(buyers())["segment"].to_list() == cells_of(study, buyers())
    plain = train(buyers(), RunConfig(k=2, k_max=3)).segmentation
    assert b'"protocol": 2' in bundle_bytes(plain)


def test_the_report_tells_of_the_grid_and_draws_no_elbow(study, tmp_path):
    page = write_report(study, tmp_path / "report.html").read_text()
    assert "cells of a grid" in page
    assert "Cannot lose them" in page
    assert "The elbow" not in page


def test_it_is_compared_but_never_recommended_and_needs_its_columns():
    told = compare_methods(buyers(), RunConfig(k_max=3), methods=["rfm"])
    row = told["rfm"]
    assert (row.verdict, row.fault) == ("constructed", "")
    assert row.silhouette is not None
    assert set(row.agreement) == {"kmeans"}
    assert told.recommended.method == "kmeans"
    other = compare_methods(
        buyers().rename({"monetary": "shoe_size", "recency_days": "height"}),
        RunConfig(k_max=3),
        methods=["rfm"],
    )
    assert "days since the last purchase (recency_days); what was spent" in other["rfm"].fault
    fixed = compare_methods(buyers(), RunConfig(k=3, k_max=3), methods=["rfm"])
    assert fixed["rfm"].fault == "Its cells are fixed."


COLUMNS = Schema(
    tuple(
        Column(name, "number", "feature", meaning=meaning)
        for name, meaning in (
            ("lag", "recency"), ("orders", "total_purchases"), ("paid", "total_spend"),
            ("a", None), ("b", None), ("c", None),
        )
    )
)  # fmt: skip


def test_columns_are_known_by_what_they_mean():
    assert rfm_columns(COLUMNS) == ("lag", "orders", "paid")


def test_three_columns_asked_for_are_told_apart_and_strange_ones_taken_in_order():
    assert rfm_columns(COLUMNS, ("paid", "lag", "orders")) == ("lag", "orders", "paid")
    assert rfm_columns(COLUMNS, ("a", "b", "c")) == ("a", "b", "c")
    assert rfm_columns(COLUMNS, ("a", "lag", "b")) == ("lag", "a", "b")


def test_another_number_of_columns_is_refused():
    with pytest.raises(ConfigError, match="takes three columns"):
        rfm_columns(COLUMNS, ("a", "b"))


def test_one_column_under_two_spellings_is_refused():
    with pytest.raises(ConfigError, match="named twice"):
        rfm_columns(COLUMNS, ("lag", "Lag", "paid"))


def test_a_table_without_them_is_told_what_is_missing():
    with pytest.raises(ConfigError, match=r"\(monetary\).*coterie customers"):
        train(buyers().drop("monetary"), RunConfig(method="rfm"))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"k": 4}, "cells of its own"),
        ({"pca": 0.9}, "Leave PCA out"),
        ({"rfm_scores": 1}, "between 2 and 10"),
        ({"names": {1: "VIPs"}}, "names of their own"),
    ],
)
def test_what_does_not_go_with_a_grid_is_said(settings, said):
    with pytest.raises(ConfigError, match=said):
        RunConfig(method="rfm", **settings)


def test_what_is_no_grid_is_said():
    with pytest.raises(ConfigError, match="An RFM grid has breaks"):
        train(buyers(), RunConfig(method="rfm", rfm_grid={"cells": []}))


def test_settings_of_the_grid_come_back_from_plain_values():
    from coterie.faces.jobs.request import config_from_dict

    config = RunConfig(method="rfm", rfm_scores=4, rfm_grid=GIVEN)
    assert config_from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert "rfm_scores" not in RunConfig().to_dict()
