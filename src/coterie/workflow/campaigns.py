"""Campaigns of a table that has segments: who answered what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import narwhals as nw

from coterie.errors import InputError
from coterie.insight.answers import count_answers, find_responses, read_control
from coterie.insight.responses import Amount, Campaign, amounts, count_looks, judge_answers
from coterie.schema import Column, Schema
from coterie.schema.notes import Note

if TYPE_CHECKING:
    from coterie.segmentation import Segmentation

NO_ANSWERS = (
    "There is no answer to a campaign in this table. It needs a column that says for each "
    "customer whether they said yes (1 or yes) or no (0 or no): give it the role response in "
    "the schema, or name it."
)


class Segmented(Protocol):
    """What has segments and labelled customers: a Study, or one that was stored."""

    @property
    def labelled(self) -> Any:
        """Every customer with ``segment_id``."""

    @property
    def segmentation(self) -> Segmentation:
        """The fitted whole."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """Customers with their segments, wherever they come from.

    Attributes
    ----------
    frame : LazyFrame
        With ``segment_id`` (from 1; 0 or empty for none) and the columns of `schema`.
    schema : Schema
    names : mapping of int to str
        Of the segments, in their order.
    features : tuple of str or None
        Columns the segments were made from; None where that is not known.
    behind : mapping of str to tuple of str
        Columns that a computed feature was computed from.
    """

    frame: nw.LazyFrame[Any]
    schema: Schema
    names: Mapping[int, str]
    features: tuple[str, ...] | None = None
    behind: Mapping[str, tuple[str, ...]] | None = None

    @classmethod
    def of(cls, study: Segmented | Labelled) -> Labelled:
        """Take the labelled customers of a study."""
        if isinstance(study, Labelled):
            return study
        whole = study.segmentation
        return cls(
            frame=nw.from_native(study.labelled, pass_through=True).lazy(),
            schema=whole.described,
            names={segment.id: segment.name for segment in whole.segments},
            features=whole.features,
            behind={each.column.name: each.inputs for each in whole.derived},
        )

    def circular(self, columns: Sequence[Column]) -> tuple[str, ...]:
        """Return the labels of answers that took part in making the segments."""
        made_from = {
            name
            for feature in self.features or ()
            for name in (feature, *(self.behind or {}).get(feature, ()))
        }
        return tuple(column.label for column in columns if column.name in made_from)


@dataclass(frozen=True)
class Campaigns:
    """Who answered what, segment by segment.

    Attributes
    ----------
    names : mapping of int to str
        Of the segments.
    sizes : mapping of int to int
        Customers by segment id.
    campaigns : tuple of Campaign
        With two and more, the answer to any of them stands first.
    looks : int
        Comparisons that the correction is for.
    spend, deals : tuple of Amount
        All customers first; empty where the table has no such column.
    spend_column, deals_column : Column or None
    deal_shares : mapping of int to float
        Purchases with a discount, of all purchases of a segment (0: of all customers).
    circular : tuple of str
        Answers that the segments were made from: what is said of them is circular.
    control : str
        Column of the control group; empty for none.
    notes : tuple of Note
    """

    names: Mapping[int, str]
    sizes: Mapping[int, int]
    campaigns: tuple[Campaign, ...]
    looks: int
    spend: tuple[Amount, ...]
    spend_column: Column | None
    deals: tuple[Amount, ...]
    deals_column: Column | None
    deal_shares: Mapping[int, float]
    circular: tuple[str, ...]
    control: str
    notes: tuple[Note, ...]

    def __getitem__(self, name: str) -> Campaign:
        """Return a campaign by its column."""
        return next(each for each in self.campaigns if each.name == name)

    @property
    def single(self) -> tuple[Campaign, ...]:
        """The campaigns themselves, without the answer to any."""
        return tuple(each for each in self.campaigns if not each.whole)

    def name(self, segment_id: int) -> str:
        """Return what a segment is called; 0 is all customers."""
        return self.names.get(segment_id, "All customers")

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        from coterie.workflow.campaigns_words import tell_campaigns

        return {
            "segments": [
                {"id": key, "name": name, "customers": self.sizes.get(key, 0)}
                for key, name in self.names.items()
            ],
            "campaigns": [each.to_dict() for each in self.campaigns],
            "looks": self.looks,
            "spend": [asdict(each) for each in self.spend],
            "deals": [
                {**asdict(each), "share_of_purchases": self.deal_shares.get(each.segment_id)}
                for each in self.deals
            ],
            "circular": list(self.circular),
            "control": self.control or None,
            "says": tell_campaigns(self),
            "notes": [note.to_dict() for note in self.notes],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each campaign and segment, all customers last: a table of all rates."""
        return [
            {
                "campaign": campaign.label,
                "segment_id": answer.segment_id or None,
                "segment": self.name(answer.segment_id),
                "asked": answer.asked,
                "yes": answer.yes,
                "rate": answer.rate,
                "low_95": answer.low if answer.asked else None,
                "high_95": answer.high if answer.asked else None,
                "expected_rate": answer.expected,
                "expected_low_95": answer.expected_low,
                "expected_high_95": answer.expected_high,
                "lift": answer.lift,
                "too_small": answer.small,
                "beyond_chance": answer.beyond_chance,
                **_effect_row(answer.effect),
            }
            for campaign in self.campaigns
            for answer in (*campaign.segments, campaign.overall)
        ]


