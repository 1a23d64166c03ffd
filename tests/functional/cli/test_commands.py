"""The command line, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

COTERIE = [sys.executable, "-m", "coterie"]


def run(*words: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COTERIE, *map(str, words)], capture_output=True, text=True, timeout=300, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture(scope="module")
def out(customers_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = tmp_path_factory.mktemp("out")
    done = run("segment", customers_csv, "--out", folder, "--json")
    return folder, json.loads(done.stdout)


def test_segment_prints_exactly_one_json_object_with_the_answer(out):
    _folder, answer = out
    assert {
        "customers",
        "quarantined",
        "features",
        "method",
        "k",
        "k_reason",
        "verdict",
        "verdict_reason",
        "quality",
        "segments",
        "rules_fidelity",
        "files",
        "seconds",
    } <= set(answer)
    assert answer["customers"] == 400
    assert (answer["k"], answer["verdict"]) == (4, "natural")
    assert {
        "k",
        "inertia",
        "silhouette",
        "silhouette_null",
        "calinski_harabasz",
        "davies_bouldin",
        "gap",
        "stability",
    } <= set(answer["quality"][0])
    assert [row["k"] for row in answer["quality"]] == list(range(2, 13))
    assert all(value is not None for row in answer["quality"] for value in row.values())
    for segment in answer["segments"]:
        assert {
            "id",
            "name",
            "size",
            "share",
            "description",
            "advice",
            "profile",
            "stability",
            "rule",
            "rule_precision",
            "rule_coverage",
        } <= set(segment)
    assert [s["id"] for s in answer["segments"]] == [1, 2, 3, 4]
    assert sum(s["size"] for s in answer["segments"]) == 400


def test_segment_leaves_every_file_it_names(out):
    folder, answer = out
    for path in answer["files"].values():
        assert Path(path).exists()
    assert {path.name for path in folder.iterdir()} == {
        "segmentation.zip",
        "customers.csv",
        "profiles.csv",
        "quality.csv",
        "quarantine.csv",
        "figures",
        "report.html",
    }
    pictures = {path.stem for path in (folder / "figures").iterdir()}
    assert {
        "elbow",
        "silhouettes",
        "clusters_2d",
        "clusters_3d",
        "sizes",
        "profile_heatmap",
        "comparison",
    } <= pictures


def test_labelled_customers_are_in_order_and_whole(out, customers_csv):
    folder, _answer = out
    before, after = pl.read_csv(customers_csv), pl.read_csv(folder / "customers.csv")
    assert after.get_column("customer_id").equals(before.get_column("customer_id"))
    assert {"segment_id", "segment", "confidence"} <= set(after.columns)
    assert after.get_column("confidence").is_between(0, 1).all()


def test_the_same_file_and_seed_give_the_same_bundle(out, customers_csv, tmp_path):
    folder, _answer = out
    run("segment", customers_csv, "--out", tmp_path, "--quiet")
    again = (tmp_path / "segmentation.zip").read_bytes()
    assert again == (folder / "segmentation.zip").read_bytes()


def test_score_labels_the_training_file_as_training_did(out, customers_csv, tmp_path):
    folder, _answer = out
    for ending in ("csv", "parquet"):
        target = tmp_path / f"scored.{ending}"
        run("score", folder / "segmentation.zip", customers_csv, "-o", target)
        scored = pl.read_csv(target) if ending == "csv" else pl.read_parquet(target)
        trained = pl.read_csv(folder / "customers.csv")
        assert scored.columns[-3:] == ["segment_id", "segment", "confidence"]
        assert scored.get_column("segment_id").equals(trained.get_column("segment_id"))


def test_place_answers_as_score_does(out, customers_csv, tmp_path):
    folder, _answer = out
    scored = pl.read_csv(folder / "customers.csv").row(0, named=True)
    words = [f"--set={key}={scored[key]}" for key in pl.read_csv(customers_csv).columns]
    placed = json.loads(run("place", folder / "segmentation.zip", *words, "--json").stdout)
    assert {
        "segment_id",
        "segment",
        "confidence",
        "runner_up",
        "rule",
        "outside_range",
        "imputed",
    } <= set(placed)
    assert placed["segment_id"] == scored["segment_id"]
    assert placed["confidence"] == pytest.approx(scored["confidence"])
    text = run("place", folder / "segmentation.zip", *words).stdout
    assert scored["segment"] in text
    assert "Confidence" in text


def test_own_names_survive_rescoring(out, customers_csv, tmp_path):
    folder, _answer = out
    bundle = tmp_path / "named.zip"
    run("rename", folder / "segmentation.zip", "--name", "2=Our VIPs", "-o", bundle)
    run("score", bundle, customers_csv, "-o", tmp_path / "s.csv")
    scored = pl.read_csv(tmp_path / "s.csv")
    assert set(scored.filter(pl.col("segment_id") == 2).get_column("segment")) == {"Our VIPs"}


def test_names_can_be_given_in_a_file_and_the_command_line_wins(customers_csv, tmp_path):
    names = tmp_path / "names.toml"
    names.write_text('[names]\n1 = "First"\n2 = "Second"\n')
    done = run(
        "segment",
        customers_csv,
        "--out",
        tmp_path / "o",
        "--json",
        "--quiet",
        "--k",
        4,
        "--names",
        names,
        "--name",
        "2=Two",
    )
    assert [s["name"] for s in json.loads(done.stdout)["segments"]][:2] == ["First", "Two"]


def test_the_screen_shows_names_shares_and_where_the_report_lies(customers_csv, tmp_path):
    done = run("segment", customers_csv, "--out", tmp_path)
    assert "natural groups" in done.stdout
    assert "report.html" in done.stdout
    assert "Reading the table" in done.stderr


def test_a_fixed_k_overrules_and_the_verdict_still_speaks(customers_csv, tmp_path):
    done = run("segment", customers_csv, "--out", tmp_path, "--k", 7, "--json", "--quiet")
    answer = json.loads(done.stdout)
    assert answer["k"] == 7
    assert answer["verdict"] != "natural"
    assert "4" in answer["k_reason"]


def test_explore_writes_statistics_pictures_and_one_page(customers_csv, tmp_path):
    run("explore", customers_csv, "-o", tmp_path)
    statistics = pl.read_csv(tmp_path / "statistics.csv")
    assert {
        "column",
        "count",
        "missing",
        "mean",
        "std",
        "min",
        "q25",
        "median",
        "q75",
        "max",
        "skew",
    } <= set(statistics.columns)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"correlation_matrix.png", "distribution_age.png", "exploration.html"} <= names


def test_schema_prints_toml_that_segment_takes_back(customers_csv, tmp_path):
    printed = run("schema", customers_csv).stdout
    path = tmp_path / "schema.toml"
    path.write_text(printed)
    done = run("segment", customers_csv, "--schema", path, "--out", tmp_path / "o", "--json")
    assert json.loads(done.stdout)["k"] == 4


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["segment", "no-such-file.csv"], "no-such-file.csv"),
        (["segment", "{file}", "--k", "many"], "--k takes a number of segments or auto"),
        (["segment", "{file}", "--features", "shoe_size"], "shoe_size"),
        (["segment", "{file}", "--as-of", "yesterday"], "--as-of takes a day"),
        (["segment", "{file}", "--name", "VIPs"], "--name takes a pair"),
        (["score", "no.zip", "{file}"], "There is no bundle no.zip"),
        (["place", "{file}", "--set", "age=3"], "not a Coterie bundle"),
        (["export", "no.zip", "--to", "sklearn"], "There is no bundle"),
        (["sample", "people", "-o", "x.csv"], "people"),
        (["schema", "no.csv"], "no.csv"),
        (["explore", "no.csv"], "no.csv"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_2(words, says, customers_csv, tmp_path):
    given = [word.replace("{file}", str(customers_csv)) for word in words]
    if given[0] == "segment":
        given += ["--out", str(tmp_path)]
    done = run(*given, code=2)
    assert says in done.stderr
    assert done.stdout == ""


def test_every_command_has_help():
    commands = ["segment", "explore", "schema", "place", "score", "rename", "export", "sample"]
    listed = run("--help").stdout
    for command in commands:
        assert command in listed
        assert "Usage:" in run(command, "--help").stdout


def test_a_shell_can_complete_commands():
    code = "import sys; sys.argv = ['coterie']; from coterie.faces.cli import main; main()"
    asked = {"_COTERIE_COMPLETE": "complete_bash", "COMP_WORDS": "coterie seg", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **asked},
    )
    assert done.stdout.split() == ["segment"]


def test_columns_named_as_a_run_names_its_own_are_kept(tmp_path):
    rows = "".join(
        f"{i % 3},{i % 4},0.5,{i},why {i},{20 + i % 3 * 20 + i % 5},{(i % 3) ** 2 * 900 + i}\n"
        for i in range(90)
    )
    table = tmp_path / "t.csv"
    table.write_text(f"segment,segment_id,confidence,row,reason,age,income\n{rows}{rows[:200]}")
    done = run("segment", table, "-o", tmp_path / "o", "--json", "-q")
    answer = json.loads(done.stdout)
    customers = pl.read_csv(tmp_path / "o" / "customers.csv")
    assert customers.columns[-3:] == ["segment_id", "segment", "confidence"]
    assert {"segment_before", "confidence_before", "row", "reason"} <= set(customers.columns)
    quarantine = pl.read_csv(tmp_path / "o" / "quarantine.csv")
    assert quarantine.columns[:2] == ["row", "reason"]
    assert {"row_before", "reason_before"} <= set(quarantine.columns)
    assert len(customers) + len(quarantine) == answer["customers"]


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or sys.platform == "win32", reason="POSIX only")
def test_an_interrupt_ends_with_a_sentence_and_130(customers_csv, tmp_path):
    words = [*COTERIE, "segment", customers_csv, "-o", tmp_path / "o"]
    going = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert going.stderr is not None
    said = going.stderr.readline()
    going.send_signal(signal.SIGINT)
    out, more = going.communicate(timeout=60)
    assert (going.returncode, out) == (130, "")
    assert (said + more).splitlines()[-1] == "Stopped. No file is half-written."
    assert "Traceback" not in more
    assert [path for path in (tmp_path / "o").rglob("*") if path.is_file()] == []


def test_a_folder_that_may_not_be_written_to_is_refused_before_any_work(tmp_path, monkeypatch):
    from coterie.errors import OutputError
    from coterie.stores import outputs

    monkeypatch.setattr(outputs.os, "access", lambda *_: False)
    with pytest.raises(OutputError, match="may not be written to"):
        outputs.prepare_folder(tmp_path)
