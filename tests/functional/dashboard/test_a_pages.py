"""The overview, the profiles, the placing of a customer and the list of models, page by page."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.functional.dashboard.conftest import ANNAS, MINE, PASSWORDS, text_of


def names(services, study=MINE, owner="ada"):
    person = services.accounts.person(owner)
    return [one["name"] for one in services.shelf.study(study, person.id).summary["segments"]]


def test_the_first_screen_says_how_many_how_real_and_who(logged_in, services):
    page = logged_in("overview")
    said = text_of(page)
    assert not page.exception
    assert "Four natural groups" in said
    assert "400 customers" in said
    assert all(said.count(name) >= 2 for name in names(services))


def test_every_chart_of_the_first_screen_is_drawn_when_its_tab_is_opened(logged_in):
    page = logged_in("overview")
    assert len(page.get("plotly_chart")) == 1


def test_a_page_without_a_study_offers_one_button(logged_in):
    page = logged_in("overview", name="anna", study=None)
    assert "There is no study yet" in text_of(page)
    assert page.button[0].label == "Make a study of sample customers"


def test_a_viewer_without_a_study_is_told_to_wait(logged_in):
    page = logged_in("overview", name="vera", study=None)
    assert "Nobody has shared a study with you yet" in text_of(page)
    assert not page.button


def test_another_persons_study_is_told_to_be_missing(logged_in):
    page = logged_in("overview", study=ANNAS)
    assert not page.exception
    assert "Annas" not in text_of(page)
    assert page.button[0].label == "Show all studies"


def test_the_form_has_a_field_for_each_column_with_its_unit_and_starts_at_the_median(
    logged_in, services
):
    page = logged_in("predict")
    model = services.shelf.study(MINE, services.accounts.person("ada").id).segmentation
    labels = [field.label for field in page.number_input]
    assert len(labels) == len(model.inputs)
    age = next(field for field in page.number_input if field.label.startswith("Age ("))
    assert age.label.replace("\N{NO-BREAK SPACE}", " ").endswith("years)")
    assert age.value == round(model.schema["age"].typical)


def field(page, start):
    return next(one for one in page.number_input if one.label.startswith(start))


def test_a_changed_field_is_answered_as_the_library_answers(logged_in, services):
    model = services.shelf.study(MINE, services.accounts.person("ada").id).segmentation
    page = logged_in("predict")
    record = {column.name: column.typical for column in model.inputs}
    seen = set()
    for income, score in ((100_000, 90), (30_000, 85), (95_000, 15)):
        field(page, "Annual income").set_value(income)
        field(page, "Spending score").set_value(score)
        page.run()
        shown = dict(record)
        shown |= {"annual_income": income, "spending_score": score}
        shown["age"], shown["savings"] = field(page, "Age").value, field(page, "Savings").value
        placed = model.place(shown)
        assert f"<span>{placed.segment}</span></h2>" in text_of(page)
        seen.add(placed.segment)
    assert len(seen) > 1


def test_a_value_outside_of_what_training_saw_is_said_beside_its_field(logged_in):
    page = logged_in("predict")
    assert "Outside of what training saw" not in text_of(page)
    field(page, "Age").set_value(110)
    page.run()
    assert "Outside of what training saw" in text_of(page)
    field(page, "Age").set_value(180)
    page.run()
    assert "This cannot be; it is treated as not known" in text_of(page)


def test_an_emptied_field_is_told_as_not_known_and_an_empty_form_is_refused(logged_in):
    page = logged_in("predict")
    field(page, "Age").set_value(None)
    page.run()
    assert "Age was missing and filled with the typical value" in text_of(page)
    for one in page.number_input:
        one.set_value(None)
    page.run()
    assert not page.exception
    assert "no value to place a customer by" in text_of(page)


def test_a_real_example_is_a_row_of_the_study(logged_in, services):
    page = logged_in("predict")
    next(one for one in page.button if one.label == "A real example").click()
    page.run()
    study = services.shelf.study(MINE, services.accounts.person("ada").id)
    shown = [one.value for one in page.number_input]
    order = [
        next(c.name for c in study.segmentation.inputs if one.label.startswith(c.label))
        for one in page.number_input
    ]
    rows = study.labelled.select(order).collect().rows()
    assert any(all(abs(a - b) < 1e-6 for a, b in zip(shown, row, strict=True)) for row in rows)


def test_the_likelihoods_add_up_and_agree_with_the_placement_of_every_customer(services):
    study = services.shelf.study(MINE, services.accounts.person("ada").id)
    model = study.segmentation
    inputs = [column.name for column in model.inputs]
    for record in study.labelled.select(inputs).collect().to_dicts()[:200]:
        placement, shares = model.place(record), model.likelihoods(record)
        assert sum(shares.values()) == pytest.approx(1.0)
        assert next(iter(shares)) == placement.segment_id
        assert shares[placement.segment_id] == pytest.approx(placement.confidence)


def test_a_viewer_places_one_customer_and_no_file(logged_in, services):
    services.shelf.share(MINE, services.accounts.person("ada").id, True)
    page = logged_in("predict", name="vera")
    assert "sure</strong>" in text_of(page)
    assert "Place a whole file" not in text_of(page)


def test_a_whole_file_comes_back_labelled_as_the_library_labels_it(services, customers_csv):
    from coterie.faces.dashboard.pages.predict_file import _scored, _written

    person = services.accounts.person("ada")
    study = services.shelf.study(MINE, person.id)
    upload = services.shelf.accept_upload(person.id, "new.csv", customers_csv.read_bytes())
    frame = _scored(study.id, upload.id, study, upload)
    own = study.segmentation.score(str(customers_csv))
    assert frame.get_column("segment").to_list() == own.get_column("segment").to_list()
    back = pl.read_csv(io.BytesIO(_written(frame, "csv")))
    assert back.height == own.height
    assert back.columns[-3:] == ["segment_id", "segment", "confidence"]
    assert pl.read_parquet(io.BytesIO(_written(frame, "parquet"))).equals(frame)


def test_an_uploaded_file_shows_its_counts_and_a_wrong_one_its_fault(logged_in, customers_csv):
    page = logged_in("predict")
    page.file_uploader[0].set_value(("new.csv", customers_csv.read_bytes(), "text/csv"))
    page.run()
    assert "400 customers placed" in text_of(page)
    page.file_uploader[0].set_value(("new.csv", b"\x00\x01\x02 not a table", "text/csv"))
    page.run()
    assert not page.exception
    assert "co-fault" in text_of(page)


def test_a_renamed_segment_has_its_name_on_every_page_and_its_note_on_the_card(logged_in, services):
    page = logged_in("profiles", function="_change")
    page.text_input[0].set_value("Our favourites")
    page.text_area[0].set_value("Call them in May.")
    next(one for one in page.button if one.label == "Save").click()
    page.run()
    assert not page.exception
    assert names(services)[0] == "Our favourites"
    said = text_of(logged_in("overview"))
    assert "Our favourites" in said
    assert "Call them in May." in said


def test_only_its_owner_may_rename(logged_in, services):
    services.shelf.share(MINE, services.accounts.person("ada").id, True)
    page = logged_in("profiles", name="anna")
    assert "Rename or annotate" not in [one.label for one in page.button]


def test_the_comparisons_are_there(logged_in):
    page = logged_in("profiles")
    assert [tab.label for tab in page.tabs] == [
        "Means",
        "Ranges",
        "Scatter",
        "Silhouettes",
        "Unlike any segment",
    ]
    assert "co-heat" in text_of(page)


def test_the_list_shows_only_what_a_person_may_see(logged_in, services):
    assert "Annas" not in text_of(logged_in("models"))
    services.shelf.share(ANNAS, services.accounts.person("anna").id, True)
    said = text_of(logged_in("models"))
    assert "Annas" in said
    assert "by anna" in said


def actions(services, name, study=MINE):
    """Return the labels of what a person may do with a study."""
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.who import TOKEN

    script = f"""
