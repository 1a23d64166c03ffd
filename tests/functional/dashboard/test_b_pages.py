"""Data, Explore, Segment, Campaigns and People, page by page, as their readers use them."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.functional.dashboard.conftest import MINE, PASSWORDS, keep, text_of

from coterie.config import RunConfig
from coterie.errors import DateOrderError
from coterie.faces.dashboard import watching
from coterie.faces.dashboard.pages import data_look
from coterie.faces.jobs import Job
from coterie.schema.toml import schema_to_toml


@pytest.fixture(scope="module")
def services(_services, sample_study):
    """Return Services in use with ada's study, kept once: nothing here changes it."""
    from coterie.faces.services import use
    from coterie.stores.shelf.places import remove

    folder = _services.shelf.places.studies / MINE
    if folder.exists():
        remove(folder)
    keep(sample_study, _services, MINE, _services.accounts.person("ada").id, "Customers")
    use(_services)
    yield _services
    use(None)


@pytest.fixture(scope="module")
def tokens(services):
    """Return a session's token for each person: hashing a password for each test is slow."""
    return {
        name: services.accounts.log_in(name, password, address="127.0.0.1")[1]
        for name, (password, _) in PASSWORDS.items()
    }


@pytest.fixture
def logged_in(services, tokens):
    """Return a function that opens a page for a person."""
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.pieces import STUDY
    from coterie.faces.dashboard.who import TOKEN

    def open_page(address, name="ada", study=MINE):
        script = f"from coterie.faces.dashboard.pages.{address} import page\npage()\n"
        page = AppTest.from_string(script, default_timeout=30)
        page.session_state[TOKEN] = tokens[name]
        if study:
            page.session_state[STUDY] = study
        return page.run()

    return open_page


def state_of(page) -> str:
    """Return all that a session holds, as text."""
    held = page.session_state._state.filtered_state
    return "".join(f"{key}{value}" for key, value in held.items())


def person(services, name="ada"):
    return services.accounts.person(name)


def look_at(services, upload, owner, *, schema=None, dates=None):
    """Look at an upload as a job does, but in this process."""
    from coterie.faces.jobs.doing import look
    from coterie.stores.shelf.looks import look_key

    text = schema_to_toml(schema) if schema else None
    work = services.shelf.places.jobs / f"work-{upload.id}"
    work.mkdir(exist_ok=True)
    request = {
        "source": str(upload.path),
        "schema": text,
        "dates": dates,
        "target": str(upload.path.parent / "looks" / look_key(upload.id, text, dates)),
    }
    look(request, work, lambda *_: None)
    work.rmdir()
    return services.shelf.look(upload.id, owner, schema=text, dates=dates)


def bring(services, path: Path, name="ada"):
    """Upload a file for a person, and look at it."""
    owner = person(services, name).id
    upload = services.shelf.accept_upload(owner, path.name, path.read_bytes())
    look_at(services, upload, owner)
    return upload


@pytest.fixture
def table(services, customers_csv):
    return bring(services, customers_csv)


@pytest.fixture
def on_table(logged_in, table):
    """Return a function that opens a page for ada, with her table chosen."""

    def open_page(address, study=MINE, **state):
        page = logged_in(address, study=study)
        page.session_state["upload_id"] = table.id
        for key, value in state.items():
            page.session_state[key] = value
        return page.run()

    return open_page


def a_job(state="running", **changes):
    now = datetime.now(UTC)
    job = Job(
        id="c" * 16, kind="training", owner=1, name="Customers", state=state, stage="choose",
        words="trying 7 groups", share=0.4, message="", study_id=None, look_key=None,
        upload_id=None, position=0, created_at=now, started_at=now, finished_at=None,
    )  # fmt: skip
    return replace(job, **changes)


def button(page, label):
    return next(one for one in page.button if one.label == label)


# Data


def test_data_begins_with_four_ways_in(logged_in):
    page = logged_in("data")
    assert not page.exception
    assert page.segmented_control[0].options == [
        "A file", "A sample", "An earlier file", "A database",
    ]  # fmt: skip


@pytest.mark.parametrize("address", ["data", "explore", "segment", "people"])
def test_a_viewer_is_told_who_may_and_sees_no_button(logged_in, address):
    page = logged_in(address, name="vera")
    assert "admin" in text_of(page)
    assert not page.button
    assert not page.get("file_uploader")


