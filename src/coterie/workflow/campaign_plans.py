"""The plan of a campaign: whom to contact, what to expect, and the list of customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from coterie.errors import ConfigError, InputError
from coterie.insight.answers import (
    SEGMENT,
    Control,
    answered_yes,
    count_answers,
    find_responses,
    held_out,
    read_control,
)
from coterie.insight.planning import Cell, Plan, Terms, hold_out, plan_contacts
from coterie.schema import ROW, Column
from coterie.workflow.campaigns import Labelled, Segmented

if TYPE_CHECKING:
    import polars as pl

MOST_EARLIER = 2
"""Other campaigns said yes to: none, one, and this many or more are told apart."""


@dataclass(frozen=True, eq=False)
class CampaignPlan:
    """Whom to contact in a campaign like one that was run.

    Attributes
    ----------
    campaign : Column
    names : mapping of int to str
    plan : Plan
    customers : polars.DataFrame
        The list: the table's id columns (or ``row``, from 1), ``segment_id``, ``segment``,
        ``group`` ("contact" or "holdout"), ``expected_rate``; best first.
    circular : bool
        The segments were made from these answers.
    in_none : int
        Customers whom no segment reaches; they are in no plan.
    """

    campaign: Column
    names: Mapping[int, str]
    plan: Plan
    customers: pl.DataFrame
    circular: bool
    in_none: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, without the list."""
        from coterie.workflow.campaigns_words import tell_plan

        plan = self.plan
        return {
            "campaign": self.campaign.name,
            "label": self.campaign.label,
            "terms": asdict(plan.terms),
            "break_even_rate": plan.terms.break_even,
            "incremental": plan.incremental,
            "chosen": plan.chosen,
            "kept_aside": plan.kept_aside,
            "outcome": asdict(plan.outcome),
            "everybody": asdict(plan.everybody),
            "segments": [
                {**row, "segment": self.names[row["segment_id"]]}
                for row in plan.by_segment(list(self.names))
            ],
            "curve": [asdict(point) for point in plan.curve],
            "circular": self.circular,
            "in_no_segment": self.in_none,
            "says": tell_plan(self),
        }


def plan_campaign(
    study: Segmented | Labelled,
    campaign: str,
    *,
    cost: float,
    value: float,
    budget: float | None = None,
    holdout: float = 0.1,
    seed: int = 0,
    control: str | None = None,
) -> CampaignPlan:
    """Choose whom to contact in the next campaign like one that was run.

    Parameters
    ----------
    study : Study, stored study or Labelled
    campaign : str
        Column of its answers.
    cost, value : float
        Of a contact; and of a yes, in the same money.
    budget : float, optional
        For contacts.
    holdout : float
        Share of the chosen kept aside, by chance within each segment, for measuring.
    seed : int
        The same seed, the same list.
    control : str, optional
        As in `read_campaigns`. With it, what counts is the yes that the contact brings.

    Returns
    -------
    CampaignPlan
        Customers of a segment who said yes to other campaigns are told apart from those who did
        not, where there are other campaigns and no control group.

    Raises
    ------
    ConfigError
        If cost, value, budget, holdout or seed cannot be.
    InputError, MissingColumnsError
        As `read_campaigns`; and if nobody's answer is known.

    Examples
    --------
    >>> import coterie as ct
    >>> from coterie.tables.synthetic import make_campaign
    >>> table, _ = make_campaign(600, segments=3, seed=2)
    >>> found = plan_campaign(ct.segment(table), "Response", cost=3, value=30, holdout=0.2)
    >>> found.customers.columns
    ['ID', 'segment_id', 'segment', 'group', 'expected_rate']
    """
    terms = Terms(float(cost), float(value), budget, holdout, seed)
    held = Labelled.of(study)
    if campaign not in held.schema:
        known = ", ".join(c.name for c in find_responses(held.schema)[0]) or "none"
        raise ConfigError([f"There is no campaign {campaign}. The answers in this table: {known}."])
    column = held.schema[campaign]
    left_out = read_control(control, held.schema) if control else None
    others = [c for c in find_responses(held.schema)[0] if c.name != campaign]
    count_answers(held.frame, [column], control=left_out)  # raises on answers that are none
    told = _told(held, column, [] if left_out else others, left_out)
    cells = _cells(told, bool(others) and left_out is None)
    if not sum(cell.asked for cell in cells):
        raise InputError(
            f"Nobody's answer to {column.label} is known: there is no rate to plan by."
        )
    plan = plan_contacts(cells, terms)
    return CampaignPlan(
        campaign=column,
        names=dict(held.names),
        plan=plan,
        customers=_list_of(told, plan, held),
        circular=bool(held.circular([column])),
        in_none=_count_in_none(held),
    )


