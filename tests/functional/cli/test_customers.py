"""`coterie customers`, as a user runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import coterie as ct
from coterie.errors import CoterieError
from coterie.faces.cli import app
from coterie.tables.synthetic import make_transactions


def run(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "coterie", "customers", *map(str, words)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.csv"
    make_transactions(6_000, segments=4, seed=2)[0].write_csv(path)
    return path


def test_order_lines_become_customers_with_their_plain_names(orders, tmp_path):
    out = tmp_path / "customers.parquet"
    answer = json.loads(run(orders, "-o", out, "--json").stdout)
    frame = pl.read_parquet(out)
    lines = pl.read_csv(orders, schema_overrides={"InvoiceNo": pl.String}, try_parse_dates=True)
    bought = (
        lines.unique()
        .filter(
            pl.col("CustomerID").is_not_null()
            & ~pl.col("InvoiceNo").str.starts_with("C")
            & (pl.col("Quantity") > 0)
        )
        .group_by("CustomerID")
        .agg(
            pl.col("InvoiceNo").n_unique().alias("frequency"),
            (pl.col("Quantity") * pl.col("UnitPrice")).sum().alias("monetary"),
            pl.col("InvoiceDate").max().dt.date().alias("last"),
        )
        .sort("CustomerID")
    )
    newest = lines["InvoiceDate"].max().date()
    assert answer["as_of"] == (newest + timedelta(days=1)).isoformat()
    assert frame["customer_id"].to_list() == bought["CustomerID"].to_list()
    assert frame["frequency"].to_list() == bought["frequency"].to_list()
    assert frame["monetary"].to_list() == pytest.approx(bought["monetary"].to_list(), abs=1e-3)
    ages = [(newest - last).days + 1 for last in bought["last"]]
    assert frame["recency_days"].to_list() == ages
    assert answer["customers"] == len(frame)
    assert sum(answer["fates"].values()) == answer["lines"] == 6_000
    assert {"guest", "cancelled", "returned", "test", "service", "free", "duplicate"} <= set(
        answer["treatments"]
    )
    assert all(each["treatment"] for each in answer["treatments"].values())


def test_the_terminal_tells_what_became_of_the_lines(orders, tmp_path):
    said = run(orders, "-o", tmp_path / "c.csv").stdout
    assert "Lines without a customer" in said
    assert "coterie segment" in said
    assert (tmp_path / "c.csv").exists()


def test_expected_orders_and_kept_breaks(orders, tmp_path):
    out, breaks = tmp_path / "c.parquet", tmp_path / "breaks.json"
    answer = json.loads(
        run(
            orders, "-o", out, "--rfm", breaks, "--expect", "90d", "--unit", "week", "--json"
        ).stdout
    )
    frame = pl.read_parquet(out)
    assert frame["probability_alive"].is_between(0, 1).all()
    assert (frame["expected_orders"] >= 0).all()
    assert answer["expectation"]["bg_nbd"]["unit"] == "week"
    assert answer["expectation"]["days"] == pytest.approx(90)
    kept = breaks.read_bytes()
    again = tmp_path / "again.parquet"
    run(orders, "-o", again, "--rfm", breaks, "--as-of", "2011-06-30", "-q")
    assert breaks.read_bytes() == kept
    earlier = pl.read_parquet(again)
    grid = json.loads(kept)["breaks"]["frequency"]
    for row in earlier.to_dicts():
        assert row["f_score"] == 1 + sum(row["frequency"] > each for each in grid)


def test_a_file_without_a_header_is_read_by_its_columns_numbers(tmp_path):
    path, out = tmp_path / "plain.txt", tmp_path / "c.csv"
    path.write_text(
        " 01 0001 19970101 2 29.33\n 01 0001 19970118 1 14.00\n 02 0002 19970103 1 7.5\n"
    )
    told = run(path, "-o", out, "--columns", "customer=c2,date=c3,quantity=c4,amount=c5",
               "--as-of", "1997-01-31", "-q")  # fmt: skip
    assert "No column holds an order number" not in told.stderr
    frame = pl.read_csv(out, schema_overrides={"customer_id": pl.String})
    assert frame.select("customer_id", "recency_days", "frequency", "monetary", "items").rows() == [
        ("0001", 13, 2, 43.33, 3.0), ("0002", 28, 1, 7.5, 1.0),
    ]  # fmt: skip


def refused(*words: object) -> str:
    """Return what the command says when it refuses, without a process of its own."""
    with pytest.raises(CoterieError) as caught:
        app(["customers", *map(str, words), "-q"], standalone_mode=False)
    return str(caught.value)


def test_a_refusal_is_a_sentence_and_exit_code_2(customers_csv, tmp_path):
    told = run(customers_csv, "-o", tmp_path / "c.csv", "-q", code=2).stderr
    assert told.startswith("coterie: ")


def test_a_table_of_customers_is_said_to_be_one(customers_csv, tmp_path):
    assert "looks like a table of customers" in refused(customers_csv, "-o", tmp_path / "c.csv")
    assert not (tmp_path / "c.csv").exists()


def test_dates_that_cannot_be_read_and_future_ones_are_said(tmp_path):
    path, out = tmp_path / "o.csv", tmp_path / "c.csv"
    path.write_text("customer_id,date,amount\n1,soon,5\n2,later,6\n")
    assert "cannot be read as dates" in refused(path, "-o", out)
    far = date.today() + timedelta(days=400)
    rows = [f"{n % 7},2024-05-{n % 28 + 1:02},5.5" for n in range(60)]
    path.write_text("\n".join(["customer_id,date,amount", *rows, f"1,{far},9", "2,2024-13-77,8"]))
    answer = json.loads(run(path, "-o", out, "--json").stdout)
    assert (answer["fates"]["future"], answer["fates"]["undated"]) == (1, 1)
    warned = {note["topic"] for note in answer["notes"] if note["level"] == "warning"}
    assert {"future", "undated", "unreadable dates"} <= warned
    assert answer["as_of"] < "2024-06-02"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--unit", "month"], "The unit of time is day, week, calendar-week"),
        (["--expect", "soon"], "such as 90d"),
        (["--columns", "customer"], "--columns takes pairs"),
        (["--columns", "customer=Nobody"], "There is no column Nobody"),
        (["--as-of", "1990-01-01"], "No order is on or before 1990-01-01"),
        (["--as-of", "yesterday"], "--as-of takes a day"),
        (["--dates", "dym"], "--dates takes dmy"),
    ],
)
def test_settings_that_cannot_be_are_said(orders, tmp_path, words, said):
    assert said in refused(orders, "-o", tmp_path / "c.csv", *words)


def test_nothing_is_written_where_it_would_do_harm(orders, tmp_path):
    assert "written over" in refused(orders, "-o", orders)
    assert "ends in '.xlsx'" in refused(orders, "-o", tmp_path / "c.xlsx")
    assert "There is no folder" in refused(orders, "-o", tmp_path / "no" / "c.csv")
    torn = tmp_path / "torn.json"
    torn.write_text("{")
    assert "holds no RFM breaks" in refused(orders, "-o", tmp_path / "c.csv", "--rfm", torn)
    assert torn.read_text() == "{"


def test_expecting_needs_customers_who_came_back(tmp_path):
    path = tmp_path / "once.csv"
    rows = [f"{n},2024-05-{n % 28 + 1:02},5.5" for n in range(60)]
    path.write_text("\n".join(["customer_id,date,amount", *rows]))
    told = refused(path, "-o", tmp_path / "c.csv", "--expect", "90d")
    assert "0 of 60 customers bought again" in told


@pytest.mark.slow
def test_customers_made_of_planted_orders_show_the_planted_groups():
    from coterie.workflow.customers import customers_from_orders

    lines, truth = make_transactions(40_000, segments=4, seed=5)
    made = customers_from_orders(lines)
    study = ct.segment(
        made.frame, features=["recency_days", "frequency", "monetary", "average_basket"]
    )
    placed = (
        study.labelled.collect("polars")
        .to_native()
        .join(truth, left_on="customer_id", right_on="CustomerID")
    )
    agree = placed.group_by("segment_id", "segment_right").len().sort("len", descending=True)
    most = agree.unique("segment_id", keep="first")["len"].sum()
    assert study.k == 4
    assert most / len(placed) > 0.9
