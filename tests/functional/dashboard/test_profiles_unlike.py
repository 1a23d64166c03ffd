"""Unlike any segment: the customers farthest from all, on the Profiles page."""

from __future__ import annotations

import re

import polars as pl
import pytest
from tests.functional.dashboard.conftest import MINE, text_of

from coterie.faces.dashboard.pages.profiles_unlike import as_csv, lead, table
from coterie.stores.shelf.unlike import FILE, unlike_any


@pytest.fixture
def study(services):
    return services.shelf.study(MINE, services.accounts.person("ada").id)


def test_they_are_found_once_and_kept_until_a_segment_is_renamed(study, services, monkeypatch):
    found = unlike_any(study)
    assert found["customers"] == study.card.customers
    assert (study.folder / FILE).exists()
    with monkeypatch.context() as broken:
        broken.setattr("coterie.workflow.outliers.find_outliers", None)
        assert unlike_any(study) == found
    nearest = found["outliers"][0]["nearest"]
    number = next(s["id"] for s in study.summary["segments"] if s["name"] == nearest)
    owner = services.accounts.person("ada").id
    services.shelf.rename_segment(study.id, owner, number, "Our Own")
    again = unlike_any(services.shelf.study(study.id, owner))
    assert again["outliers"][0]["nearest"] == "Our Own"
    assert all("Our Own" in one["sentence"] for one in again["outliers"][0]["reasons"][:1])


def test_the_tab_tells_how_many_who_and_why(logged_in, services, study):
    page = logged_in("profiles")
    tab = next(one for one in page.tabs if one.label == "Unlike any segment")
    assert not page.exception
    assert tab is not None
    script = "from coterie.faces.dashboard.pages.profiles_unlike import draw_unlike\n"
    script += "from coterie.faces.dashboard import chosen\n"
    script += "def page():\n    draw_unlike(chosen.required('Profiles'))\n"
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.pieces import STUDY
    from coterie.faces.dashboard.who import TOKEN

    alone = AppTest.from_string(script + "page()\n", default_timeout=30)
    alone.session_state[TOKEN], alone.session_state[STUDY] = page.token, MINE
    alone.run()
    assert not alone.exception
    assert "farther from every segment than 99 in 100" in text_of(alone)
    said = text_of(alone)
    assert said.count("usual in") >= 5
    far = [float(n) for n in re.findall(r'class="n">([0-9.]+)</td>', said)]
    assert far == sorted(far, reverse=True)
    assert len(far) >= 5


ONE = {
    "row": 7, "customer": "=C7", "segment_id": 0, "nearest": "Stars", "farness": 8.7,
    "reasons": [{"sentence": "Income 666 k$, above what is usual in Stars (50 k$ to 90 k$)"}],
}  # fmt: skip


def test_a_customer_in_no_segment_is_said_to_be_in_none_and_the_file_is_harmless():
    assert "<td>None</td>" in table([ONE])
    assert "Placed in" not in table([{**ONE, "segment_id": 2}])
    assert "&lt;b&gt;" in table([{**ONE, "customer": "<b>"}])
    told = pl.read_csv(as_csv([ONE]))
    assert told["customer"][0] == "'=C7"
    assert told["why"][0].startswith("Income 666 k$")


def test_nobody_unusual_is_said():
    said = lead({"customers": 50, "unusual": 0, "outliers": [ONE]})
    assert said.startswith("None of the 50 customers is unusual")
    assert lead({"customers": 0, "unusual": 0, "outliers": []}).endswith("to look at.")
