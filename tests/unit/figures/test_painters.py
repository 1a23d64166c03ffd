from __future__ import annotations

import json
import subprocess
import sys

import pytest
from PIL import Image

from coterie.errors import OutputError
from coterie.figures import charts
from coterie.figures.interactive import to_plotly
from coterie.figures.palette import segment_colour
from coterie.figures.static import paint, png, safe_name, write_figures

from .conftest import COLUMNS, charts_of

HOSTILE = '<script>alert("x")</script> <b>&</b> %{x} $\\alpha$ 名前 😀 </script>'
KINDS = tuple(charts_of({1: "A", 2: "B"}))


@pytest.mark.parametrize("name", KINDS)
def test_every_chart_paints_with_both_painters(every_chart, name):
    chart = every_chart[name]
    figure = to_plotly(chart)
    json.loads(figure.to_json())
    assert figure.layout.meta["alt"] == chart.alt
    assert png(chart)[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("count", [1, 13])
def test_one_segment_and_more_segments_than_colours_paint(count):
    names = {i: f"A segment with a rather long name, number {i}" for i in range(1, count + 1)}
    for chart in charts_of(names).values():
        to_plotly(chart)
        paint(chart)


def test_hostile_names_paint_without_a_warning_and_stay_text():
    columns = tuple(type(c)(c.name, c.kind, c.role, label=HOSTILE, unit="<i>") for c in COLUMNS)
    for chart in charts_of({1: HOSTILE, 2: "B"}, columns=columns).values():
        png(chart)
        shown = json.loads(to_plotly(chart).to_json())
        shown["layout"].pop("meta")
        text = json.dumps(shown)
        assert "<script" not in text
        assert "<b>&" not in text


def test_empty_charts_paint():
    nothing = [
        charts.elbow([], elbow=None, chosen=None),
        charts.criteria([], chosen=None),
        charts.silhouettes([], [], names={1: "A"}),
        charts.scatter([], [], [], axes=COLUMNS[:2], names={1: "A"}),
        charts.sizes({1: "A"}, {}),
        charts.missing_map(["a"], [0], 10),
        charts.correlations([], []),
        charts.distributions([]),
        charts.flow([], left_title="now", right_title="then"),
        charts.comparison([], {1: "A"}, {}, average={}),
        charts.profile_heatmap([], {1: "A"}, {}, average={}, spread={}),
    ]
    for chart in nothing:
        to_plotly(chart)
        png(chart)


@pytest.mark.parametrize("large", [1e300, 1.7e308, 5e-324])
def test_extreme_values_paint(large):
    rows = [{"k": 2, "inertia": large, "gap": -large}, {"k": 3, "inertia": 0.0, "gap": large}]
    same = [5.0, 5.0]
    box = dict.fromkeys(("low", "min"), -large) | dict.fromkeys(("high", "max", "q3"), large)
    for chart in (
        charts.elbow(rows, elbow=None, chosen=2),
        charts.criteria(rows, chosen=2),
        charts.scatter(same, same, [1, 2], axes=COLUMNS[:2], names={1: "A", 2: "B"}),
        charts.outliers(COLUMNS[:1], [{**box, "q1": 0.0, "median": 0.0}]),
        charts.distribution(COLUMNS[0], [-large, large], [3], median=large),
        charts.scatter([large, -large], same, [1, 1], axes=COLUMNS[:2], names={1: "A"}),
        charts.distribution(COLUMNS[0], [0.0, 0.0], [3]),
    ):
        to_plotly(chart)
        png(chart)


def test_a_segment_has_the_same_colour_in_every_interactive_picture(every_chart):
    for name in ("clusters_2d", "clusters_3d", "clusters_pca"):
        traces = to_plotly(every_chart[name]).data
        drawn = {t.name: t.marker.color for t in traces if t.name in ("Stars", "Careless")}
        assert drawn == {"Stars": segment_colour(1), "Careless": segment_colour(2)}
    bars = to_plotly(every_chart["sizes"]).data
    assert [bar.marker.color for bar in bars] == [segment_colour(i) for i in (1, 2, 3)]


def test_the_same_chart_gives_the_same_bytes(every_chart):
    chart = every_chart["clusters_2d"]
    assert png(chart) == png(chart)
    assert to_plotly(chart).to_json() == to_plotly(chart).to_json()


def test_names_only_reach_plotly_escaped_and_hover_says_exact_values(every_chart):
    trace = to_plotly(every_chart["clusters_2d"]).data[0]
    assert "%{customdata[0]:,.6~g}" in trace.hovertemplate


def test_many_points_are_drawn_by_the_graphics_card_and_few_are_not(every_chart):
    assert to_plotly(every_chart["clusters_2d"]).data[0].type == "scatter"
    values = list(range(3_000))
    many = charts.scatter(values, values, [1] * 3_000, axes=COLUMNS[:2], names={1: "A"})
    assert to_plotly(many).data[0].type == "scattergl"


def test_files_are_written_under_names_that_any_file_system_takes(every_chart, tmp_path):
    chart = every_chart["sizes"]
    shown = {"elbow": chart, "a/b: c?": chart, "A_b_C": chart, "..": chart}
    written = write_figures(shown, tmp_path / "figures")
    assert [p.name for p in written.values()] == [
        "elbow.png",
        "a_b_c.png",
        "A_b_C_2.png",
        "figure.png",
    ]
    with Image.open(written["elbow"]) as picture:
        assert picture.size[0] > 1_000
        assert picture.info["Description"] == chart.alt


def test_a_folder_that_is_a_file_is_said(every_chart, tmp_path):
    (tmp_path / "figures").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_figures({"sizes": every_chart["sizes"]}, tmp_path / "figures")


def test_safe_names_are_short_and_never_empty():
    assert len(safe_name("x" * 500)) == 80
    assert safe_name("😀 / ?") == "figure"


def test_painting_leaves_matplotlib_as_it_was(every_chart):
    import matplotlib

    before = dict(matplotlib.rcParams)
    png(every_chart["elbow"])
    assert dict(matplotlib.rcParams) == before


def test_nothing_heavy_is_imported_with_the_charts():
    code = (
        "import sys; import coterie.figures.charts, coterie.figures.static,"
        " coterie.figures.interactive, coterie.report;"
        " heavy = {'matplotlib', 'plotly', 'polars', 'jinja2', 'sklearn', 'scipy'};"
        " print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
