"""The Campaigns page: rates, what to expect, effects and the plan, as its readers use it."""

from __future__ import annotations

import polars as pl
import pytest
from tests.functional.dashboard.conftest import MINE, keep, text_of


@pytest.fixture(scope="module")
def answered():
    """Return a Study of customers who answered campaigns, some of them left out by chance."""
    import coterie as ct
    from coterie.tables.synthetic import make_campaign

    table, _truth = make_campaign(600, segments=3, seed=5)
    group = pl.Series("group", ["control" if i % 3 == 0 else "sent" for i in range(600)])
    return ct.segment(table.with_columns(group), k=3)


@pytest.fixture
def page(services, answered, logged_in):
    """Return a function that opens the page on the answered study."""
    from coterie.stores.shelf.places import remove

    remove(services.shelf.places.studies / MINE)
    keep(answered, services, MINE, services.accounts.person("ada").id, "Answered")
    return lambda **rest: logged_in("campaigns", **rest)


def button(page, label):
    return next(one for one in page.get("download_button") if one.proto.label == label)


def test_the_page_begins_with_the_answer_and_says_that_response_is_no_effect(page):
    shown = page()
    assert not shown.exception
    said = text_of(shown).replace("\N{NO-BREAK SPACE}", " ")
    assert "say yes most often" in said
    assert "response is not an effect" in said
    assert "survive the correction" in said
    assert "Times the average" in said
    assert "Purchases with a discount" in said


def test_choosing_a_campaign_tells_its_rates_with_counts(page, answered):
    shown = page()
    box = next(b for b in shown.selectbox if b.label == "Campaign")
    box.set_value("Response").run()
    assert not shown.exception
    yes = int(answered.labelled.collect("polars").to_native().get_column("Response").sum())
    assert f'<td class="n">{yes:,}</td>' in "".join(str(o.proto.body) for o in shown.get("html"))


def test_a_plan_says_whom_to_contact_and_offers_the_list(page):
    shown = page()
    for label, value in (("Cost of a contact", 3.0), ("Value of a yes", 40.0)):
        next(n for n in shown.number_input if n.label == label).set_value(value)
    shown.run()
    assert not shown.exception
    assert "Expected profit" in text_of(shown)
    assert button(shown, "Download the list (CSV)")


def test_a_plan_that_never_pays_says_so_and_offers_no_list(page):
    shown = page()
    next(n for n in shown.number_input if n.label == "Value of a yes").set_value(0.5)
    shown.run()
    assert "Contact nobody" in text_of(shown)
    labels = [one.proto.label for one in shown.get("download_button")]
    assert "Download the list (CSV)" not in labels


def test_with_a_control_group_the_page_tells_effects(page):
    shown = page()
    box = next(b for b in shown.selectbox if b.label == "Left out were those whose")
    box.set_value("group=control").run()
    assert not shown.exception
    said = text_of(shown)
    assert "200 customers were left out" in said
    assert "because of the contact" in said
    assert "response is not an effect" not in said


def test_a_viewer_sees_the_rates_and_takes_nothing_out(page, services):
    services.shelf.share(MINE, services.accounts.person("ada").id, True)
    shown = page(name="vera")
    assert not shown.exception
    assert "say yes most often" in text_of(shown)
    assert not shown.get("download_button")
