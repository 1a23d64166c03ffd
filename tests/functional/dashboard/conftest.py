"""A data directory with people and a finished study, and pages run as their readers see them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PASSWORDS = {
    "ada": ("engine of analysis 1843", "admin"),
    "anna": ("numbers are my friends 7", "analyst"),
    "vera": ("watching the watchers 9", "viewer"),
}
MINE, ANNAS = "a" * 16, "b" * 16


def keep(study, services, study_id, owner, name):
    """Put a study among the finished ones, as a job does, but for report and pictures."""
    from coterie.figures.static import png
    from coterie.stores.outputs import write_pictures, write_study
    from coterie.stores.shelf.keeping import keep_study

    folder = services.shelf.places.studies / study_id
    folder.mkdir()
    write_study(study, folder, table_format="parquet")
    write_pictures({"elbow": png(study.figures["elbow"])}, folder / "figures")
    keep_study(study, folder, study_id=study_id, owner=owner, name=name, model=name.lower())


def open_services(folder: Path):
    from coterie.faces.services import Services, Settings

    own = {"data_dir": folder, "database_hosts": ("127.0.0.1",)}
    return Services.open(Settings.load(None, {}, own))


def add_people(services):
    accounts = services.accounts
    code = accounts.first_account_link_token()
    accounts.create_first(code, "ada", PASSWORDS["ada"][0])
    for name in ("anna", "vera"):
        accounts.add_person(name, *PASSWORDS[name])


@pytest.fixture(scope="session")
def sample_study(customers_csv):
    """Return a Study of generated customers in four groups."""
    import coterie as ct

    return ct.segment(str(customers_csv))


@pytest.fixture(scope="session")
def _services(tmp_path_factory, sample_study):
    services = open_services(tmp_path_factory.mktemp("data"))
    add_people(services)
    yield services
    services.close()


@pytest.fixture
def services(_services, sample_study):
    """Return Services in use, with ada's study and anna's, both not shared, made anew."""
    import streamlit as st

    from coterie.faces.services import use
    from coterie.stores.shelf.places import remove

    for study_id, owner, name in ((MINE, "ada", "Customers"), (ANNAS, "anna", "Annas")):
        folder = _services.shelf.places.studies / study_id
        if folder.exists():
            remove(folder)
        _services.shelf.places.models.unlink(missing_ok=True)
        keep(sample_study, _services, study_id, _services.accounts.person(owner).id, name)
    st.cache_data.clear()
    st.cache_resource.clear()
    use(_services)
    yield _services
    use(None)


@pytest.fixture
def logged_in(services):
    """Return a function that opens a page for a person, who is logged in."""
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.pieces import STUDY
    from coterie.faces.dashboard.who import TOKEN

    def open_page(address, name="ada", study=MINE, function="page"):
        _, token = services.accounts.log_in(name, PASSWORDS[name][0], address="127.0.0.1")
        script = f"from coterie.faces.dashboard.pages.{address} import {function}\n{function}()\n"
        page = AppTest.from_string(script, default_timeout=30)
        page.session_state[TOKEN] = token
        if study:
            page.session_state[STUDY] = study
        page.token = token
        return page.run()

    return open_page


@pytest.fixture
def whole(services):
    """Return a function that opens the dashboard itself; with a name, logged in."""
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.who import TOKEN

    def open_dashboard(name=None, *, inside=True, query=None):
        script = f"from coterie.faces.dashboard.app import run\nrun(login_inside={inside})\n"
        page = AppTest.from_string(script, default_timeout=30)
        for key, value in (query or {}).items():
            page.query_params[key] = value
        if name:
            page.token = services.accounts.log_in(name, PASSWORDS[name][0], address="x")[1]
            page.session_state[TOKEN] = page.token
        return page.run()

    return open_dashboard


@pytest.fixture(scope="session")
def artifacts(tmp_path_factory) -> Path:
    """Return where pictures of pages are kept."""
    folder = os.environ.get("COTERIE_ARTIFACTS")
    path = Path(folder) if folder else tmp_path_factory.mktemp("artifacts")
    path.mkdir(parents=True, exist_ok=True)
    return path


def text_of(page) -> str:
    """Return all that a page says, HTML included."""
    import html

    parts = [str(one.proto.body) for one in page.get("html")]
    parts += [str(one.value) for one in (*page.markdown, *page.caption)]
    return html.unescape("\n".join(parts))


@pytest.fixture(autouse=True)
def a_fault_of_ours_fails_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let through what a page would only write to its log."""

    def raised(bug: Exception) -> str:
        raise bug

    monkeypatch.setattr("coterie.faces.dashboard.telling.note", raised)
