"""What the two pages say, read as text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from coterie.report import render_exploration, render_report

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> & </script> {{ 7*7 }} %{x}'


class Page(HTMLParser):
    """The elements of a page, its words, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.data: dict[str, str] = {}
        self._inside: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside.append((tag, dict(attrs).get("id")))

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1][0] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside:
            self.words.append(data)
        elif self._inside[-1][1]:
            self.data[self._inside[-1][1]] = data

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def ids(self) -> list[str]:
        return [attrs["id"] for _, attrs in self.tags if attrs.get("id")]


@pytest.fixture(scope="module")
def page(make_report) -> Page:
    return Page(render_report(make_report()))


def test_the_answer_comes_before_the_evidence_and_the_appendix_last(page):
    order = ["5 natural groups", "Customers fall into separated groups.", "Group 1", "Who they are",
             "Why 5 segments", "How the data was read", "Appendix"]  # fmt: skip
    places = [page.text.index(words) for words in order]
    assert places == sorted(places)


def test_every_part_of_the_view_is_told(page):
    for words in (
        "200 customers", "21 November 2026", "Plan around them.", "Earn much, spend little.",
        "Ask them why.", "spends 3.1 times the average", "annual income above 70 k$",
        "Right for 97",
        "An id: it differs on every row.", "Far beyond chance.", "0.37 ± 0.01",
        "Columns are separated by semicolons.", "Please check.", "24 incomes were filled",
        "3 rows were set aside", "abstains", "The rules put 96", "very stable",
        "Not used to find the groups",
        "Graduation 52 %", "coterie place out/segmentation.zip", "income, score", "ab12ab12",
    ):  # fmt: skip
        assert words in page.text, words


def test_nothing_on_the_pages_is_fetched(make_report, make_exploration):
    for html in (render_report(make_report()), render_exploration(make_exploration())):
        page = Page(html)
        for tag, attrs in page.tags:
            for key in ("src", "href", "srcset", "data", "action", "poster"):
                value = attrs.get(key) or ""
                assert not value or value.startswith(("data:", "#")), (tag, key, value[:60])
        style = re.search(r"<style>(.*?)</style>", html, re.DOTALL).group(1)
        assert set(re.findall(r"url\((\w+):", style)) == {"data"}
        assert "@import" not in style


def test_the_policy_of_the_page_forbids_every_connection(page):
    (policy,) = (a["content"] for _, a in page.tags if a.get("http-equiv"))
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy


def test_plotly_is_inlined_once(make_report):
    assert render_report(make_report()).count("plotly.js v") == 1


def test_hostile_names_are_text_everywhere(make_report, make_exploration):
    view = make_report(3, name=lambda i: f"{HOSTILE} {i}", label=HOSTILE)
    segments = [
        replace(s, description=HOSTILE, advice=HOSTILE, facts=(HOSTILE,), rule=HOSTILE,
                others=((HOSTILE, HOSTILE),))
        for s in view.segments
    ]  # fmt: skip
    view = replace(
        view, name=HOSTILE, segments=segments, verdict_sentence=HOSTILE, k_reason=HOSTILE,
        left_out=[(HOSTILE, HOSTILE)], settings={HOSTILE: HOSTILE}, steps=[(HOSTILE, HOSTILE)],
    )  # fmt: skip
    looked = replace(make_exploration(HOSTILE), name=HOSTILE, highlights=(HOSTILE,))
    plain = Page(render_report(make_report(3)))
    for html, scripts in (
        (render_report(view), sum(tag == "script" for tag, _ in plain.tags)),
        (render_exploration(looked), None),
    ):
        page = Page(html)
        assert all("onerror" not in attrs for _, attrs in page.tags)
        assert 'alert("x")' in page.text
        assert "{{ 7*7 }}" in page.text
        if scripts is not None:
            assert sum(tag == "script" for tag, _ in page.tags) == scripts
        for key, text in page.data.items():
            assert "<" not in text, key
            json.loads(text)


def test_a_plotly_name_that_looks_like_a_tag_is_escaped_once_more(make_report):
    page = Page(render_report(make_report(2, name=lambda i: f"<b>A{i}</b>")))
    figure = json.loads(page.data["c1-1"])
    assert figure["data"][0]["name"] == "&lt;b&gt;A1&lt;/b&gt;"


def test_ids_are_unique_and_controls_point_at_them(page):
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for _, attrs in page.tags:
        for key in ("aria-controls", "aria-labelledby", "data-spec"):
            assert attrs.get(key) is None or attrs[key] in ids


def test_every_picture_has_words_and_a_still_for_print(page, make_report):
    stills = [a for tag, a in page.tags if tag == "img"]
    assert len(stills) == len(make_report().charts) - 1  # the profile is a table of the page
    assert all(a["alt"] and a["src"].startswith("data:image/png;base64,") for a in stills)
    plots = [a for _, a in page.tags if a.get("class") == "plot"]
    assert all(a["aria-label"] for a in plots)


def test_stills_that_are_given_are_used(make_report):
    view = replace(make_report(2), charts={"elbow": make_report(2).charts["elbow"]})
    html = render_report(replace(view, stills={"elbow": b"already painted"}))
    assert "data:image/png;base64,YWxyZWFkeSBwYWludGVk" in html


@pytest.mark.parametrize("k", [1, 2, 12])
def test_few_and_many_segments_with_long_names_are_told(make_report, long_name, k):
    page = Page(render_report(make_report(k, name=lambda i: f"{long_name} {i}")))
    assert f"{long_name} {k}" in page.text
    assert len([a for _, a in page.tags if a.get("class") == "card"]) == k


def test_one_segment_is_said_to_be_no_groups(make_report):
    page = Page(render_report(replace(make_report(1), verdict="constructed")))
    assert "One segment: no groups to tell apart" in page.text
    assert "Why 1 segment " in page.text


def test_a_view_with_nothing_but_segments_renders(make_report):
    full = make_report(2)
    bare = type(full)(
        name="x", customers=2, verdict="constructed", verdict_sentence="No groups.", k=2,
        segments=[replace(s, stability=None, rule="", means={}) for s in full.segments],
    )  # fmt: skip
    assert "2 segments, a constructed cut" in Page(render_report(bare)).text


def test_the_same_view_gives_the_same_bytes(make_report, make_exploration):
    view = make_report(3, painted=True)
    assert render_report(view) == render_report(make_report(3, painted=True))
    assert render_exploration(make_exploration()) == render_exploration(make_exploration())


def test_the_exploration_tells_every_column_in_one_table(make_exploration):
    page = Page(render_exploration(make_exploration()))
    for words in ("Lower quartile", "Skew", "Spending score", "Ten incomes are missing.",
                  "Text is Latin-1.", "Correlations", "Missing values",
                  "Unusual values"):  # fmt: skip
        assert words in page.text, words
    assert "−3" in page.text


def test_histograms_that_stand_together_are_not_drawn_twice(make_exploration):
    page = Page(render_exploration(make_exploration()))
    assert len([1 for tag, _ in page.tags if tag == "img"]) == 4


def test_every_mean_of_the_profile_is_tinted_and_the_rules_say_why_they_are_so_long(make_report):
    from coterie.report.render import _apart
    from coterie.report.view import ColumnView

    column = ColumnView("x", average=10.0, spread=4.0)
    assert _apart(column, 12.0) == 0.5
    assert _apart(ColumnView("x", average=10.0), 12.0) is None
    view = replace(make_report(), rules_reason="Up to 12 were tried.")
    assert "Up to 12 were tried" in render_report(view)