def test_a_file_that_is_no_table_is_refused_in_a_sentence_and_not_kept(logged_in, services):
    page = logged_in("data")
    before = services.shelf.uploads(person(services).id)
    page.file_uploader[0].set_value(("../../x.csv", b"\x89PNG\r\n\x1a\n" * 99, "text/csv")).run()
    assert not page.exception
    assert "x.csv" in text_of(page)
    assert services.shelf.uploads(person(services).id) == before


def test_a_table_that_was_looked_at_offers_one_primary_button(on_table, table):
    page = on_table("data")
    assert not page.exception
    said = text_of(page)
    assert table.name in said
    assert "400" in said
    assert "customers" in said
    primary = [one.label for one in page.button if one.proto.type == "primary"]
    assert primary == ["Find the groups"]


def test_finding_the_groups_trains_with_defaults_and_the_schema_in_use(
    on_table, table, services, monkeypatch
):
    asked = {}

    def start(owner, source, config, **rest):
        asked.update(owner=owner, source=source, config=config, **rest)
        return a_job()

    monkeypatch.setattr(services.jobs, "start_training", start)
    look = services.shelf.look(table.id, person(services).id)
    mended = look.schema.changed("savings", role="ignore", why="You said so.")
    look_at(services, table, person(services).id, schema=mended)
    page = on_table("data", data_schemas={table.id: schema_to_toml(mended)})
    button(page, "Find the groups").click().run()
    assert (asked["owner"], asked["source"]) == (person(services).id, table.id)
    assert asked["config"] == RunConfig()
    assert asked["schema"]["savings"].role == "ignore"
    assert asked["name"] == "customers"
    assert services.accounts.audit(limit=1)[0].what == "trained"


def test_a_mended_schema_can_be_taken_back(on_table, table, services):
    look = services.shelf.look(table.id, person(services).id)
    mended = look.schema.changed("age", unit="a")
    look_at(services, table, person(services).id, schema=mended)
    page = on_table("data", data_schemas={table.id: schema_to_toml(mended)})
    button(page, "Back to what was detected").click().run()
    assert page.session_state["data_schemas"] == {}


def test_a_contradiction_in_the_table_of_columns_stops_the_training_in_place(on_table, monkeypatch):
    from coterie.faces.dashboard.pages import data_columns

    plain = data_columns._plain

    def contradictory(edited):
        rows = plain(edited)
        rows[2]["lower"], rows[2]["upper"] = 90.0, 10.0
        return rows

    monkeypatch.setattr(data_columns, "_plain", contradictory)
    page = on_table("data")
    assert "must lie below" in text_of(page)
    assert button(page, "Find the groups").disabled


def test_the_quality_report_counts_what_is_missing_and_impossible(services, tmp_path):
    path = tmp_path / "shop.csv"
    rows = [f"{i},{20 + i % 40},{1000 * i}" for i in range(1, 60)]
    path.write_text("\n".join(["customer_id,age,income", *rows, "60,,5", "61,999,5", "1,21,1000"]))
    upload = bring(services, path)
    look = services.shelf.look(upload.id, person(services).id)
    by_column = {row["column"]: row for row in data_look.quality_rows(look)}
    age = by_column[look.schema["age"].label]
    assert (age["impossible"], age["missing"]) == (1, 2)
    assert look.rows - look.kept == 1


def test_the_quality_report_and_the_raw_rows_are_one_choice_away(on_table):
    page = on_table("data")
    for view, words in (("Quality", "Every row would be kept"), ("Raw data", "The first 200 of")):
        page.segmented_control[0].set_value(view).run()
        assert not page.exception
        assert words in text_of(page)


def test_dates_that_can_be_read_two_ways_are_asked_for_with_an_example(
    on_table, table, services, monkeypatch
):
    failed = a_job("failed", kind="look", message=str(DateOrderError("joined", "03/04/2012")))
    monkeypatch.setattr(services.shelf, "look", lambda *_, **__: None)
    monkeypatch.setattr(services.jobs, "start_look", lambda *_, **__: failed)
    monkeypatch.setattr(services.jobs, "job", lambda *_: failed)
    page = on_table("data")
    assert "Which comes first in joined?" in text_of(page)
    assert "--dates" not in text_of(page)
    assert page.radio[0].options == ["Day first", "Month first"]
    page.radio[0].set_value("mdy")
    button(page, "Read them so").click().run()
    assert page.session_state["data_dates"] == {table.id: "mdy"}


