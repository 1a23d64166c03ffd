"""The shell: who comes in, which study is chosen, what the pages look like."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from tests.functional.dashboard.conftest import ANNAS, MINE, PASSWORDS, text_of

from coterie.faces.dashboard import theme
from coterie.figures import palette
from coterie.figures.palette import contrast


def log_in(page, name, password):
    page.text_input[0].set_value(name)
    page.text_input[1].set_value(password)
    page.button[0].click()
    page.run()
    return page.run()  # AppTest shows what was before a rerun that a page asks for.


def test_alone_the_dashboard_asks_for_name_and_password(whole):
    page = whole()
    assert "Log in" in text_of(page)
    assert not page.selectbox
    log_in(page, "ada", "not the password at all")
    assert "Four natural groups" not in text_of(page)
    log_in(page, "ada", PASSWORDS["ada"][0])
    assert "Four natural groups" in text_of(page)


def test_behind_the_gate_a_lost_session_says_where_to_log_in(whole):
    page = whole(inside=False)
    assert "You are logged out" in text_of(page)
    assert 'href="/login"' in text_of(page)


def test_a_logout_elsewhere_reaches_the_open_page(whole, services):
    page = whole("ada", inside=False)
    assert "Four natural groups" in text_of(page)
    services.accounts.log_out(page.token)
    page.run()
    assert "You are logged out" in text_of(page)
    assert "Four natural groups" not in text_of(page)
    assert "study_id" not in page.session_state


def test_a_part_of_a_page_checks_the_session_when_it_runs(services, whole):
    from streamlit.testing.v1 import AppTest

    from coterie.faces.dashboard.who import TOKEN

    script = """
import streamlit as st
from coterie.faces.dashboard import who
if who.find_person() is None:
    st.write("outside")
else:
    @who.fragment
    def part():
        st.write("inside")
        if st.button("Leave"):
            who.services().accounts.log_out(who.token())
            who.person()
            st.write("still inside")
    part()
"""
    page = AppTest.from_string(script, default_timeout=30)
    page.session_state[TOKEN] = services.accounts.log_in("ada", PASSWORDS["ada"][0], address="x")[1]
    assert [one.value for one in page.run().markdown] == ["inside"]
    page.button[0].click()
    assert [one.value for one in page.run().markdown] == ["outside"]


def test_the_newest_study_is_chosen_and_the_address_has_the_last_word(whole, services):
    services.shelf.share(ANNAS, services.accounts.person("anna").id, True)
    assert whole("ada").session_state["study_id"] == ANNAS  # kept last
    assert whole("ada", query={"study": MINE}).session_state["study_id"] == MINE


def test_pages_beyond_a_role_are_not_listed(whole, services):
    from coterie.faces.dashboard.app import ENTRIES

    vera = services.accounts.person("vera")
    listed = {entry.address for entry in ENTRIES if vera.may(entry.action)}
    assert listed == {"overview", "profiles", "predict", "campaigns", "models"}


def test_no_setting_of_the_look_names_another_host():
    text = repr(theme.options()) + theme.style()
    assert not re.findall(r"https?://|//[a-z]", text.replace("://www.w3.org", ""))


def test_every_font_is_there_and_is_the_reports():
    ours = files("coterie.faces.dashboard") / "static"
    theirs = files("coterie.report") / "fonts"
    urls = [face["url"] for face in theme.options()["theme.fontFaces"]]
    assert len(urls) == 4
    for url in urls:
        name = url.removeprefix("app/static/")
        assert (ours / name).read_bytes() == (theirs / name).read_bytes()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_read_on_its_ground(mode):
    told = theme.options()
    ground = told[f"theme.{mode}.backgroundColor"]
    soft = told[f"theme.{mode}.secondaryBackgroundColor"]
    side = told[f"theme.{mode}.sidebar.backgroundColor"]
    quiet = palette.MUTED if mode == "light" else theme.DARK[palette.MUTED]
    for colour in (told[f"theme.{mode}.textColor"], told[f"theme.{mode}.primaryColor"], quiet):
        assert min(contrast(colour, behind) for behind in (ground, side)) >= 4.5
        assert contrast(colour, soft) >= 4.4


def test_a_picture_takes_the_colours_of_the_night_and_segments_keep_theirs(monkeypatch):
    from coterie.faces.dashboard import drawing
    from coterie.figures import charts
    from coterie.figures.interactive import to_plotly
    from coterie.schema import Column

    axes = (Column("a", "number", "feature"), Column("b", "number", "feature"))
    chart = charts.scatter([1.0, 2.0], [3.0, 5.0], [1, 2], axes=axes, names={1: "One", 2: "Two"})
    monkeypatch.setattr(drawing, "is_dark", lambda: True)
    monkeypatch.setattr(drawing, "is_narrow", lambda: True)
    figure = drawing.in_theme(to_plotly(chart, titled=False))
    text = figure.to_json()
    assert palette.INK not in text
    assert theme.DARK[palette.INK] in text
    assert palette.segment_colour(1) in text


def test_names_give_way_to_the_star():
    from coterie.faces.dashboard.giving_way import give_way

    mark = {"x": 5.0, "y": 5.0, "ax": 0, "ay": -20, "text": "Stars", "showarrow": True}
    layout = {
        "xaxis": {"range": [0, 10]}, "yaxis": {"range": [0, 10]}, "annotations": [mark],
    }  # fmt: skip
    give_way(layout, (5.0, 5.6))  # About where the name stands: it goes below.
    assert mark["ay"] == 20
    give_way(layout, (0.5, 0.5))  # Far away: it stays.
    assert mark["ay"] == 20


def test_the_first_account_needs_the_code_of_the_log(tmp_path):
    from streamlit.testing.v1 import AppTest
    from tests.functional.dashboard.conftest import open_services

    from coterie.faces.dashboard import login
    from coterie.faces.services import use

    services = open_services(tmp_path / "fresh")
    use(services)
    try:
        page = AppTest.from_string(
            "from coterie.faces.dashboard.app import run\nrun(login_inside=True)\n",
            default_timeout=30,
        ).run()
        assert "The first account" in text_of(page)
        page.text_input[0].set_value("a guess")
        page.text_input[1].set_value("ada")
        page.text_input[2].set_value(PASSWORDS["ada"][0])
        page.button[0].click()
        page.run()
        assert not services.accounts.people()
        page.text_input[0].set_value(login._first_code(services))
        page.button[0].click()
        page.run()
        page.run()
        assert services.accounts.person("ada").role == "admin"
        assert "There is no study yet" in text_of(page)
    finally:
        use(None)
        services.close()


def test_a_thinned_picture_says_how_many_are_drawn_and_keeps_its_other_notes():
    import numpy as np

    from coterie.faces.dashboard.thinning import LIVE, thinned
    from coterie.figures import charts
    from coterie.schema import Column

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 6_000))
    x[0] = np.nan
    axes = (Column("a", "number", "feature"), Column("b", "number", "feature"))
    chart = charts.scatter(x, y, np.ones(6_000, int), axes=axes, names={1: "All"}, total=200_000)
    small = thinned(chart, 200_000)
    assert len(small) == LIVE["scatter"]
    assert small.note.startswith("2,000 of 200,000 customers are drawn, fewer where they crowd. ")
    assert small.note.count("customers are drawn") == 1
    assert "1 without one of these values cannot be drawn." in small.note
    assert thinned(small, 200_000) is small
