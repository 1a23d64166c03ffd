from __future__ import annotations

import numpy as np
import pytest

from coterie.figures import charts
from coterie.figures.chart import MOST_POINTS, Chart, thin_points
from coterie.schema import Column

INCOME = Column("income", "number", "feature", label="Annual income", unit="k$")
SCORE = Column("score", "number", "feature", label="Spending score")
FLAG = Column("female", "flag", "feature", label="Female")


def test_columns_of_a_chart_are_equally_long():
    with pytest.raises(ValueError, match="equally long"):
        Chart("elbow", "Elbow", data={"k": (1, 2), "inertia": (3.0,)})


def test_the_elbow_chart_holds_the_curve_and_its_marks():
    rows = [{"k": 2, "inertia": 9.0}, {"k": 3, "inertia": 4.0}]
    chart = charts.elbow(rows, elbow=3, chosen=2)
    assert chart.data == {"k": (2, 3), "inertia": (9.0, 4.0)}
    assert (chart.encoding["elbow"], chart.encoding["chosen"]) == (3, 2)
    assert "bends most at 3" in chart.alt


def test_a_null_band_is_two_standard_deviations_either_side():
    rows = [
        {"k": 2, "silhouette": 0.5, "silhouette_null": 0.3, "silhouette_null_sd": 0.05},
        {"k": 3, "silhouette": 0.4, "silhouette_null": None, "silhouette_null_sd": None},
    ]
    (panel,) = charts.criteria(rows, chosen=2).panels
    assert panel.data["null_low"] == (pytest.approx(0.2), None)
    assert panel.data["null_high"] == (pytest.approx(0.4), None)


def test_each_criterion_is_best_where_its_own_rule_says():
    rows = [
        {"k": 2, "davies_bouldin": 0.9, "prediction_strength": 0.95, "gap": 0.1},
        {"k": 3, "davies_bouldin": 0.4, "prediction_strength": 0.85, "gap": 0.3},
        {"k": 4, "davies_bouldin": 0.7, "prediction_strength": 0.70, "gap": 0.2},
    ]
    best = {p.title: p.encoding["best"] for p in charts.criteria(rows, chosen=None).panels}
    assert best == {"Davies-Bouldin": 3, "Prediction strength": 3, "Gap": 3}
    told = charts.criteria(rows, chosen=None, best={"gap": 2}).panels
    assert {p.title: p.encoding["best"] for p in told}["Gap"] == 2


def test_no_k_passes_the_bar_of_prediction_strength():
    rows = [{"k": 2, "prediction_strength": 0.5}]
    (panel,) = charts.criteria(rows, chosen=2).panels
    assert panel.encoding["best"] is None


def test_silhouettes_are_sorted_within_their_segments():
    chart = charts.silhouettes([0.1, 0.9, -0.2, 0.5], [2, 2, 1, 2], names={1: "A", 2: "B"})
    assert chart.data["segment_id"] == (1, 2, 2, 2)
    assert chart.data["silhouette"] == (-0.2, 0.9, 0.5, 0.1)
    assert chart.encoding["below"] == {1: 1.0, 2: 0.0}
    assert chart.encoding["overall"] == pytest.approx(0.325)


def test_silhouettes_of_many_are_thinned_evenly_and_keep_both_ends():
    values = np.linspace(-1, 1, 50_000)
    chart = charts.silhouettes(values, np.ones(50_000), names={1: "All"}, limit=500)
    assert len(chart) == 500
    assert (chart.data["silhouette"][0], chart.data["silhouette"][-1]) == (1.0, -1.0)


def test_a_scatter_keeps_own_units_and_puts_names_at_the_means():
    chart = charts.scatter(
        [10.0, 20.0, 90.0], [1.0, 3.0, 50.0], [1, 1, 2], axes=(INCOME, SCORE),
        names={1: "Careful", 2: "Stars"},
    )  # fmt: skip
    assert chart.data["x"] == (10.0, 20.0, 90.0)
    assert chart.encoding["x_label"] == "Annual income (k$)"
    assert chart.encoding["centres"] == {1: (15.0, 2.0), 2: (90.0, 50.0)}
    assert chart.note == ""