def read_campaigns(
    study: Segmented | Labelled, *, responses: Sequence[str] = (), control: str | None = None
) -> Campaigns:
    """Tell who answered which campaign, segment by segment.

    Parameters
    ----------
    study : Study, stored study or Labelled
    responses : sequence of str
        Columns with the answers; by default those with the role of a response.
    control : str, optional
        Column that says who was left out on purpose, by chance, as ``"group=control"``, or a
        flag by its name.

    Returns
    -------
    Campaigns

    Raises
    ------
    InputError
        If there is no answer, one is neither yes nor no, or the control column cannot be read.
    MissingColumnsError
        If a column named is not there.

    Examples
    --------
    >>> import coterie as ct
    >>> from coterie.tables.synthetic import make_campaign
    >>> table, _ = make_campaign(600, segments=3, seed=2)
    >>> found = read_campaigns(ct.segment(table))
    >>> len(found.single), found.campaigns[0].label
    (6, 'Any campaign')
    """
    held = Labelled.of(study)
    columns, notes = find_responses(held.schema, responses)
    if not columns:
        raise InputError(NO_ANSWERS)
    left_out = read_control(control, held.schema) if control else None
    numbers = _numbers(held.schema)
    tallies, sums, sizes = count_answers(
        held.frame, columns, control=left_out, numbers=list(numbers.values())
    )
    ids = list(held.names)
    found = judge_answers(tallies, ids)
    by_use = dict(zip(numbers, sums, strict=True))
    spend, deals = by_use.get("spend"), by_use.get("deals")
    shares: dict[int, float] = {}
    if deals is not None and "purchases" in by_use:
        for one, all_of in zip(amounts(deals, ids), amounts(by_use["purchases"], ids), strict=True):
            bought = (all_of.mean or 0.0) * all_of.customers
            if bought > 0 and one.mean is not None:
                shares[one.segment_id] = min(1.0, one.mean * one.customers / bought)
    return Campaigns(
        names=dict(held.names),
        sizes={key: sizes.get(key, 0) for key in held.names},
        campaigns=found,
        looks=count_looks(found),
        spend=amounts(spend, ids) if spend else (),
        spend_column=spend.column if spend else None,
        deals=amounts(deals, ids) if deals else (),
        deals_column=deals.column if deals else None,
        deal_shares=shares,
        circular=held.circular(columns),
        control=left_out.column if left_out else "",
        notes=(*notes, *_notes(held, found, sizes)),
    )


def _effect_row(effect: Any) -> dict[str, Any]:
    """Return the columns of an effect; none without a control group."""
    if effect is None:
        return {}
    return {
        "left_out": effect.asked,
        "left_out_yes": effect.yes,
        "effect": effect.difference,
        "effect_low_95": effect.low,
        "effect_high_95": effect.high,
        "effect_beyond_chance": effect.beyond_chance,
    }


def _numbers(schema: Schema) -> dict[str, Column]:
    """Return the columns of spend, purchases with a discount, and all purchases."""
    wanted = {
        "spend": ("total_spend", "monetary"),
        "deals": ("deals_purchases",),
        "purchases": ("total_purchases", "frequency"),
    }
    found = {}
    for use, meanings in wanted.items():
        column = next((c for m in meanings if (c := schema.meaning(m)) is not None), None)
        if column is not None and column.kind == "number":
            found[use] = column
    return found


def _notes(held: Labelled, campaigns: Sequence[Campaign], sizes: Mapping[int, int]) -> list[Note]:
    """Say what a reader should know of the table."""
    notes = []
    if held.features is None:
        text = (
            "What the segments were made from is not known here. If answers took part, what is "
            "said of them is circular."
        )
        notes.append(Note("response", text))
    if len(held.names) == 1:
        text = "There is only one segment, so there is nothing to compare."
        notes.append(Note("segments", text, None, 0, "warning"))
    without = sum(count for key, count in sizes.items() if key not in held.names)
    if without:
        word = "customer has" if without == 1 else "customers have"
        text = f"{without:,} {word} no segment: they count in the rate of all customers only."
        notes.append(Note("segments", text, None, without))
    for campaign in campaigns:
        if campaign.overall.asked and not campaign.overall.yes:
            text = f"Nobody said yes to {campaign.label}."
            notes.append(Note("response", text, campaign.name, 0, "warning"))
        elif not campaign.overall.asked:
            text = f"Nobody's answer to {campaign.label} is known."
            notes.append(Note("response", text, campaign.name, 0, "warning"))
    return notes