def _count_in_none(held: Labelled) -> int:
    """Return how many customers no segment holds."""
    outside = ~nw.col(SEGMENT).is_in(list(held.names))
    counted = held.frame.select(outside.fill_null(value=True).cast(nw.Int64).sum().alias("n"))
    return int(counted.collect("polars").get_column("n")[0] or 0)


def _told(
    held: Labelled, column: Column, others: Sequence[Column], control: Control | None
) -> pl.DataFrame:
    """Return every customer with segment, answer, other answers and group, in the table's order."""
    types = held.frame.collect_schema()
    ids = [c.name for c in held.schema.with_role("id") if c.name in types.names()]
    earlier = [answered_yes(c.name, types[c.name]).fill_null(0) for c in others]
    counted = nw.sum_horizontal(*earlier) if earlier else nw.lit(0)
    rows = held.frame.sort(ROW) if ROW in types.names() else held.frame
    row = [nw.col(ROW)] if ROW in types.names() else []
    picked = rows.filter(nw.col(SEGMENT).is_in(list(held.names))).select(
        *row,
        *(nw.col(name) for name in ids),
        nw.col(SEGMENT).cast(nw.Int64).alias("__segment"),
        answered_yes(column.name, types[column.name]).alias("__yes"),
        counted.cast(nw.Int64).clip(0, MOST_EARLIER).alias("__earlier"),
        held_out(control, types).alias("__held"),
    )
    frame: pl.DataFrame = picked.collect("polars").to_native()
    return frame


def _cells(told: pl.DataFrame, with_earlier: bool) -> list[Cell]:
    """Count the customers that are alike for the plan."""
    import polars as pl

    sent, held = (
        pl.col("__yes").filter(pl.col("__held") == 0),
        pl.col("__yes").filter(pl.col("__held") == 1),
    )
    counted = (
        told.group_by("__segment", "__earlier")
        .agg(
            pl.len().alias("customers"),
            sent.sum().alias("yes"),
            sent.count().alias("asked"),
            held.sum().alias("held_yes"),
            held.count().alias("held_asked"),
        )
        .sort("__segment", "__earlier")
    )
    return [
        Cell(
            segment_id=row["__segment"],
            earlier=row["__earlier"] if with_earlier else None,
            **{k: int(row[k]) for k in ("customers", "yes", "asked", "held_yes", "held_asked")},
        )
        for row in counted.iter_rows(named=True)
    ]


def _list_of(told: pl.DataFrame, plan: Plan, held: Labelled) -> pl.DataFrame:
    """Return the chosen customers, best first; who of a cell is chosen is left to chance."""
    import polars as pl

    rng = np.random.default_rng([plan.terms.seed, 2])
    segment = told.get_column("__segment").to_numpy()
    earlier = told.get_column("__earlier").to_numpy()
    rows, groups, rates = [], [], []
    for step in plan.steps:
        here = segment == step.cell.segment_id
        if step.cell.earlier is not None:
            here &= earlier == step.cell.earlier
        drawn = np.sort(rng.permutation(np.flatnonzero(here))[: step.chosen])
        aside = hold_out([step.cell.segment_id] * len(drawn), plan.terms.holdout, rng)
        rows += drawn.tolist()
        groups += ["holdout" if kept else "contact" for kept in aside]
        rates += [step.rate] * len(drawn)
    chosen = told[rows]
    ids = [name for name in told.columns if not name.startswith("__")]
    if not ids:
        number = chosen.get_column(ROW) if ROW in told.columns else pl.Series(rows, dtype=pl.Int64)
        chosen, ids = chosen.with_columns((number + 1).alias("row")), ["row"]
    number = chosen.get_column("__segment")
    return chosen.select(ids).with_columns(
        number.alias(_free("segment_id", ids)),
        number.replace_strict(dict(held.names), return_dtype=pl.String).alias(
            _free("segment", ids)
        ),
        pl.Series(_free("group", ids), groups, dtype=pl.String),
        pl.Series(_free("expected_rate", ids), rates, dtype=pl.Float64),
    )


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a column's name that no id has."""
    while name in taken:
        name += "_"
    return name