def test_a_sample_is_made_and_chosen(logged_in, services):
    page = logged_in("data")
    page.segmented_control[0].set_value("A sample").run()
    page.radio[0].set_value("campaign")
    page.number_input[0].set_value(60)
    button(page, "Make the sample").click().run()
    assert not page.exception
    upload = services.shelf.upload(page.session_state["upload_id"], person(services).id)
    assert upload.name == "sample-campaign-60-5-0.csv"


def test_a_file_is_deleted_only_when_that_is_said_twice(logged_in, table, services):
    page = logged_in("data")
    page.segmented_control[0].set_value("An earlier file").run()
    page.selectbox[0].set_value(table.id).run()
    button(page, "Delete the file").click().run()
    assert table not in services.shelf.uploads(person(services).id)


def open_database(logged_in, services):
    folder = services.settings.data_dir / "databases"
    folder.mkdir(exist_ok=True)
    path = folder / "shop.db"
    if not path.exists():
        with sqlite3.connect(path) as connection:
            connection.execute("create table customers (id integer, income real)")
            rows = [(i, 10.5 * i) for i in range(1, 40)]
            connection.executemany("insert into customers values (?, ?)", rows)
        connection.close()
    page = logged_in("data")
    return page.segmented_control[0].set_value("A database").run()


def test_a_query_on_a_database_becomes_a_file_of_the_persons_own(logged_in, services):
    page = open_database(logged_in, services)
    page.text_input(key="data_address").set_value("sqlite:///shop.db")
    page.text_area[0].set_value("select * from customers")
    button(page, "Read it").click().run()
    assert not page.exception
    upload = services.shelf.upload(page.session_state["upload_id"], person(services).id)
    assert upload.name == "query-shop.parquet"


def test_a_password_is_neither_kept_nor_logged_and_the_query_stays(logged_in, services):
    page = open_database(logged_in, services)
    page.text_input(key="data_address").set_value("postgresql://ana@127.0.0.1:9/shop")
    page.text_input(key="data_password").set_value("s3cret-word")
    page.text_area[0].set_value("select 1")
    button(page, "Read it").click().run()
    assert "did not answer" in text_of(page)
    assert "The password was not kept" in text_of(page)
    assert page.text_input(key="data_address").value == "postgresql://ana@127.0.0.1:9/shop"
    assert page.text_area[0].value == "select 1"
    held = "".join(
        f"{key}{value}" for key, value in page.session_state._state.filtered_state.items()
    )
    assert "s3cret-word" not in held + text_of(page)
    assert "s3cret-word" not in str(services.accounts.audit(limit=50))


# Explore


def test_the_statistics_are_said_as_a_person_would_with_exact_values_at_hand(on_table, table):
    page = on_table("explore")
    said = text_of(page)
    assert not page.exception
    for head in ("Mean", "Std", "Min", "25 %", "Median", "75 %", "Max", "Skew"):
        assert head in said
    assert page.get("download_button")
    assert "Age (years)" in said


@pytest.mark.parametrize(
    "view",
    ["Distributions", "Correlations", "Two features", "Unusual values", "Missing values"],
)
def test_each_way_to_look_at_a_table_is_drawn(on_table, view):
    page = on_table("explore")
    page.segmented_control[0].set_value(view).run()
    assert not page.exception
    if view == "Missing values":
        assert "Nothing is missing" in text_of(page)
    else:
        assert page.get("plotly_chart")


def test_any_two_features_can_be_set_against_each_other(on_table):
    page = on_table("explore")
    page.segmented_control[0].set_value("Two features").run()
    page.selectbox[0].set_value("savings")
    page.selectbox[1].set_value("spending_score").run()
    assert not page.exception
    assert "As savings rises, spending score" in text_of(page)
    page.selectbox[1].set_value("savings").run()
    assert "Choose two different columns" in text_of(page)


