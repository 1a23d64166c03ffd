"""Every method through a whole training, and the comparison of all of them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import make_blobs, make_circles, make_moons

import coterie as ct
from coterie.cluster.matching import adjusted_rand
from coterie.config import METHODS, RunConfig
from coterie.errors import ConfigError
from coterie.report.writing import write_report
from coterie.stores.bundle import bundle_bytes, load_bundle, save_bundle
from coterie.stores.outputs import labelled_frame
from coterie.tables.synthetic import make_customers
from coterie.workflow import train
from coterie.workflow.methods import Row, compare_methods
from coterie.workflow.outliers import find_outliers
from coterie.workflow.recommending import recommend

CUSTOMERS = make_customers(260, segments=3, seed=4)[0]
_DRAWN = np.random.default_rng(4)
BUYERS = pl.DataFrame(
    {
        "customer_id": [f"C{row:03}" for row in range(260)],
        "recency_days": _DRAWN.integers(1, 400, 260),
        "frequency": 1 + _DRAWN.geometric(0.4, 260),
        "monetary": _DRAWN.lognormal(5, 1, 260).round(2),
    }
)
"""Customers of a shop: what the RFM grid takes."""


def customers_of(study: ct.Study) -> pl.DataFrame:
    return BUYERS if study.config.method == "rfm" else CUSTOMERS


@pytest.fixture(scope="module", params=METHODS)
def study(request: pytest.FixtureRequest) -> ct.Study:
    k = None if request.param in ("dbscan", "hdbscan", "rfm") else 3
    table = BUYERS if request.param == "rfm" else CUSTOMERS
    return train(table, RunConfig(method=request.param, k=k, k_max=5))


def test_every_method_gives_named_segments_and_says_which_it_is(study):
    assert study.to_dict()["method"] == study.config.method
    assert all(segment.name and segment.description for segment in study.segments)
    inside = sum(segment.size for segment in study.segments)
    assert inside + study.to_dict()["no_segment"]["size"] == study.kept == 260


def test_every_method_is_kept_and_places_the_same_customers_the_same(study, tmp_path):
    model = study.segmentation
    read = load_bundle(save_bundle(model, tmp_path / "m.zip"))
    assert bundle_bytes(read) == bundle_bytes(model)
    customers = customers_of(study)
    scored = read.score(customers)
    labelled = labelled_frame(study)
    assert scored["segment_id"].to_list() == labelled["segment_id"].to_list()
    assert np.allclose(scored["confidence"], labelled["confidence"])
    for row in range(0, 260, 13):
        placed = read.place(customers.row(row, named=True))
        assert placed.segment_id == scored["segment_id"][row]
        assert placed.segment == scored["segment"][row]
        assert placed.confidence == pytest.approx(scored["confidence"][row])


@pytest.mark.slow
def test_every_method_is_reported_and_painted(study, tmp_path):
    page = write_report(study, tmp_path / "report.html").read_text()
    assert all(segment.name in page for segment in study.segments)
    assert len(study.figures["sizes"].data["share"]) == study.k + bool(study.left_out)


def test_every_method_has_outliers_with_reasons(study):
    found = find_outliers(study.segmentation, customers_of(study), most=3)
    assert found.customers == 260
    assert len(found.found) == 3
    assert all(one.reasons and one.reasons[0].sentence for one in found.found)
    farness = [one.farness for one in found.found]
    assert farness == sorted(farness, reverse=True)


def test_a_repeat_gives_the_same_bytes():
    config = RunConfig(method="mixture", k=3, k_max=4)
    once, again = (bundle_bytes(train(CUSTOMERS, config).segmentation) for _ in range(2))
    assert once == again


@pytest.mark.slow
def test_the_order_of_rows_does_not_change_who_is_together():
    for method in ("mixture", "ward", "hdbscan", "kprototypes"):
        config = RunConfig(method=method, k_max=4)
        turned = CUSTOMERS.reverse()
        one = labelled_frame(train(CUSTOMERS, config)).sort("customer_id")
        two = labelled_frame(train(turned, config)).sort("customer_id")
        first, second = (f["segment_id"].to_numpy().astype(np.int32) for f in (one, two))
        assert adjusted_rand(first, second) > 0.99, method


def test_a_mixtures_confidence_is_its_probability_of_membership():
    from sklearn.mixture import GaussianMixture

    study = train(CUSTOMERS, RunConfig(method="mixture", k=3, k_max=4))
    found, points = study.segmentation.clustering, study.sample.points
    model = GaussianMixture(3, covariance_type="full")
    model.weights_, model.means_ = found.weights, found.centres
    model.precisions_cholesky_ = np.linalg.inv(np.linalg.cholesky(found.covariances)).transpose(
        0, 2, 1
    )
    probability = model.predict_proba(points).max(axis=1)
    confidence = labelled_frame(study)["confidence"].to_numpy()
    assert np.allclose(confidence, probability)


def test_whom_no_segment_reaches_is_told_so():
    points, _ = make_moons(300, noise=0.05, random_state=1)
    table = pl.DataFrame({"income": points[:, 0] * 10 + 50, "visits": points[:, 1] * 10 + 50})
    model = train(table, RunConfig(method="dbscan")).segmentation
    placed = model.place({"income": 500, "visits": 500})
    assert (placed.segment_id, placed.segment, placed.unlike) == (0, "None", True)
    assert placed.runner_up in [segment.name for segment in model.segments]
    assert placed.confidence > 0.99
    assert "No segment reaches this customer" in " ".join(placed.notes)
    assert model.segment(0).name == "None"
    typical = model.place(table.row(5, named=True))
    assert typical.segment_id > 0
    assert not typical.unlike


def test_categories_take_part_and_describe_but_are_not_told_choice_by_choice():
    study = train(CUSTOMERS, RunConfig(method="kprototypes", k=3, k_max=4))
    assert "gender" in study.to_dict()["features"]
    assert "gender" in study.profiles.features
    missing = study.segmentation.place({"age": 30, "annual_income": 50_000})
    assert "gender" in missing.imputed


def test_a_density_method_cannot_be_told_a_number():
    with pytest.raises(ConfigError, match="finds the number of segments itself"):
        RunConfig(method="dbscan", k=3)


def test_an_unknown_method_names_those_there_are():
    with pytest.raises(ConfigError, match=r"There is no method spectral.*hdbscan"):
        RunConfig(method="spectral")
    with pytest.raises(ConfigError, match="There is no method spectral"):
        compare_methods(CUSTOMERS, methods=["spectral"])


def test_mixing_needs_a_category():
    with pytest.raises(ConfigError, match="no category such as education"):
        train(CUSTOMERS.select("annual_income", "spending_score"), RunConfig(method="famd"))


def _row(method: str, **figures: object) -> Row:
    return Row(method=method, name=method, k=2, **figures)  # type: ignore[arg-type]


def test_a_challenger_needs_all_of_natural_other_held_and_emptier():
    plain = _row("kmeans", verdict="reproducible", weakest_stability=0.8)
    good = {
        "verdict": "natural", "weakest_stability": 0.9, "like_plain": 0.1, "links_cut": 0.0,
        "links_cut_plain": 0.02, "left_out": 0.05,
    }  # fmt: skip
    assert recommend([plain, _row("dbscan", **good)])[0].method == "dbscan"
    for lacking in (
        {"verdict": "reproducible"}, {"weakest_stability": 0.6}, {"like_plain": 0.95},
        {"links_cut": 0.015}, {"left_out": 0.3},
    ):  # fmt: skip
        best, reason = recommend([plain, _row("dbscan", **{**good, **lacking})])
        assert best.method == "kmeans", lacking
        assert reason.startswith("k-means: ")


def _shape(points: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {f"measure_{c}": points[:, j] for j, c in enumerate("abc"[: points.shape[1]])}
    )


def chains() -> np.ndarray:
    rng = np.random.default_rng(0)
    turn = rng.uniform(0, 2 * np.pi, 300)
    flat = np.column_stack([np.cos(turn), np.sin(turn), 0 * turn])
    tall = np.column_stack([1 + np.cos(turn), 0 * turn, np.sin(turn)])
    return np.concatenate([flat, tall]) + rng.normal(0, 0.05, (600, 3))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("points", "winners"),
    [
        (make_moons(500, noise=0.06, random_state=0)[0], ("dbscan", "hdbscan")),
        (make_circles(600, noise=0.04, factor=0.5, random_state=0)[0], ("dbscan", "hdbscan")),
        (chains(), ("dbscan", "hdbscan")),
        (
            make_blobs(500, random_state=170)[0] @ np.array([[0.6, -0.6], [-0.4, 0.8]]),
            ("mixture", "dbscan", "hdbscan"),
        ),
    ],
    ids=["moons", "rings", "chains", "aniso"],
)
def test_on_published_shapes_k_means_does_not_win(points, winners):
    found = compare_methods(_shape(points), RunConfig(k_max=6))
    assert found.recommended.method in winners, found.reason
    assert found.recommended.k == (3 if "mixture" in winners else 2)


@pytest.mark.slow
def test_on_sample_customers_k_means_wins_and_all_agree():
    found = compare_methods(make_customers(600, segments=4, seed=1)[0], RunConfig(k_max=6))
    assert found.recommended.method == "kmeans"
    assert min(found["mixture"].agreement.values()) > 0.5
    assert found["ward"].agreement["kmeans"] > 0.95
    assert [row.method for row in found.rows] == list(METHODS)
    assert len(found.rows_plain()) == len(METHODS)


@pytest.mark.slow
def test_auto_trains_with_the_method_recommended_and_says_why():
    points, _ = make_moons(300, noise=0.05, random_state=1)
    study = ct.segment(_shape(points), method="auto", k_max=4)
    assert study.comparison is not None
    assert study.segmentation.clustering.method == study.comparison.recommended.method
    assert study.segmentation.clustering.method in ("dbscan", "hdbscan")
    assert any("methods were compared" in note.text for note in study.notes)


@pytest.mark.slow
def test_on_real_customers_k_means_wins(real_data):
    mall = compare_methods(
        real_data / "Mall_Customers.csv",
        RunConfig(features=("Annual Income (k$)", "Spending Score (1-100)"), k_max=8),
    )
    assert (mall.recommended.method, mall.recommended.k) == ("kmeans", 5)
    campaign = compare_methods(real_data / "marketing_campaign.csv", RunConfig(k_max=6))
    assert campaign.recommended.method == "kmeans", campaign.reason


def test_an_extreme_income_is_the_reason_given_in_its_own_unit():
    wild = CUSTOMERS.with_columns(
        pl.when(pl.col("customer_id") == 7).then(2_000_000).otherwise(pl.col("annual_income"))
        .alias("annual_income")
    )  # fmt: skip
    model = train(wild, RunConfig(k=3, k_max=3)).segmentation
    first = find_outliers(model, wild, most=1).found[0]
    assert first.customer == "7"
    assert first.reasons[0].column == "annual_income"
    assert "above what is usual in" in first.reasons[0].sentence
    assert "2 million" in first.reasons[0].sentence
    assert first.farness > 2


def test_asking_for_no_outlier_is_refused():
    model = train(CUSTOMERS, RunConfig(k=2, k_max=3)).segmentation
    with pytest.raises(ConfigError, match="must be 1 or more"):
        find_outliers(model, CUSTOMERS, most=0)
