"""Two studies compared, as one page of its own."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import coterie as ct
from coterie.report.comparing import render_comparison, write_comparison
from coterie.tables.synthetic import make_customers
from coterie.workflow.comparing import compare


@pytest.fixture(scope="module")
def studies():
    table, _ = make_customers(400, segments=4, seed=2)
    return ct.segment(table, k=4), ct.segment(table, k=2)


@pytest.fixture(scope="module")
def found(studies):
    return compare(*studies)


def test_the_page_tells_who_went_where_and_fetches_nothing(found, tmp_path):
    path = write_comparison(found, tmp_path / "both.html")
    page = path.read_text()
    for one in found.became:
        assert one.sentence.replace("'", "&#39;") in page
    assert "Which became which" in page
    assert "Settings that differ" in page
    body = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r'(?:src|href)="https?:', body)


def test_the_same_comparison_gives_the_same_page(found):
    assert render_comparison(found) == render_comparison(found)


def test_without_customers_at_hand_the_reason_is_said(studies):
    page = render_comparison(compare(studies[0].segmentation, studies[1].segmentation))
    assert "No customers are at hand to place by both." in page
    assert "Which became which" not in page


def test_those_in_no_segment_are_a_grey_end_of_the_bar():
    rng = np.random.default_rng(3)
    groups = [rng.normal(middle, 2.5, (150, 2)) for middle in ((25, 28), (60, 45), (95, 62))]
    around = np.column_stack([rng.uniform(5, 160, 50), rng.uniform(18, 90, 50)])
    points = np.concatenate([*groups, around])
    table = pl.DataFrame({"income_k": points[:, 0], "age": points[:, 1]})
    dense = ct.segment(table, method="dbscan")
    assert dense.left_out
    page = render_comparison(compare(dense, ct.segment(table, k=3)))
    assert "None: like no segment" in page
    assert "#BEBEBE" in page


def test_the_command_writes_it(studies, tmp_path):
    from coterie.faces.cli import app
    from coterie.stores.bundle import save_bundle
    from coterie.stores.outputs import labelled_frame

    for name, study in zip(("one", "two"), studies, strict=True):
        (tmp_path / name).mkdir()
        save_bundle(study.segmentation, tmp_path / name / "segmentation.zip")
        labelled_frame(study).write_parquet(tmp_path / name / "customers.parquet")
    page = tmp_path / "both.html"
    asked = ["runs", "compare", str(tmp_path / "one"), str(tmp_path / "two")]
    told = CliRunner().invoke(app, [*asked, "--report", str(page), "--store", str(tmp_path / "s")])
    assert told.exit_code == 0, told.output
    assert "Wrote" in told.output
    assert "400 customers, placed by both" in page.read_text()