def test_no_table_yet_is_one_sentence_and_one_button(logged_in):
    for address in ("explore", "segment"):
        page = logged_in(address, study=None)
        assert "There is no table yet" in text_of(page)
        assert [one.label for one in page.button] == ["Bring a table"]


# Segment


def configured(page, monkeypatch, services):
    """Press the button of the settings, and return what would be trained."""
    asked = {}

    def start(owner, source, config, **rest):
        asked.update(config=config, **rest)
        return a_job()

    monkeypatch.setattr(services.jobs, "start_training", start)
    button(page, "Find the groups").click().run()
    assert not page.exception
    return asked


def test_untouched_settings_are_the_defaults(on_table, monkeypatch, services):
    page = on_table("segment")
    assert not page.exception
    asked = configured(page, monkeypatch, services)
    assert asked["config"] == RunConfig()


def test_each_setting_arrives_in_the_training(on_table, table, monkeypatch, services):
    page = on_table("segment")
    page.multiselect[0].set_value(["age", "annual_income", "savings"]).run()
    page.segmented_control[0].set_value("I choose").run()
    page.select_slider[0].set_value(6).run()
    page.selectbox(key=f"segment_scaler_{table.id}").set_value("robust").run()
    page.number_input[0].set_value(11).run()
    page.toggle(key=f"segment_impute_{table.id}").set_value(False).run()
    page.toggle(key=f"segment_pca_on_{table.id}").set_value(True).run()
    page.slider[0].set_value(80).run()
    page.text_input[0].set_value("My study").run()
    asked = configured(page, monkeypatch, services)
    assert asked["config"] == RunConfig(
        k=6, features=("age", "annual_income", "savings"), scaler="robust", seed=11,
        impute=False, pca=0.8,
    )  # fmt: skip
    assert asked["name"] == "My study"


def test_settings_outlive_leaving_the_page(on_table, table):
    page = on_table("segment", segment_kept={table.id: ({"seed": 7, "scaler": "minmax"}, {})})
    assert page.number_input[0].value == 7
    assert page.selectbox(key=f"segment_scaler_{table.id}").value == "minmax"


def test_the_recommended_number_is_marked_with_its_reason_and_what_another_costs(on_table):
    page = on_table("segment")
    page.segmented_control[0].set_value("I choose").run()
    assert page.select_slider[0].value == 4
    assert "4 (recommended)" in page.select_slider[0].options
    page.select_slider[0].set_value(6).run()
    said = text_of(page)
    assert "Recommended: 4." in said
    assert "With 6: spread within groups down by" in said


def test_every_criterion_is_drawn_over_the_same_numbers_of_groups(on_table):
    page = on_table("segment")
    said = text_of(page)
    for title in ("Elbow", "Silhouette", "Calinski", "Davies", "Gap", "Stability"):
        assert f"#### {title}" in said
    assert "Why 4 segments" in said
    assert "Four natural groups" in said


def test_each_column_has_a_reason_to_take_part_or_not(on_table, services, table):
    look = services.shelf.look(table.id, person(services).id)
    page = on_table("segment")
    reasons = page.dataframe[0].value
    assert set(reasons["column"]) == {column.label for column in look.described}
    assert all(reasons["why"])
    assert reasons.set_index("column")["part"].sum() == len(page.multiselect[0].value)


def watched(logged_in, services, monkeypatch, job):
    monkeypatch.setattr(services.jobs, "job", lambda *_: job)
    page = logged_in("segment")
    page.session_state["training_job"] = job.id
    return page.run()


def test_progress_says_the_stage_and_leaves_a_way_out(logged_in, services, monkeypatch):
    page = watched(logged_in, services, monkeypatch, a_job())
    assert not page.exception
    assert page.get("progress")[0].proto.text == "Trying 7 groups"
    assert 'aria-current="step">Look for groups' in text_of(page)
    cancelled = []
    monkeypatch.setattr(services.jobs, "cancel", lambda *given: cancelled.append(given[0]))
    button(page, "Cancel").click().run()
    assert cancelled == ["c" * 16]


def test_the_place_in_the_queue_is_said(logged_in, services, monkeypatch):
    page = watched(logged_in, services, monkeypatch, a_job("waiting", position=3))
    assert page.get("progress")[0].proto.text == "Waiting: 2 others are before yours"