from coterie.faces.dashboard import who
from coterie.faces.dashboard.pages.models_actions import show_actions
person = who.person()
show_actions(who.services().shelf.study("{study}", person.id), person)
"""
    page = AppTest.from_string(script, default_timeout=20)
    token = services.accounts.log_in(name, PASSWORDS[name][0], address="x")[1]
    page.session_state[TOKEN] = token
    return page.run()


def test_what_may_be_done_with_a_study_follows_role_and_owner(services):
    services.shelf.share(MINE, services.accounts.person("ada").id, True)

    def labels(name):
        page = actions(services, name)
        return {one.label for one in page.button} | {one.label for one in page.checkbox}

    assert labels("ada") == {
        "Promote to production", "Stop sharing", "Delete it with all its files",
    }  # fmt: skip
    assert labels("anna") == set()
    assert labels("vera") == set()


def test_promoting_is_recorded_and_everybody_may_look(services):
    page = actions(services, "ada")
    next(one for one in page.button if one.label == "Promote to production").click()
    page.run()
    assert services.shelf.studies(services.accounts.person("vera").id)[0].production
    assert services.accounts.audit(1)[0].what == "promoted"


def test_deleting_asks_first(services):
    page = actions(services, "ada")
    page.checkbox[0].check()
    page.run()
    next(one for one in page.button if one.label == "Delete for good").click()
    page.run()
    assert not services.shelf.studies(services.accounts.person("ada").id)


def test_the_figures_come_as_one_zip(services):
    from coterie.faces.dashboard.pages.models_actions import zipped

    files = services.shelf.study(MINE, services.accounts.person("ada").id).files
    pictures = {Path(n).name: p for n, p in files.items() if n.startswith("figures/")}
    with zipfile.ZipFile(io.BytesIO(zipped(pictures))) as archive:
        assert archive.namelist() == ["elbow.png"]


def test_two_studies_show_where_the_same_customers_went(services, sample_study):
    from coterie.faces.dashboard.pages.models_compare import compared

    ada, anna = (services.accounts.person(name).id for name in ("ada", "anna"))
    studies = services.shelf.study(MINE, ada), services.shelf.study(ANNAS, anna)
    found = compared(*studies, ("May", "June"))
    assert sum(found.chart.data["customers"]) == 400
    assert found.chart.data["left"] == found.chart.data["right"]  # One study twice: nobody moves.
    assert found.adjusted_rand == 1.0
    assert all("with the same customers" in one.sentence for one in found.became)


def test_studies_of_one_name_and_day_are_told_apart(services):
    from dataclasses import replace

    from coterie.faces.dashboard.pages.models_compare import _told_apart

    card = services.shelf.study(MINE, services.accounts.person("ada").id).card
    names = _told_apart([card, replace(card, id="c" * 16), replace(card, id="d" * 16, k=9)])
    assert len(set(names.values())) == 3
