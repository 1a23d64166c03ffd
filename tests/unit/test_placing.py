"""Placing one customer: the same answer as array arithmetic, and as the whole table gets."""

from __future__ import annotations

import copy
import math
import pickle
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coterie as ct
from coterie.cluster.confidence import memberships, squared_distances
from coterie.errors import RecordError
from coterie.records import RecordReader, read_value
from coterie.schema import Column, Schema
from coterie.tables.synthetic import make_campaign, make_customers


@pytest.fixture(scope="module")
def model() -> ct.Segmentation:
    customers, _truth = make_customers(400, segments=4, seed=4)
    return ct.segment(customers).segmentation


@pytest.fixture(scope="module", params=[None, 0.8])
def campaign(request) -> ct.Segmentation:
    customers, _truth = make_campaign(400, 4, seed=4)
    return ct.segment(customers, k=4, pca=request.param).segmentation


def by_arrays(model: ct.Segmentation, values: dict[str, float | None]) -> dict[str, object]:
    """Place a typed record with NumPy and the public parts: the other road."""
    possible, _impossible = model.cleaning.clean_record(values)
    full = dict(possible)
    for definition in model.derived:
        full[definition.column.name] = definition.value(full)
    raw = np.array([[math.nan if full.get(f) is None else full[f] for f in model.features]])
    squares = squared_distances(model.scaling.matrix(raw), model.clustering.centres)
    best = int(squares[0].argmin())
    shares = memberships(squares, model.temperature)
    if np.isnan(raw).any():
        shares = model.known_spreads.memberships(model.scaling.alone(raw))
    free = squared_distances(model.scaling.matrix(raw, capped=False), model.clustering.centres)
    seen = {**full, **dict(zip(model.features, model.scaling.filled(raw)[0], strict=True))}
    by_rule, rule = model.rules.follow(seen)
    return {
        "values": dict(zip(model.features, model.scaling.filled(raw)[0], strict=True)),
        "segment_id": model.segments[best].id,
        "nearness": memberships(squares, model.temperature)[0, best],
        "confidence": shares[0, best],
        "distance": math.sqrt(free[0, best]),
        "rule": rule,
        "rule_agrees": by_rule == best + 1,
        "imputed": tuple(f for f, v in zip(model.features, raw[0], strict=True) if math.isnan(v)),
    }


numbers = st.one_of(
    st.none(), st.floats(-1e6, 1e6), st.integers(0, 3000).map(float), st.just(1e308), st.just(0.0)
)


@given(data=st.data())
def test_a_placement_is_what_array_arithmetic_gives(campaign, data):
    names = [column.name for column in campaign.inputs]
    values = {name: data.draw(numbers, label=name) for name in names}
    values["Income"] = data.draw(st.floats(0, 1e6), label="Income")
    expected, placed = by_arrays(campaign, values), campaign.place(values)
    assert campaign.values(values) == expected["values"]
    assert placed.distance == pytest.approx(expected["distance"], rel=1e-7, abs=1e-6)
    assert placed.confidence == pytest.approx(expected["confidence"], abs=1e-7)
    if expected["nearness"] > 0.5 + 1e-6:  # else two centres are equally near
        assert placed.segment_id == expected["segment_id"]
        assert placed.rule_agrees == expected["rule_agrees"]
    assert (placed.rule, placed.imputed) == (expected["rule"], expected["imputed"])


def test_every_row_of_a_table_is_placed_as_its_record(campaign):
    customers, _truth = make_campaign(200, 4, seed=9)
    scored = campaign.score(customers)
    for row, record in zip(scored.to_dicts(), customers.to_dicts(), strict=True):
        placed = campaign.place(record)
        assert (placed.segment_id, placed.segment) == (row["segment_id"], row["segment"])
        assert placed.confidence == pytest.approx(row["confidence"], rel=1e-12)


def test_of_two_equally_near_segments_the_first_is_taken_in_both_roads(model):
    centres = model.clustering.centres.copy()
    centres[1] = centres[0]
    twins = replace(model, clustering=replace(model.clustering, centres=centres))
    customers, _truth = make_customers(50, segments=4, seed=1)
    ids = twins.score(customers)["segment_id"].to_list()
    assert [twins.place(record).segment_id for record in customers.to_dicts()] == ids
    assert 1 in ids
    assert 2 not in ids


def test_a_changed_model_places_by_what_was_changed(model):
    record = {"age": 30, "annual_income": 40_000}
    before = model.place(record)
    renamed = model.renamed({before.segment_id: "Newcomers"})
    assert renamed.place(record).segment == "Newcomers"
    assert model.place(record) == before