def test_a_failure_is_a_sentence_and_the_settings_stay(on_table, services, monkeypatch):
    failed = a_job("failed", message="Too few customers. Name others with --features if you know "
                   "which of them matter.")  # fmt: skip
    monkeypatch.setattr(services.jobs, "job", lambda *_: failed)
    page = on_table("segment", training_job=failed.id)
    said = text_of(page)
    assert "Too few customers." in said
    assert "--features" not in said
    assert page.multiselect[0].value
    assert button(page, "Find the groups")


def test_a_finished_training_leads_straight_to_its_study(logged_in, services, monkeypatch):
    page = watched(logged_in, services, monkeypatch, a_job("done", study_id=MINE))
    assert not page.exception
    assert "Customers is ready" in text_of(page)
    labels = [one.label for one in page.button]
    assert labels[:3] == ["See the groups", "Place a customer", "Train again"]
    assert text_of(page).count("Four natural groups") == 1


def test_a_cancelled_training_is_said_to_have_left_nothing(logged_in, services, monkeypatch):
    page = watched(logged_in, services, monkeypatch, a_job("cancelled"))
    assert "Nothing was kept of this training" in text_of(page)


@pytest.mark.slow
def test_a_real_training_is_started_watched_and_cancelled(on_table, services):
    page = on_table("segment")
    button(page, "Find the groups").click().run()
    job = services.jobs.job(page.session_state["training_job"], person(services).id)
    assert not job.ended
    button(page, "Cancel").click().run()
    until = time.monotonic() + 30
    while "Nothing was kept" not in text_of(page.run()) and time.monotonic() < until:
        time.sleep(0.2)
    assert "Nothing was kept of this training" in text_of(page)
    assert services.jobs.job(job.id, person(services).id).state == "cancelled"


def test_every_method_can_be_chosen_and_reaches_the_training(on_table, services, monkeypatch):
    from coterie.cluster.methods import METHODS

    asked = []
    start = services.jobs.start_training
    monkeypatch.setattr(
        services.jobs, "start_training", lambda *a, **k: asked.append(a[2]) or start(*a, **k)
    )
    page = on_table("segment")
    assert page.selectbox[0].options == [
        *(one.name for one in METHODS.values()),
        "Compare all of them",
    ]
    page.selectbox[0].select("ward").run()
    button(page, "Find the groups").click().run()
    assert [config.method for config in asked] == ["ward"]
    button(page, "Cancel").click().run()


def test_a_method_that_finds_the_number_itself_is_not_told_one(on_table):
    page = on_table("segment")
    page.selectbox[0].select("hdbscan").run()
    assert "finds the number of groups itself" in " ".join(one.value for one in page.caption)
    assert not page.exception


def test_the_rfm_grid_takes_scores_and_breaks_of_ones_own(on_table, table, monkeypatch, services):
    page = on_table("segment")
    page.selectbox(key=f"segment_method_{table.id}").select("rfm").run()
    assert any("it knows by sight" in one.value for one in page.caption)
    assert "finds the number of groups itself" not in " ".join(one.value for one in page.caption)
    page.number_input(key=f"segment_rfm_scores_{table.id}").set_value(3).run()
    for measure, text in (("recency", "30, 90"), ("frequency", "1; 3"), ("monetary", "50 x")):
        page.text_input(key=f"segment_rfm_{measure}_{table.id}").set_value(text).run()
    assert "Breaks of spend are numbers such as" in text_of(page)
    page.text_input(key=f"segment_rfm_monetary_{table.id}").set_value("50.5 400").run()
    asked = configured(page, monkeypatch, services)
    assert asked["config"] == RunConfig(
        method="rfm",
        rfm_scores=3,
        rfm_grid={"recency": [30.0, 90.0], "frequency": [1.0, 3.0], "monetary": [50.5, 400.0]},
    )


# Campaigns


def test_a_study_without_answers_says_what_is_needed(logged_in):
    page = logged_in("campaigns")
    assert "This study holds no answers to a campaign." in text_of(page)
    assert [one.label for one in page.button] == ["Go to the data"]


def test_a_viewer_without_answers_is_offered_nothing_that_is_not_theirs(logged_in, services):
    services.shelf.share(MINE, person(services).id, True)
    page = logged_in("campaigns", name="vera")
    services.shelf.share(MINE, person(services).id, False)
    assert "This study holds no answers" in text_of(page)
    assert not page.button