def test_a_scatter_of_many_says_that_it_is_thinned_and_is_the_same_each_time():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 20_000))
    ids = np.ones(20_000, dtype=int)
    one, two = (charts.scatter(x, y, ids, axes=(INCOME, SCORE), names={1: "All"}) for _ in "ab")
    assert one == two
    assert len(one) == MOST_POINTS
    assert one.note == "4,000 of 20,000 customers are drawn, fewer where they crowd."


def test_customers_without_a_value_are_counted_not_drawn():
    chart = charts.scatter(
        [1.0, np.nan, 3.0], [1.0, 2.0, np.inf], [1, 1, 1], axes=(INCOME, SCORE), names={1: "All"}
    )
    assert chart.data["x"] == (1.0,)
    assert "2 without one of these values cannot be drawn" in chart.note


def test_one_far_customer_does_not_shrink_the_picture_and_is_told():
    income = np.append(np.linspace(20, 120, 999), 666_666.0)
    chart = charts.scatter(
        income, np.arange(1000.0), np.ones(1000), axes=(INCOME, SCORE), names={1: "All"}
    )
    assert max(chart.data["x"]) == 120
    assert chart.note == "1 far beyond all others would shrink the picture and is left out."


def test_customers_who_cannot_be_drawn_are_not_said_to_be_thinned():
    x = [1.0, 2.0, np.nan, 4.0]
    chart = charts.scatter(x, x, [1] * 4, axes=(INCOME, SCORE), names={1: "All"}, total=4)
    assert "fewer where they crowd" not in chart.note


def test_thinning_spares_the_thin_places():
    rng = np.random.default_rng(2)
    crowd = rng.normal(0, 0.01, size=(20_000, 2))
    lonely = rng.uniform(5, 9, size=(200, 2))
    x, y = np.vstack([crowd, lonely]).T
    kept = thin_points(x, y, limit=1_000)
    assert len(kept) == 1_000
    assert (kept >= 20_000).mean() > 3 * 200 / 20_200


def test_sizes_are_shares_of_all_customers():
    chart = charts.sizes({1: "A", 2: "B"}, {1: 30, 2: 10})
    assert chart.data["share"] == (0.75, 0.25)


def test_a_profile_cell_says_the_mean_and_is_coloured_by_its_difference():
    chart = charts.profile_heatmap(
        [INCOME, FLAG], {1: "A"}, {"income": {1: 80.0}, "female": {1: 0.25}},
        average={"income": 60.0, "female": 0.5}, spread={"income": 10.0, "female": 0.5},
    )  # fmt: skip
    assert chart.data["difference"] == (2.0, -0.5)
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in chart.data["text"]] == [
        "80 k$",
        "25 %",
    ]


def test_a_constant_feature_has_no_colour():
    chart = charts.profile_heatmap(
        [INCOME], {1: "A"}, {"income": {1: 5.0}}, average={"income": 5.0}, spread={"income": 0.0}
    )
    assert chart.data["difference"] == (0.0,)


def test_a_flag_has_a_share_and_no_range():
    stats = {"female": {1: {"mean": 0.4, "low": 0.0, "high": 1.0}}}
    (panel,) = charts.comparison([FLAG], {1: "A"}, stats, average={"female": 0.5}).panels
    assert (panel.data["mean"], panel.data["low"], panel.data["high"]) == ((0.4,), (None,), (None,))


def test_a_histogram_needs_one_edge_more_than_counts():
    with pytest.raises(ValueError, match="n_edges=2 should be n_counts"):
        charts.distribution(INCOME, [0.0, 1.0], [1, 2])


