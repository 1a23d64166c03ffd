"""Comparing all methods on the Segment page: a job, a table kept on the shelf, one press more."""

from __future__ import annotations

import time

import pytest
from tests.functional.dashboard.conftest import text_of
from tests.functional.dashboard.test_b_pages import bring, button, configured, person

from coterie.config import RunConfig
from coterie.errors import ConfigError
from coterie.faces.dashboard.pages.segment_comparing import agreement_chart
from coterie.stores.shelf.comparisons import (
    FILE,
    comparison_folder,
    read_comparison,
    settings_compared,
)
from coterie.stores.shelf.places import remove, write_json


@pytest.fixture
def table(services, customers_csv):
    return bring(services, customers_csv)


@pytest.fixture
def on_table(logged_in, table):
    """Return a function that opens a page for ada, with her table chosen."""

    def open_page(address):
        page = logged_in(address)
        page.session_state["upload_id"] = table.id
        return page.run()

    return open_page


def row(method, name, **figures):
    return {
        "method": method, "name": name, "k": 2, "verdict": "natural", "silhouette": 0.4,
        "silhouette_null": 0.2, "calinski_harabasz": 900.0, "davies_bouldin": 1.1,
        "prediction_strength": 0.9, "stability": 0.9, "weakest_stability": 0.85,
        "links_cut": 0.03, "links_cut_plain": 0.09, "like_plain": 0.4, "smallest": 0.3,
        "left_out": 0.0, "seconds": 1.5, "agreement": {}, "setting": "As many as show.",
        "fault": "",
    } | figures  # fmt: skip


FOUND = {
    "recommended": "hdbscan",
    "reason": "HDBSCAN: its 2 groups run through emptier space.",
    "customers": 1500,
    "features": ["age"],
    "methods": [
        row("kmeans", "k-means", k=4, agreement={"hdbscan": 0.4}),
        row("hdbscan", "HDBSCAN", left_out=0.037, agreement={"kmeans": 0.4}),
        row("famd", "FAMD and k-means", fault="The table has no category."),
    ],
}


@pytest.fixture
def compared(table):
    """Keep a comparison of the usual settings beside ada's table."""
    folder = comparison_folder(table, RunConfig(), None)
    folder.mkdir(parents=True)
    write_json(folder / FILE, FOUND)
    yield FOUND
    remove(folder)


def test_a_comparison_is_offered_beside_training_and_starts_one_job(
    on_table,
    services,
    table,
    monkeypatch,
):
    asked = []

    def start(owner, upload_id, config, schema=None):
        asked.append((owner, upload_id, config, schema))
        raise ConfigError(["Not today."])

    monkeypatch.setattr(services.jobs, "start_comparison", start)
    page = on_table("segment")
    button(page, "Compare methods").click().run()
    assert "Not today." in text_of(page) + "".join(one.value for one in page.error)
    assert asked == [(person(services).id, table.id, RunConfig(), None)]


def test_what_was_compared_is_told_with_its_reason_and_who_agrees(on_table, compared):
    page = on_table("segment")
    assert not page.exception
    assert "Compare methods" not in [one.label for one in page.button]
    said = text_of(page)
    assert "HDBSCAN: its 2 groups run through emptier space." in said
    assert "The table has no category." in said
    assert "HDBSCAN 4" in said
    frame = next(one.value for one in page.dataframe if "Groups" in one.value.columns
                 and "How real" in one.value.columns)  # fmt: skip
    assert list(frame["Method"]) == ["HDBSCAN (recommended)", "k-means"]
    assert frame["In none"].iloc[0] == pytest.approx(3.7)


def test_one_press_takes_the_recommended_method_over_and_frees_the_number(
    on_table,
    compared,
    monkeypatch,
    services,
):
    page = on_table("segment")
    page.number_input[0].set_value(0).run()
    page.segmented_control[0].set_value("I choose").run()
    button(page, "Use HDBSCAN").click().run()
    assert not page.exception
    assert page.selectbox[0].value == "hdbscan"
    assert page.segmented_control[0].value == "Find it"
    assert "The next training uses HDBSCAN." in text_of(page)
    assert configured(page, monkeypatch, services)["config"] == RunConfig(method="hdbscan")


def test_other_settings_are_another_comparison(on_table, compared):
    page = on_table("segment")
    page.multiselect[0].set_value(["age", "annual_income"]).run()
    assert "Compare methods" in [one.label for one in page.button]
    assert "emptier space" not in text_of(page)


def test_number_method_and_names_do_not_matter_to_a_comparison():
    asked = RunConfig(k=3, method="ward", names={1: "Stars"}, scaler="robust")
    assert settings_compared(asked) == RunConfig(scaler="robust")


def test_the_heatmap_has_ones_where_a_method_meets_itself():
    chart = agreement_chart([one for one in FOUND["methods"] if not one["fault"]])
    assert chart.data["correlation"] == (1.0, 0.4, 0.4, 1.0)
    assert agreement_chart(FOUND["methods"][:1]) is None


@pytest.mark.slow
def test_a_real_comparison_is_watched_and_then_kept_for_everyone_who_asks_again(
    on_table,
    services,
    table,
):
    page = on_table("segment")
    page.multiselect[0].set_value(["age", "annual_income"]).run()
    button(page, "Compare methods").click().run()
    assert "Comparing methods" in text_of(page)
    config = RunConfig(features=("age", "annual_income"))
    folder = comparison_folder(table, config, None)
    owner = person(services).id
    (job,) = services.jobs.comparisons(owner, folder)
    assert services.jobs.wait(job.id, owner, timeout=120).state == "done"
    found = read_comparison(folder)
    assert {one["method"] for one in found["methods"]} >= {"kmeans", "ward", "hdbscan"}
    assert "Methods compared" in text_of(page.run())
    begun = time.monotonic()
    again = services.jobs.start_comparison(owner, table.id, config)
    assert again.state == "done"
    assert time.monotonic() - begun < 1
