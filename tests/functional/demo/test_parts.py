"""What the Gradio page says and asks, without a browser."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from coterie.errors import CoterieError, DateOrderError, InputError
from coterie.faces.demo import create_demo, form, page_options, pictures, words
from coterie.faces.demo.studio import NotYoursError, Studio, run_config, told
from coterie.figures import palette
from coterie.schema import Column
from coterie.stores.shelf import NoSuchStudyError

ENDPOINTS = {"segment", "studies", "segments", "form", "place", "labelled"}


def test_the_form_has_a_field_for_each_column_that_placing_needs(study: Any):
    model = study.segmentation
    made = form.fields(model, form.typical(model))
    assert [field.label for field in made] == [
        "Age (years)", "Annual income", "Spending score (points)", "Savings",
    ]  # fmt: skip
    assert made[0].value == model.inputs[0].typical


def test_each_kind_of_column_gets_a_field_of_its_kind(study: Any):
    columns = (
        Column("vip", "flag", "feature", typical=1.0),
        Column("city", "category", "feature", choices=("Bonn", "Kiel"), typical="Bonn"),
        Column("joined", "date", "feature"),
    )
    model = SimpleNamespace(inputs=columns, ranges={})
    flag, category, date = form.fields(model, form.typical(model))
    assert (flag.value, [value for _, value in flag.choices]) == ("yes", ["yes", "no", "not known"])
    assert (category.value, len(category.choices)) == ("Bonn", 3)
    assert (date.value, date.info) == ("", "A day such as 2024-05-31")


def test_what_is_left_empty_is_not_in_the_record(study: Any):
    given = form.record(study.segmentation, [31, None, "", "not known"])
    assert given == {"age": 31}


def test_a_real_customer_of_a_segment_is_placed_in_it(study: Any):
    model = study.segmentation
    for segment in model.segments:
        start = form.example(study, segment.id)
        answer = model.place(form.record(model, list(start.values())))
        assert answer.segment_id == segment.id


def test_programs_get_bounds_and_what_training_saw(study: Any):
    plain = form.described(study.segmentation)
    assert plain[0]["name"] == "age"
    assert plain[0]["seen_lowest"] >= 18
    assert plain[0]["unit"] == "years"


def test_the_answer_names_every_segment_and_escapes_what_people_wrote(study: Any):
    said = words.answer(study.card.name, study.summary, study.segmentation)
    assert "Three &lt;groups&gt;" in said
    assert "<groups>" not in said
    for segment in study.segmentation.segments:
        assert segment.name in said
        assert palette.segment_colour(segment.id) in said


def test_a_segments_name_cannot_bring_its_own_markup(study: Any):
    model = study.segmentation.renamed({1: "<img src=x onerror=alert(1)>"})
    answer = replace(model.place({"age": 30}), segment_id=1)
    for said in (words.profiles(model), words.placed(answer, model)):
        assert "<img" not in said


def test_pictures_have_one_colour_a_segment(study: Any):
    for name in pictures.MAPS:
        figure = pictures.picture(study, name, None)
        used = {
            trace.name: trace.marker.color
            for trace in figure.data
            if trace.customdata is not None and trace.name
        }
        assert used == {
            segment.name: palette.segment_colour(segment.id)
            for segment in study.segmentation.segments
        }


def test_a_narrow_window_gets_shorter_pictures(study: Any):
    wide = pictures.picture(study, "clusters_2d", {"width": 1440})
    narrow = pictures.picture(study, "clusters_2d", {"width": 390})
    assert narrow.layout.height < wide.layout.height


def test_a_picture_in_the_dark_keeps_the_segments_colours_and_none_of_the_papers(study: Any):
    night = pictures.picture(study, "clusters_2d", {"dark": True})
    assert palette.INK not in night.to_json()
    assert palette.segment_colour(1) in night.to_json()


def test_a_study_without_a_picture_shows_none(study: Any):
    assert pictures.picture(study, "no such chart", None) is None
    assert pictures.words(study, "no such chart") == ""


@pytest.mark.parametrize("automatic", [True, False])
def test_the_slider_counts_only_if_people_decide(automatic: bool):
    assert run_config(automatic, 4, "").k == (None if automatic else 4)


def test_no_option_of_the_command_line_is_told_on_a_page():
    said = told(DateOrderError("joined", "01/02/2020"))
    assert "--" not in said
    assert "More settings" in said


def test_pages_do_not_see_each_others_studies(studio: Studio, study: Any, request_of: Any):
    mine, other = studio.visitor(request_of()), studio.visitor(request_of("another page"))
    assert studio.study(mine, "").id == study.id
    with pytest.raises(NoSuchStudyError):
        studio.study(other, study.id)
    with pytest.raises(InputError, match="Train first"):
        studio.study(other, "")


def test_a_page_without_a_session_is_nobody(studio: Studio, request_of: Any):
    with pytest.raises(NotYoursError):
        studio.visitor(request_of(""))


def test_a_closed_page_leaves_no_file(studio: Studio, request_of: Any, tmp_path: Path):
    owner = studio.visitor(request_of("to be closed"))
    file = tmp_path / "own.csv"
    file.write_text("age,income\n31,5\n")
    upload = studio.accept(owner, file)
    assert not file.exists()
    assert upload.path.exists()
    studio.forget("to be closed")
    assert not upload.path.exists()


def test_a_visitor_long_gone_is_swept_by_the_next(
    studio: Studio, request_of: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    owner = studio.visitor(request_of("long gone"))
    (tmp_path / "own.csv").write_text("age,income\n31,5\n")
    upload = studio.accept(owner, tmp_path / "own.csv")
    monkeypatch.setitem(studio._seen, owner, -1e9)
    studio.visitor(request_of("the next"))
    assert not upload.path.exists()


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(50), b"PK\x03\x04 broken"])
def test_what_is_no_table_is_refused_in_a_sentence(
    studio: Studio, request_of: Any, tmp_path: Path, content: bytes
):
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(CoterieError, match=r"table\.csv"):
        studio.accept(studio.visitor(request_of()), file)
    assert not file.exists()


def test_without_file_or_sample_there_is_nothing_to_train_on(studio: Studio, request_of: Any):
    with pytest.raises(InputError, match="Choose a file"):
        studio.start(studio.visitor(request_of()), "", "", run_config(True, None, None))


class Behind:
    """Stands for a server's services, behind its gate."""

    def __init__(self, studio: Studio, folder: Path) -> None:
        self.shelf, self.jobs = studio.shelf, studio.jobs
        self.settings = SimpleNamespace(upload_mb=7, data_dir=folder)


