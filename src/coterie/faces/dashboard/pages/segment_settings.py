"""The settings of a training: features, scaling, method, number of groups."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

import narwhals as nw
import streamlit as st

from coterie.config import RunConfig, Scaler
from coterie.errors import CoterieError
from coterie.faces.dashboard import pieces
from coterie.faces.dashboard.pages.data_words import for_page
from coterie.faces.dashboard.pages.segment_grid import draw_grid, read_breaks
from coterie.faces.dashboard.pages.segment_methods import METHODS, SCALERS
from coterie.prepare.features import FeatureChoice, choose_features, derive
from coterie.schema import ROW

if TYPE_CHECKING:
    from coterie.stores.shelf import StoredLook, StoredStudy, Upload

KEPT, CHOICE, TAKEN = "segment_kept", "segment_choice", "segment_taken"
AUTOMATIC, CHOSEN = "Find it", "I choose"
LEAST_K, MOST_K = 2, 12
BY_RULE = (
    "The RFM grid goes by three columns that it knows by sight, whatever stands here: days since "
    "the last purchase, number of purchases, spend. To name others, choose just these three."
)

T = TypeVar("T")


def draw(upload: Upload, look: StoredLook, study: StoredStudy | None) -> RunConfig | None:
    """Draw every setting; return them, or None where they contradict each other.

    Parameters
    ----------
    upload : Upload
    look : StoredLook
        Of the upload, under the schema in use.
    study : StoredStudy or None
        An earlier training on the same file, whose recommendation is shown.
    """
    choice = usual_choice(look)
    if choice is None:
        return None
    kept = Kept(upload.id)
    features = _features(look, choice, kept)
    k = _number(study, kept)
    with st.expander("More settings"):
        more = _more(look, kept)
    try:
        if "written" in more:
            more["rfm_grid"] = read_breaks(more.pop("written"))
        return RunConfig(k=k, features=features, **more)
    except CoterieError as error:
        pieces.fault(error)
        return None


class Kept:
    """What was set for one file; it outlives leaving the page, as Streamlit's widgets do not.

    A widget begins with what was set before, and that beginning must stay the same for as long as
    the widget is on the page: else it would be taken for another widget.

    Parameters
    ----------
    upload_id : str
    """

    def __init__(self, upload_id: str) -> None:
        held = st.session_state.setdefault(KEPT, {}).setdefault(upload_id, ({}, {}))
        self._values: dict[str, Any]
        self._first: dict[str, Any]
        self._values, self._first = held
        times = st.session_state.get(TAKEN, {}).get(upload_id, 0)
        # Widgets of another name begin anew, with what was taken over.
        self._id = f"{upload_id}_{times}" if times else upload_id
        self._upload_id = upload_id

    def key(self, name: str) -> str:
        """Return the key of a widget."""
        return f"segment_{name}_{self._id}"

    def first(self, name: str, default: T) -> T:
        """Return what a widget begins with."""
        if self.key(name) not in st.session_state or name not in self._first:
            self._first[name] = self._values.get(name, default)
        return cast("T", self._first[name])

    def now(self, name: str, default: T) -> T:
        """Return what a widget says that is drawn further down."""
        return cast("T", st.session_state.get(self.key(name), self._values.get(name, default)))

    def keep(self, name: str, value: T) -> T:
        """Keep what a widget says now, and return it."""
        self._values[name] = value
        return value

    def take(self, **values: Any) -> None:
        """Take over settings that no widget said: all widgets then begin with what is kept."""
        self._values.update(values)
        self._first.clear()
        taken = st.session_state.setdefault(TAKEN, {})
        taken[self._upload_id] = taken.get(self._upload_id, 0) + 1


def usual_choice(look: StoredLook, *, say: bool = True) -> FeatureChoice | None:
    """Return the features that would be taken, and why each other column would not.

    Looked for among the cleaned rows that the look holds, so that it answers at once however
    large the table is.
    """
    held = st.session_state.get(CHOICE)
    if held is not None and held[0] == look.key:
        return cast("FeatureChoice", held[1])
    frame = nw.from_native(look.sample.with_row_index(ROW).lazy())
    frame = frame.with_columns(nw.col(ROW).cast(nw.Int64))
    as_of = date.fromisoformat(look.as_of) if look.as_of else None
    try:
        choice = choose_features(frame, look.described, derive(look.schema, as_of))
    except CoterieError as error:
        if say:
            pieces.fault(for_page(str(error)))
        return None
    st.session_state[CHOICE] = (look.key, choice)
    return choice


def _features(look: StoredLook, choice: FeatureChoice, kept: Kept) -> tuple[str, ...]:
    """Choose columns; empty where the usual choice stands, which training then makes itself."""
    described = look.described
    own = set(look.schema.names)
    usable = [
        column.name
        for column in described
        if column.numeric and not column.personal and column.role != "id"
    ]
    names = [*choice.chosen, *(name for name in usable if name not in choice.chosen)]
    before = [name for name in kept.first("features", list(choice.chosen)) if name in names]
    chosen = st.multiselect(
        "Features",
        names,
        default=before,
        key=kept.key("features"),
        format_func=lambda name: described[name].label + ("" if name in own else " (computed)"),
        help="What customers are compared by. Fewer that matter are better than many.",
        placeholder="Choose at least one",
    )
    kept.keep("features", chosen)
    usual = tuple(chosen) == choice.chosen
    if usual and METHODS[kept.now("method", "kmeans")].ruled:
        st.caption(BY_RULE)
    else:
        st.caption(choice.why if usual else "Your own choice of features.")
    with st.expander("Every column, and why it takes part or not"):
        _reasons(look, choice, set(chosen))
    if not chosen:
        st.caption("With none chosen, the usual ones are taken.")
        return ()
    return () if usual else tuple(chosen)


def _reasons(look: StoredLook, choice: FeatureChoice, chosen: set[str]) -> None:
    """Draw a table of all columns, original and computed, with the reason of each."""
    own = set(look.schema.names)
    rows = [
        {
            "column": column.label,
            "part": column.name in chosen,
            "from": "table" if column.name in own else "computed",
            "why": for_page(choice.left_out.get(column.name) or column.why or "It tells."),
        }
        for column in look.described
    ]
    rows.sort(key=lambda row: not row["part"])
    st.dataframe(
        rows,
        hide_index=True,
        height=min(38 + 35 * len(rows), 420),
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width="medium"),
            "part": st.column_config.CheckboxColumn("Takes part", width="small"),
            "from": st.column_config.TextColumn("From", width="small"),
            "why": st.column_config.TextColumn("Why", width="large"),
        },
        alt="Which columns take part, and why",
    )


def _number(study: StoredStudy | None, kept: Kept) -> int | None:
    """Choose the number of groups; the recommended one is marked where it is known."""
    how = st.segmented_control(
        "Number of groups",
        [AUTOMATIC, CHOSEN],
        default=kept.first("how", AUTOMATIC),
        key=kept.key("how"),
        required=True,
    )
    kept.keep("how", how)
    best = recommended(study)
    if how != CHOSEN:
        st.caption(
            "Every number from 2 to 12 is tried and judged by all criteria; the evidence decides."
        )
        return None
    marked = {best: f"{best} (recommended)"} if best else {}
    k = st.select_slider(
        "Groups",
        list(range(LEAST_K, MOST_K + 1)),
        value=kept.first("k", min(max(best or 5, LEAST_K), MOST_K)),
        key=kept.key("k"),
        format_func=lambda number: marked.get(number, str(number)),
    )
    kept.keep("k", k)
    if study is not None and best is not None:
        st.caption(f"Recommended: {best}. {study.evidence['reason']}")
        lost = what_is_lost(study.summary["quality"], int(k), best)
        if lost:
            st.caption(lost)
    return int(k)


def recommended(study: StoredStudy | None) -> int | None:
    """Return the number of groups that an earlier training found best."""
    if study is None or not study.evidence["votes"]:  # Not every method tries several.
        return None
    found = study.evidence.get("recommended_k") or study.evidence["k"]
    return int(found)


def what_is_lost(quality: list[dict[str, Any]], k: int, best: int) -> str:
    r"""Say what another number of groups costs, from the figures of an earlier training.

    Examples
    --------
    >>> rows = [{"k": 4, "inertia": 120.0, "stability": 0.8}, {"k": 5, "inertia": 100.0,
    ...         "stability": 0.96}]
    >>> what_is_lost(rows, 4, 5).replace("\N{NO-BREAK SPACE}", " ")
    'With 4: spread within groups up by 20 %; found again 80 % alike (96 % with 5).'
    """
    from coterie.figures.words import say_share

    at = {row["k"]: row for row in quality}
    if k == best or k not in at or best not in at:
        return ""
    here, there = at[k], at[best]
    said = []
    if here.get("inertia") and there.get("inertia"):
        change = here["inertia"] / there["inertia"] - 1.0
        said.append(f"spread within groups {'up' if change > 0 else 'down'} by "
                    f"{say_share(abs(change))}")  # fmt: skip
    if here.get("stability") is not None and there.get("stability") is not None:
        said.append(
            f"found again {say_share(here['stability'])} alike "
            f"({say_share(there['stability'])} with {best})"
        )
    return f"With {k}: {'; '.join(said)}." if said else ""


def _more(look: StoredLook, kept: Kept) -> dict[str, Any]:
    """Draw the settings that few need; all have a sound default."""
    left, right = st.columns(2, gap="large")
    with left:
        method = st.selectbox(
            "Method", list(METHODS), key=kept.key("method"),
            index=list(METHODS).index(kept.first("method", "kmeans")),
            format_func=lambda key: METHODS[key].name,
        )  # fmt: skip
        told = METHODS[kept.keep("method", method)]
        own = "" if told.takes_k or told.ruled else " It finds the number of groups itself."
        st.caption(told.tells + own)
        grid = draw_grid(kept) if told.ruled else {}
        scaler = st.selectbox(
            "Scaler",
            list(SCALERS),
            index=list(SCALERS).index(kept.first("scaler", "standard")),
            key=kept.key("scaler"),
            format_func=lambda key: SCALERS[key][0],
        )
        st.caption(f"So that dollars do not outweigh years: {SCALERS[scaler][1]}.")
        pca = _pca(kept)
    with right:
        seed = st.number_input(
            "Seed", 0, 10**9, value=kept.first("seed", 0), key=kept.key("seed"),
            help="The same table, settings and seed give the same groups.",
        )  # fmt: skip
        as_of = _day(look, kept)
        impute = st.toggle(
            "Fill missing values with the typical one",
            kept.first("impute", True),
            key=kept.key("impute"),
            help="Off: customers who lack a feature are set aside instead.",
        )
    return {
        "method": method,
        "scaler": cast("Scaler", kept.keep("scaler", scaler)),
        "seed": int(kept.keep("seed", seed)),
        "impute": kept.keep("impute", impute),
        "pca": pca,
        "as_of": as_of,
        **grid,
    }


def _pca(kept: Kept) -> float | None:
    """Choose whether features are first folded into fewer directions."""
    on = st.toggle(
        "Fold similar features (PCA)",
        kept.first("pca_on", False),
        key=kept.key("pca_on"),
        help="Worth a try with many features that go together; groups are then harder to explain.",
    )
    kept.keep("pca_on", on)
    if not on:
        return None
    share = st.slider(
        "Share of all differences to keep (%)",
        50,
        99,
        value=kept.first("pca", 90),
        key=kept.key("pca"),
    )
    return float(kept.keep("pca", share)) / 100


def _day(look: StoredLook, kept: Kept) -> date | None:
    """Choose the day that ages and tenures are counted to."""
    found = date.fromisoformat(look.as_of) if look.as_of else None
    day: date | None = st.date_input(
        "Count ages to",
        kept.first("as_of", found),
        key=kept.key("as_of"),
        min_value=date(1950, 1, 1),
        max_value=date(2100, 12, 31),
        help="By default the day after the newest date in the table.",
    )
    return day if kept.keep("as_of", day) != found else None