# People


def test_only_admins_see_the_accounts(logged_in):
    page = logged_in("people", name="anna")
    assert "Only an admin sees the accounts." in text_of(page)
    assert not page.dataframe


def test_an_invitation_is_shown_once_and_works(logged_in, services):
    page = logged_in("people")
    button(page, "Make an invitation").click().run()
    assert not page.exception
    link = page.code[0].value
    assert "/invite/" in link
    secret = link.rpartition("/")[2]
    assert services.accounts.link(secret).role == "analyst"
    page.run()
    assert not page.code
    held = "".join(
        f"{key}{value}" for key, value in page.session_state._state.filtered_state.items()
    )
    assert secret not in held


def test_a_person_is_added_and_their_password_is_not_kept(logged_in, services):
    page = logged_in("people")
    page.segmented_control[0].set_value("Add").run()
    page.text_input[0].set_value("newcomer")
    page.text_input(key="people_password").set_value("a password nobody knows 5")
    button(page, "Add").click().run()
    assert "newcomer can log in now." in [one.value for one in page.success]
    assert services.accounts.log_in("newcomer", "a password nobody knows 5", address="x")
    held = "".join(
        f"{key}{value}" for key, value in page.session_state._state.filtered_state.items()
    )
    assert "a password nobody knows 5" not in held


def test_a_weak_password_is_refused_in_a_sentence_and_the_name_stays(logged_in):
    page = logged_in("people")
    page.segmented_control[0].set_value("Add").run()
    page.text_input[0].set_value("shorty")
    page.text_input(key="people_password").set_value("123")
    button(page, "Add").click().run()
    assert "12" in text_of(page)
    assert page.text_input[0].value == "shorty"


def changing(logged_in, name):
    page = logged_in("people")
    page.segmented_control[0].set_value("Change").run()
    return page.selectbox[0].set_value(name).run()


def test_a_role_is_changed_and_people_are_kept_out_and_let_in(logged_in, services):
    services.accounts.add_person("temp", "giraffes hum in lilac 4", "viewer")
    page = changing(logged_in, "temp")
    page.radio[0].set_value("analyst").run()
    button(page, "Change the role").click().run()
    assert services.accounts.person("temp").role == "analyst"
    page.button(key="people_disable").click().run()
    assert services.accounts.person("temp").disabled
    button(page, "Let them in again").click().run()
    assert not services.accounts.person("temp").disabled


def test_the_last_admin_cannot_be_made_less(logged_in, services):
    page = changing(logged_in, "ada")
    page.radio[0].set_value("viewer").run()
    button(page, "Change the role").click().run()
    assert "only admin" in text_of(page)
    assert services.accounts.person("ada").role == "admin"


def test_a_renewed_password_gives_a_link_once(logged_in, services):
    services.accounts.add_person("forgetful", PASSWORDS["anna"][0], "viewer")
    page = changing(logged_in, "forgetful")
    page.button(key="people_reset").click().run()
    link = page.code[0].value
    assert "/reset/" in link
    assert services.accounts.link(link.rpartition("/")[2]).username == "forgetful"


def test_the_log_tells_who_did_what(logged_in):
    page = logged_in("people")
    shown = page.dataframe[1].value
    assert {"When", "Who", "What", "Whom or what"} <= set(shown.columns)
    assert "login" in set(shown["What"])


def test_waiting_words_count_the_others():
    assert watching.waiting_words(2) == "Waiting: 1 other is before yours"


def test_edits_outlive_a_look_at_the_quality_report(on_table, table, monkeypatch):
    from coterie.faces.dashboard.pages import data_columns

    plain = data_columns._plain
    with monkeypatch.context() as patched:
        patched.setattr(
            data_columns,
            "_plain",
            lambda edited: [
                {**row, "unit": "a"} if row["column"] == "age" else row for row in plain(edited)
            ],
        )
        page = on_table("data")
        assert button(page, "Use these columns")
    page.segmented_control[0].set_value("Quality").run()
    page.segmented_control[0].set_value("Columns").run()
    assert "age: now in a." in text_of(page)
    button(page, "Use these columns").click().run()
    assert 'unit = "a"' in page.session_state["data_schemas"][table.id]