def _request(person: Any) -> Any:
    scope = {"state": {"person": person}}
    return SimpleNamespace(session_hash="s", request=SimpleNamespace(scope=scope))


def test_behind_a_server_the_visitor_is_the_person(studio: Studio, tmp_path: Path):
    served = Studio(Behind(studio, tmp_path))
    analyst = SimpleNamespace(id=7, may=lambda action: True)
    viewer = SimpleNamespace(id=8, may=lambda action: action in ("look", "place"))
    assert served.visitor(_request(analyst), "train") == 7
    assert served.visitor(_request(viewer), "place") == 8
    with pytest.raises(NotYoursError, match="Your role"):
        served.visitor(_request(viewer), "train")


def test_behind_a_server_nobody_is_let_in_without_the_gate(studio: Studio, tmp_path: Path):
    served = Studio(Behind(studio, tmp_path))
    with pytest.raises(NotYoursError, match="no longer logged in"):
        served.visitor(_request(None))
    with pytest.raises(NotYoursError):
        served.visitor(SimpleNamespace(session_hash="s", request=None))


def test_a_server_says_how_large_a_file_may_be(studio: Studio, tmp_path: Path):
    assert page_options(Behind(studio, tmp_path))["max_file_size"] == 7_000_000


def test_the_page_fetches_no_font_and_no_script():
    options = page_options()
    assert "http" not in options["head"] + options["css"]
    assert options["theme"]._stylesheets == []
    assert options["footer_links"] == []


def test_programs_find_exactly_these_endpoints():
    async def made() -> Any:
        return create_demo()  # Without a loop that runs, Gradio leaves two of its own open.

    page = asyncio.run(made())
    named = {
        function.api_name
        for function in page.fns.values()
        if function.api_visibility == "public" and function.api_name
    }
    assert named == ENDPOINTS


def test_the_template_never_fails_on_one_segment(study: Any):
    one = replace(study.segmentation, segments=study.segmentation.segments[:1])
    said = words.answer("one", {**study.summary, "k": 1}, one)
    assert "One segment" in said
