"""The library, as a notebook uses it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import coterie as ct
from coterie.errors import ConfigError, MissingColumnsError, RecordError, SchemaError
from coterie.stores.exports import export_segmentation
from coterie.tables.synthetic import make_campaign, make_customers


@pytest.fixture(scope="module")
def customers() -> pl.DataFrame:
    return make_customers(400, segments=4, seed=5)[0]


@pytest.fixture(scope="module")
def study(customers) -> ct.Study:
    return ct.segment(customers)


@pytest.fixture(scope="module")
def campaign() -> ct.Study:
    return ct.segment(make_campaign(500, segments=3, seed=1)[0])


def test_a_study_holds_the_answer(study):
    assert study.k == len(study.segments) == 4
    assert study.quality.verdict.kind == "natural"
    assert [segment.id for segment in study.segments] == [1, 2, 3, 4]
    assert len({segment.name for segment in study.segments}) == 4
    assert sum(segment.size for segment in study.segments) == study.kept == 400


def test_planted_groups_are_found(customers, study):
    from sklearn.metrics import adjusted_rand_score

    truth = make_customers(400, segments=4, seed=5)[1]
    labels = study.labelled.collect().to_native().get_column("segment_id")
    planted = truth.get_column("segment")
    assert adjusted_rand_score(planted.to_numpy(), labels.to_numpy()) > 0.95


@pytest.mark.parametrize("kind", ["pandas", "polars", "polars-lazy", "arrow"])
def test_the_same_kind_of_frame_goes_out(customers, study, kind):
    given = {
        "pandas": lambda: customers.to_pandas().set_index(np.arange(400)[::-1]),
        "polars": lambda: customers,
        "polars-lazy": customers.lazy,
        "arrow": customers.to_arrow,
    }[kind]()
    scored = study.segmentation.score(given)
    types = {
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "polars-lazy": pl.LazyFrame,
        "arrow": pa.Table,
    }
    assert isinstance(scored, types[kind])
    if kind == "pandas":
        assert (scored.index == given.index).all()
        labels = scored["segment_id"].to_numpy()
    elif kind == "arrow":
        labels = scored["segment_id"].to_numpy()
    else:
        labels = scored.lazy().collect().get_column("segment_id").to_numpy()
    expected = study.labelled.collect().to_native().get_column("segment_id").to_numpy()
    assert (labels == expected).all()


def test_every_frame_gives_the_same_study(customers, study):
    for frame in (customers.to_pandas(), customers.to_arrow(), customers.lazy()):
        other = ct.segment(frame)
        assert [s.name for s in other.segments] == [s.name for s in study.segments]
        assert np.array_equal(
            other.segmentation.clustering.centres, study.segmentation.clustering.centres
        )


def test_names_do_not_depend_on_the_order_of_rows(customers, study):
    shuffled = ct.segment(customers.sample(fraction=1.0, shuffle=True, seed=3))
    assert [s.name for s in shuffled.segments] == [s.name for s in study.segments]
    assert [s.size for s in shuffled.segments] == [s.size for s in study.segments]


def test_one_record_gets_the_same_placement_as_its_row(campaign):
    frame = make_campaign(500, segments=3, seed=1)[0]
    scored = campaign.segmentation.score(frame)
    for record, answer in zip(frame.to_dicts(), scored.to_dicts(), strict=True):
        placed = campaign.segmentation.place(record)
        assert placed.segment_id == answer["segment_id"]
        assert placed.segment == answer["segment"]
        assert placed.confidence == pytest.approx(answer["confidence"], abs=1e-9)


def test_a_record_may_be_text_in_another_spelling(study):
    typed = study.segmentation.place(
        {"age": 30, "annual_income": 40.0, "spending_score": 70, "savings": 1000}
    )
    text = study.segmentation.place(
        {"Age": " 30 ", "Annual Income (k$)": "40", "SPENDING_SCORE": "70", "Savings": "1,000"}
    )
    assert text == typed


def test_what_is_missing_outside_or_unlike_is_said(study):
    placed = study.segmentation.place({"age": 30, "annual_income": 9_999_999})
    assert "annual_income" in placed.outside_range
    assert {"spending_score", "savings"} <= set(placed.imputed)
    assert placed.unlike
    assert any("unlike anyone" in note for note in placed.notes)


def test_an_impossible_value_is_treated_as_missing_and_said(study):
    placed = study.segmentation.place(
        {"age": 480, "annual_income": 40, "spending_score": 50, "savings": 900}
    )
    assert "age" in placed.imputed
    assert any("480" in note for note in placed.notes)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"agee": 3}, "There is no column agee. Did you mean age?"),
        ({"age": "thirty"}, "must be a number; it is 'thirty'"),
        ({"age": float("inf")}, "must be a finite number"),
        ({"age": "", "savings": "n/a"}, "no value to place a customer by"),
        ({}, "no value to place a customer by"),
    ],
)
def test_a_record_that_cannot_be_is_refused_with_a_sentence(study, record, says):
    with pytest.raises(RecordError, match=says):
        study.segmentation.place(record)


def test_scoring_a_table_without_a_column_names_it(study, customers):
    with pytest.raises(MissingColumnsError, match="savings"):
        study.segmentation.score(customers.drop("savings"))
    wrong = customers.with_columns(pl.lit("lots").alias("savings"))
    with pytest.raises(SchemaError, match="savings must hold numbers"):
        study.segmentation.score(wrong)


def test_names_can_be_given_and_wrong_ids_are_refused(study):
    renamed = study.segmentation.renamed({1: "Ours"})
    assert renamed.segments[0].name == "Ours"
    with pytest.raises(ConfigError, match="no segment 9"):
        study.segmentation.renamed({9: "x"})
    with pytest.raises(ConfigError, match="must differ"):
        study.segmentation.renamed({1: "x", 2: "x"})


def test_figures_give_their_data_and_paint(study):
    assert {
        "elbow",
        "criteria",
        "silhouettes",
        "clusters_2d",
        "clusters_3d",
        "sizes",
        "profile_heatmap",
        "comparison",
    } <= set(study.figures)
    chart = study.figures.elbow
    assert chart.frame().columns == ["k", "inertia"]
    assert chart.plot().to_dict()["data"]
    with pytest.raises(AttributeError, match="there are elbow"):
        study.figures.pie  # noqa: B018


def test_silhouettes_of_customers_are_scikit_learns():
    from sklearn.metrics import silhouette_samples

    from coterie.workflow.pictures import silhouette_values

    rng = np.random.default_rng(0)
    points, labels = rng.normal(0, 1, (200, 3)), rng.integers(1, 5, 200)
    assert np.allclose(
        silhouette_values(points, labels), silhouette_samples(points, labels), atol=1e-6
    )


def test_the_exported_pipeline_scores_raw_columns_as_the_bundle_does(campaign, tmp_path):
    frame = make_campaign(500, segments=3, seed=1)[0]
    expected = campaign.segmentation.score(frame).get_column("segment_id").to_numpy()
    paths = export_segmentation(campaign.segmentation, "sklearn", tmp_path)
    assert [path.name for path in paths] == ["kmeans_model.pkl", "final_model.sav"]
    pipeline = pickle.loads(paths[0].read_bytes())  # noqa: S301
    assert (pipeline.predict(frame) + 1 == expected).all()
    assert (pipeline.predict(frame.to_pandas()) + 1 == expected).all()
    tree = pickle.loads(paths[1].read_bytes())  # noqa: S301
    raw = np.column_stack([campaign.sample.raw[name] for name in tree.feature_names_in_])
    filled = campaign.segmentation.scaling.filled(raw)
    agrees = (
        tree.predict(pd.DataFrame(filled, columns=tree.feature_names_in_)) == campaign.sample.labels
    ).mean()
    assert agrees == pytest.approx(campaign.rules.fidelity, abs=0.08)


def test_the_skops_export_holds_no_pickle_and_scores_the_same(study, customers, tmp_path):
    import skops.io

    path, _tree = export_segmentation(study.segmentation, "skops", tmp_path)
    unknown = skops.io.get_untrusted_types(file=path)
    assert set(unknown) <= {"coterie.stores.steps.RawColumns", "numpy.dtype"}
    pipeline = skops.io.load(path, trusted=unknown)
    expected = study.segmentation.score(customers).get_column("segment_id").to_numpy()
    assert (pipeline.predict(customers) + 1 == expected).all()


def test_an_unknown_export_is_refused(study):
    with pytest.raises(ConfigError, match="sklearn or skops"):
        export_segmentation(study.segmentation, "onnx", Path("x"))


def test_save_and_load_through_the_library(study, tmp_path):
    path = ct.save(study, tmp_path / "m.zip")
    assert ct.load(path).segments == study.segments


def test_a_minmax_scaler_and_pca_are_replayed_in_placing(customers):
    found = ct.segment(customers, k=3, scaler="minmax", pca=2)
    assert found.segmentation.clustering.centres.shape == (3, 2)
    scored = found.segmentation.score(customers)
    labels = found.labelled.collect().to_native().get_column("segment_id")
    assert scored.get_column("segment_id").equals(labels)


def test_missing_values_can_be_set_aside_instead_of_filled(customers):
    gaps = customers.with_columns(
        pl.when(pl.int_range(pl.len()) % 50 == 0)
        .then(None)
        .otherwise(pl.col("savings"))
        .alias("savings")
    )
    filled, dropped = ct.segment(gaps, k=4), ct.segment(gaps, k=4, impute=False)
    assert (filled.kept, dropped.kept) == (400, 392)
    quarantined = dropped.quarantine.collect().to_native()
    assert len(quarantined) == 8
    assert quarantined.get_column("__reason__").str.contains("missing").all()


def test_one_segment_is_a_study_too(customers):
    found = ct.segment(customers, k=1)
    assert found.k == 1
    assert found.segments[0].size == 400
    assert found.segmentation.place({"age": 30}).runner_up is None
    assert found.quality.verdict.kind != "natural"


def test_a_segment_may_lack_every_value_of_a_feature():
    rng = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], 60)
    age = np.array([25.0, 45.0, 65.0])[group] + rng.normal(0, 2, 180)
    score = np.array([80.0, 20.0, 60.0])[group] + rng.normal(0, 3, 180)
    income = [None if g == 0 else 1000.0 * g + e for g, e in zip(group, age, strict=True)]
    study = ct.segment(pl.DataFrame({"age": age, "score": score, "income": income}))
    assert set(study.figures)
    assert all(len(study.figures[name].frame()) for name in study.figures)


def test_a_placement_says_what_was_filled_in_one_sentence_and_numbers_as_people_write_them(
    campaign,
):
    answer = campaign.segmentation.place({"Income": 1e9, "Year_Birth": 1893})
    text = " ".join(answer.notes)
    assert "Year of birth cannot be 1893; it was treated as missing." in text
    assert "Income is 1,000,000,000; the customers seen in training lie between" in text
    assert "Days since last purchase" in text
    assert text.count("filled with the typical value") == 1


def test_a_computed_column_cannot_be_given_under_any_spelling(campaign):
    with pytest.raises(RecordError, match="Age is computed from Year_Birth: give that instead"):
        campaign.segmentation.place({"Age": 30})


def test_a_renamed_column_can_be_given_under_either_name():
    from dataclasses import replace

    from coterie.schema import Schema

    customers, _truth = make_customers(300, segments=3, seed=2)
    schema = ct.segment(customers, k=3).segmentation.schema
    renamed = Schema(
        tuple(
            replace(c, name="salary", source=c.name) if c.name == "annual_income" else c
            for c in schema
        )
    )
    model = ct.segment(customers, k=3, schema=renamed).segmentation
    record = {"spending_score": 60.0, "age": 40}
    assert model.place({**record, "salary": 50_000.0}) == model.place(
        {**record, "Annual Income": 50_000.0}
    )
    assert model.score(customers).shape[0] == 300
