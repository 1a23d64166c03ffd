"""'coterie campaigns' and 'coterie plan', as they are used."""

from __future__ import annotations

import json

import polars as pl
import pytest
import typer
from typer.testing import CliRunner

from coterie.errors import CoterieError
from coterie.faces import campaigns_command
from coterie.tables.synthetic import make_campaign

app = typer.Typer()
app.command()(campaigns_command.campaigns)
app.command()(campaigns_command.plan)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Return a folder as 'segment' leaves it."""
    import coterie as ct
    from coterie.stores.outputs import write_study

    folder = tmp_path_factory.mktemp("out")
    table, _truth = make_campaign(800, segments=3, seed=4)
    write_study(ct.segment(table, k=3), folder)
    return folder


def run(*words):
    found = CliRunner().invoke(app, [str(word) for word in words])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def test_campaigns_reads_a_folder_a_bundle_and_a_table_alike(out):
    answers = [
        json.loads(run("campaigns", source, "--json").stdout)
        for source in (out, out / "segmentation.zip", out / "customers.csv")
    ]
    rates = [
        {c["name"]: [s["expected"] for s in c["segments"]] for c in answer["campaigns"]}
        for answer in answers
    ]
    assert rates[0] == rates[1] == rates[2]
    assert answers[0]["circular"] == []
    assert any("not known here" in note["text"] for note in answers[2]["notes"])


def test_a_bundle_places_a_table_first(out, tmp_path):
    table, _truth = make_campaign(300, segments=3, seed=9)
    path = tmp_path / "new.csv"
    table.write_csv(path)
    answer = json.loads(
        run("campaigns", out / "segmentation.zip", "--customers", path, "--json").stdout
    )
    assert sum(segment["customers"] for segment in answer["segments"]) == 300


def test_campaigns_writes_every_rate_and_the_pictures(out, tmp_path):
    shown = run("campaigns", out, "-o", tmp_path / "made").stdout
    assert "response is not an effect" in " ".join(shown.split())
    rates = pl.read_csv(tmp_path / "made" / "campaigns.csv")
    assert rates.height == 7 * 4
    assert {"rate", "low_95", "expected_rate", "lift", "beyond_chance"} <= set(rates.columns)
    assert (tmp_path / "made" / "figures" / "campaign_acceptance.png").exists()


def test_plan_writes_a_list_with_a_holdout_for_each_campaign(out, tmp_path):
    words = ("plan", out, "--cost", 3, "--value", 40, "--holdout", 0.2, "--json")
    answer = json.loads(run(*words, "-o", tmp_path).stdout)
    assert [p["campaign"] for p in answer["plans"]] == [
        "AcceptedCmp1", "AcceptedCmp2", "AcceptedCmp3", "AcceptedCmp4", "AcceptedCmp5", "Response",
    ]  # fmt: skip
    told = answer["plans"][-1]
    listed = pl.read_csv(tmp_path / "plan-Response.csv")
    assert listed.height == told["chosen"]
    assert listed["ID"].n_unique() == listed.height
    groups = dict(listed["group"].value_counts().iter_rows())
    assert groups["holdout"] == told["kept_aside"]
    for _, share in (
        listed.group_by("segment").agg((pl.col("group") == "holdout").mean()).iter_rows()
    ):
        assert share == pytest.approx(0.2, abs=0.05)
    again = json.loads(run(*words, "-o", tmp_path / "again").stdout)
    assert again["plans"] == answer["plans"]
    assert (tmp_path / "again" / "plan-Response.csv").read_bytes() == (
        tmp_path / "plan-Response.csv"
    ).read_bytes()


def test_plan_says_whom_and_what_to_expect(out):
    shown = " ".join(run("plan", out, "-c", "Response", "--cost", 3, "--value", 40).stdout.split())
    assert "Contact" in shown
    assert "Expected profit" in shown
    assert "upper bound" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("plan", "{out}", "--cost", -1, "--value", 2), "must be 0 or more; it is -1"),
        (("plan", "{out}", "--cost", 1, "--value", 2, "-c", "Nope"), "no campaign Nope"),
        (("campaigns", "{out}", "--control", "Nope"), "no column Nope"),
        (("campaigns", "{out}", "--responses", "Recency"), "neither yes nor no in Recency"),
        (("campaigns", "{plain}"), "Find the groups first"),
        (("campaigns", "{empty}"), "There is no answer to a campaign"),
        (("campaigns", "{out}/figures.zip"), "There is no"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(out, tmp_path, words, said):
    table, _truth = make_campaign(100, segments=2, seed=1)
    table.write_csv(tmp_path / "plain.csv")
    pl.DataFrame({"segment_id": [1, 2] * 30, "age": range(60)}).write_csv(tmp_path / "empty.csv")
    places = {"out": out, "plain": tmp_path / "plain.csv", "empty": tmp_path / "empty.csv"}
    with pytest.raises(CoterieError, match=said):
        run(*(str(word).format(**places) for word in words))


def test_one_segment_is_nothing_to_compare(tmp_path):
    rows = {"segment_id": [1] * 60, "answered": [1, 0, 0] * 20, "age": list(range(60))}
    pl.DataFrame(rows).write_csv(tmp_path / "one.csv")
    words = ("campaigns", tmp_path / "one.csv", "--responses", "answered")
    shown = " ".join(run(*words).stdout.split())
    assert "only one segment" in shown
    assert "33" in shown


def test_a_response_that_made_the_segments_is_called_circular(tmp_path):
    import coterie as ct
    from coterie.stores.outputs import write_study

    table, _truth = make_campaign(600, segments=3, seed=4)
    study = ct.segment(table, k=3, features=["Income", "Response", "Recency"])
    write_study(study, tmp_path)
    answer = json.loads(run("campaigns", tmp_path, "--json").stdout)
    assert answer["circular"] == ["Accepted the last campaign"]
    assert any("circular" in sentence for sentence in answer["says"])


def test_a_campaign_nobody_answered_is_told(tmp_path):
    rows = {
        "segment_id": [1, 2] * 50, "answered": [0] * 100, "other": [0, 1] * 50,
        "age": list(range(100)),
    }  # fmt: skip
    pl.DataFrame(rows).write_csv(tmp_path / "none.csv")
    shown = run("campaigns", tmp_path / "none.csv", "--responses", "answered,other").stdout
    assert "nobody of 100 said yes" in " ".join(shown.split())