def test_a_model_that_has_placed_is_equal_to_itself_copied_and_pickled(model):
    record = {"age": 30, "annual_income": 40_000, "spending_score": 50, "savings": 5_000}
    expected = model.place(record)
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):  # noqa: S301
        assert other.place(record) == expected


def test_a_record_is_not_changed_by_placing(model):
    record = {"age": 500, "annual_income": 40_000}
    assert model.place(record).notes
    assert record == {"age": 500, "annual_income": 40_000}


def test_numbers_of_any_library_are_read_as_plain_ones(model):
    plain = {"age": 30.0, "annual_income": 40_000.0, "spending_score": 50.0, "savings": 5e3}
    expected = model.place(plain)
    assert model.place({key: np.float32(value) for key, value in plain.items()}) == expected
    assert model.place({key: np.int64(value) for key, value in plain.items()}) == expected
    row = pl.DataFrame([plain]).row(0, named=True)
    assert model.place(row) == expected


@pytest.mark.parametrize("value", [math.inf, -math.inf, 10**400, "1e999"])
def test_a_number_that_is_not_finite_is_refused(model, value):
    with pytest.raises(RecordError, match=r"must be a (finite )?number"):
        model.place({"age": value})


def test_nothing_to_place_by_names_what_is_needed(model):
    for record in ({}, {"age": None}, {"age": math.nan, "savings": "n/a"}, {"gender": "Female"}):
        with pytest.raises(RecordError, match=r"at least one of: .*annual_income"):
            model.place(record)


def test_a_reader_returns_every_column_that_placing_needs_in_the_order_of_the_table():
    age = Column("Age (years)", "number", "feature", meaning="age")
    member = Column("member", "flag", "feature")
    day = Column("joined", "date", "feature", date_order="dmy")
    schema = Schema((age, member, day, Column("e-mail", "text", "ignore")))
    reader = RecordReader(schema, (age, member, day), ())
    read = reader.read({"member": "yes", "age": "31", "joined": "4/9/2012", "e-mail": "a@b.c"})
    assert list(read) == ["Age (years)", "member", "joined"]
    assert (read["Age (years)"], read["member"]) == (31.0, 1.0)
    assert read["joined"] == read_value(day, "2012-09-04")
    assert (reader.find("AGE"), reader.find("E-Mail"), reader.find("x")) == (
        "Age (years)",
        "e-mail",
        None,
    )
    with pytest.raises(RecordError, match=r"x\. .*must be a number"):
        reader.read({"x": 1, "age": "old"})


def test_where_no_feature_is_known_the_confidence_is_the_base_rate(model):
    nothing = np.full((1, len(model.features)), np.nan)
    shares = model.known_spreads.memberships(model.scaling.alone(nothing))[0]
    assert shares == pytest.approx([segment.share for segment in model.segments])
    frame = pl.DataFrame({c.name: [None, 1.0] for c in model.inputs})
    scored = model.score(frame)
    share = model.segment(scored["segment_id"][0]).share
    assert scored["confidence"][0] == pytest.approx(share)


def test_the_less_is_known_the_less_sure_and_said_so(model):
    customers, _truth = make_customers(300, segments=4, seed=8)
    names = [column.name for column in model.inputs]
    sure, right = [], []
    complete = model.score(customers)["segment_id"].to_numpy()
    for known in range(len(names), 0, -1):
        rows = customers.with_columns(
            pl.lit(None, dtype=customers.schema[n]).alias(n) for n in names[known:]
        )
        scored = model.score(rows)
        sure.append(float(scored["confidence"].mean()))
        right.append(float((scored["segment_id"].to_numpy() == complete).mean()))
    assert sure == sorted(sure, reverse=True)
    assert sure[-1] < 0.7
    # What is said is what comes true, of the whole table.
    assert np.array(sure) == pytest.approx(np.array(right), abs=0.1)
    placed = model.place({names[0]: customers[names[0]][0]})
    assert f"Only 1 of {len(names)} features is known." in placed.notes
    assert any("the confidence allows for any other" in note for note in placed.notes)


def test_a_complete_row_is_not_touched_by_what_is_missing_elsewhere(campaign):
    customers, _truth = make_campaign(120, 4, seed=9)
    customers = customers.drop_nulls([column.name for column in campaign.inputs])
    even = pl.int_range(pl.len()) % 2 == 0
    holes = customers.with_columns(pl.when(even).then(pl.col("Income")).alias("Income"))
    before, after = campaign.score(customers), campaign.score(holes)
    answer = ["segment_id", "confidence"]
    assert before.filter(even).select(answer).equals(after.filter(even).select(answer))
    assert not before.filter(~even).select(answer).equals(after.filter(~even).select(answer))