def test_the_strongest_correlations_are_said_in_words():
    chart = charts.correlations(["a", "b", "c"], [[1, 0.1, -0.9], [0.1, 1, None], [-0.9, None, 1]])
    assert "Strongest: a and c -0.90; a and b 0.10" in chart.alt


def test_columns_that_lack_nothing_are_left_off_the_missing_map():
    chart = charts.missing_map(["a", "b"], [0, 5], 10)
    assert chart.data == {"column": ("b",), "block": (0,), "share": (0.5,)}
    assert chart.note == "1 of 2 columns lack nothing."
    assert charts.missing_map(["a"], [0], 10).note == "Nothing is missing."


def test_values_beyond_the_usual_range_include_both_extremes():
    stats = {"q1": 1, "median": 2, "q3": 3, "low": 0, "high": 5, "min": -4, "max": 9, "outside": 2}
    (panel,) = charts.outliers([INCOME], [stats]).panels
    assert panel.data["value"] == (-4.0, 9.0)
    assert panel.encoding["text"] == "2 beyond the usual range"


def test_the_frame_of_small_multiples_names_its_panels(every_chart):
    frame = every_chart["criteria"].frame()
    assert set(frame["panel"]) >= {"Silhouette", "Gap", "Davies-Bouldin"}
    assert len(frame) == len(every_chart["criteria"])
    assert every_chart["sizes"].frame()["customers"].sum() == 120


def test_every_chart_has_words_for_those_who_cannot_see_it(every_chart):
    for name, chart in every_chart.items():
        assert len(chart.alt) > 10, name
        assert chart.title, name


def test_a_flag_is_drawn_as_no_and_yes_whatever_the_bins():
    chart = charts.distribution(FLAG, [0.0, 0.25, 0.5, 0.75, 1.0], [30, 0, 0, 10])
    assert chart.data["customers"] == (30, 10)
    assert chart.encoding["median_text"].replace("\N{NO-BREAK SPACE}", " ") == "25 % yes"


def test_points_of_few_whole_numbers_are_spread_and_keep_their_values():
    ids = np.ones(100, dtype=int)
    children = np.arange(100) % 3
    chart = charts.scatter(
        children, np.linspace(0, 1, 100), ids, axes=(SCORE, INCOME), names={1: "All"}
    )
    assert set(chart.data["x"]) == {0.0, 1.0, 2.0}
    away = np.abs(np.array(chart.data["x_drawn"]) - np.array(chart.data["x"]))
    assert 0 < away.max() <= 0.28
    assert "y_drawn" not in chart.data


def test_years_are_neither_rounded_nor_separated():
    born = Column("Year_Birth", "number", "feature", meaning="birth_year", label="Year of birth")
    stats = {"Year_Birth": {1: {"mean": 1968.4, "low": 1950.0, "high": 1985.0}}}
    (panel,) = charts.comparison([born], {1: "A"}, stats, average={"Year_Birth": 1969.0}).panels
    assert panel.encoding["texts"] == ("1968",)


def test_a_table_of_very_many_columns_draws_the_first_and_says_so():
    labels = [f"c{i}" for i in range(300)]
    grid = np.eye(300).tolist()
    panel = charts.distribution(SCORE, [0.0, 1.0], [1])
    for chart in (charts.correlations(labels, grid), charts.distributions([panel] * 300)):
        assert chart.note == "The first 60 of 300 columns."
    assert len(charts.correlations(labels, grid)) == 60 * 60
    assert "240 more lack less" in charts.missing_map(labels, [1] * 300, 10).note


def test_a_histogram_says_what_lies_beyond_it():
    from coterie.figures import charts
    from coterie.schema import Column

    column = Column("x", "number", "feature", label="X")
    assert charts.distribution(column, (0.0, 1.0), (3,)).note == ""
    shown = charts.distribution(column, (0.0, 1.0), (3,), beyond=2)
    assert shown.note == "2 values lie beyond the picture, far from all others."