def test_what_is_known_may_speak_for_another_segment_and_is_said_to(model):
    customers, _truth = make_customers(400, segments=4, seed=4)
    told = 0
    for row in customers.select(c.name for c in model.inputs).head(80).to_dicts():
        name, value = next(iter(row.items()))
        placed, shares = model.place({name: value}), model.likelihoods({name: value})
        likeliest = max(shares, key=shares.__getitem__)
        note = f"What is known speaks rather for {model.segment(likeliest).name}"
        said = any(one.startswith(note) for one in placed.notes)
        assert said == (shares[likeliest] > placed.confidence)
        told += said
    assert told


def test_another_currency_than_in_training_is_refused_by_both_roads():
    from coterie.errors import SchemaError

    customers, _truth = make_customers(200, segments=3, seed=2)
    dollars = customers.with_columns(annual_income="$" + pl.col("annual_income").cast(pl.String))
    model = ct.segment(dollars, k=3).segmentation
    assert model.schema["annual_income"].unit == "$"
    assert model.place({"annual_income": "$ 50,000"}) == model.place({"annual_income": 50_000})
    with pytest.raises(RecordError, match=r"is in [$]; it is '€ 50,000'. Convert it first."):
        model.place({"annual_income": "€ 50,000"})
    with pytest.raises(SchemaError, match=r"annual_income is in €; in training it was in [$]"):
        model.score(customers.with_columns(pl.col("annual_income").cast(pl.String) + " EUR"))


def test_a_bundle_keeps_the_spreads_and_one_without_them_is_guessed_near(model, tmp_path):
    from coterie.stores.bundle import load_bundle, save_bundle

    customers, _truth = make_customers(300, segments=4, seed=8)
    holed = customers.with_columns(pl.lit(None, pl.Float64).alias(model.features[0]))
    known = model.score(holed)["confidence"].to_numpy()
    kept = load_bundle(save_bundle(model, tmp_path / "kept.zip"))
    assert kept.score(holed)["confidence"].to_numpy() == pytest.approx(known, abs=1e-12)
    old = load_bundle(save_bundle(replace(model, spreads=None), tmp_path / "old.zip"))
    assert old.spreads is None
    assert old.score(customers).equals(model.score(customers))
    guessed = old.score(holed)["confidence"].to_numpy()
    assert guessed.mean() == pytest.approx(known.mean(), abs=0.05)
    record = {name: customers[name][0] for name in model.features[1:]}
    assert old.place(record).confidence == pytest.approx(guessed[0], rel=1e-9)


def test_the_labelled_customers_are_as_sure_as_scoring_says(model):
    customers, _truth = make_customers(400, segments=4, seed=4)
    gaps = pl.when(pl.int_range(pl.len()) % 5 == 0).then(None).otherwise(pl.col("savings"))
    study = ct.segment(customers.with_columns(gaps.alias("savings")), k=4)
    kept = study.labelled.collect("polars").to_native()
    scored = study.segmentation.score(customers.with_columns(gaps.alias("savings")))
    assert kept["segment_id"].to_list() == scored["segment_id"].to_list()
    assert kept["confidence"].to_numpy() == pytest.approx(scored["confidence"].to_numpy())


@pytest.mark.parametrize("method", ["mixture", "hdbscan", "kprototypes"])
def test_every_method_allows_for_what_is_missing_alike_by_both_roads(method):
    customers, _truth = make_campaign(300, 4, seed=4)
    k = None if method == "hdbscan" else 4
    chosen = ct.segment(customers, method=method, k=k).segmentation
    names = [column.name for column in chosen.inputs]
    rows = make_campaign(40, 4, seed=9)[0].select(names)
    holed = rows.with_columns(
        pl.when(pl.int_range(pl.len()) % 3 == i % 3).then(None).otherwise(pl.col(name)).alias(name)
        for i, name in enumerate(names)
    )
    scored = chosen.score(holed)
    for record, row in zip(holed.to_dicts(), scored.to_dicts(), strict=True):
        placed = chosen.place(record)
        assert placed.segment_id == row["segment_id"]
        assert placed.confidence == pytest.approx(row["confidence"], rel=1e-9)
        assert 0.0 <= placed.confidence <= 1.0
