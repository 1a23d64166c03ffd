"""What a report shows: plain values, in the order a reader meets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.figures.chart import Chart
from coterie.figures.palette import segment_colour, text_on
from coterie.schema.notes import Note


@dataclass(frozen=True)
class ColumnView:
    """A column as the report speaks of it.

    Attributes
    ----------
    name, kind, label, unit : str
        As in `schema.Column`; ``kind`` ``"flag"`` is said as a share of customers.
    why : str
        Why it takes part, or why it does not.
    used : bool
        The groups were looked for in it.
    average, spread : float or None
        Mean and standard deviation over all customers.
    """

    name: str
    kind: str = "number"
    label: str = ""
    unit: str = ""
    why: str = ""
    used: bool = True
    average: float | None = None
    spread: float | None = None

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", self.name)


@dataclass(frozen=True)
class SegmentView:
    """One segment, told to a reader.

    Attributes
    ----------
    id : int
        From 1.
    name : str
    size : int
    share : float
        Of all customers, 0 to 1.
    description, advice : str
    facts : sequence of str
        What sets it apart, strongest first.
    rule : str
        In words; empty for none.
    rule_precision, rule_coverage : float or None
        On customers the rule did not see, 0 to 1.
    stability : float or None
        Mean Jaccard agreement over resampling; 0.75 and more is stable.
    means, medians : mapping of column name to float or None
        In the columns' own units.
    others : sequence of (str, str)
        More lines for the full profile, such as ``("Education", "Graduation 52 %, ...")``.
    """

    id: int
    name: str
    size: int
    share: float
    description: str = ""
    advice: str = ""
    facts: Sequence[str] = ()
    rule: str = ""
    rule_precision: float | None = None
    rule_coverage: float | None = None
    stability: float | None = None
    means: Mapping[str, float | None] = field(default_factory=dict)
    medians: Mapping[str, float | None] = field(default_factory=dict)
    others: Sequence[tuple[str, str]] = ()

    @property
    def colour(self) -> str:
        """The segment's colour, as everywhere."""
        return segment_colour(self.id)

    @property
    def on_colour(self) -> str:
        """The colour of text that stands on it."""
        return text_on(self.colour)


@dataclass(frozen=True)
class EvidenceView:
    """One figure behind the verdict, beside what look-alike data gives.

    Attributes
    ----------
    name : str
    value : float
    null_mean, null_sd : float or None
    text : str
        What it says, in a sentence.
    """

    name: str
    value: float
    null_mean: float | None = None
    null_sd: float | None = None
    text: str = ""


@dataclass(frozen=True)
class CampaignsView:
    """Who answered campaigns, as the report tells it.

    Attributes
    ----------
    says : sequence of str
        Sentences, the answer first.
    heads : sequence of str
        Of the table: segment, then figures.
    rows : sequence of (int, str, sequence of str)
        Segment id (0 for all customers), name, figures.
    amounts_heads, amounts : as `heads` and `rows`
        Spend, and purchases with a discount; empty where the table has neither.
    """

    says: Sequence[str]
    heads: Sequence[str]
    rows: Sequence[tuple[int, str, Sequence[str]]]
    amounts_heads: Sequence[str] = ()
    amounts: Sequence[tuple[int, str, Sequence[str]]] = ()

    @staticmethod
    def colour(segment_id: int) -> str:
        """Return the colour of a segment, as everywhere."""
        return segment_colour(segment_id)

    @staticmethod
    def on_colour(segment_id: int) -> str:
        """Return the colour of text that stands on it."""
        return text_on(segment_colour(segment_id))


@dataclass(frozen=True)
class ReportView:
    """Everything that report.html shows.

    Attributes
    ----------
    name : str
        Of the data, as its owner calls it.
    customers, quarantined : int
        Placed in segments; and set aside with a reason.
    date : str
        As it is printed: the day of the run, or the day that ages are counted to.
    verdict : {"natural", "reproducible", "constructed"}
    verdict_sentence, verdict_meaning : str
        The finding, and what to do with it.
    evidence : sequence of EvidenceView
    k : int
    k_reason : str
    segments : sequence of SegmentView
        In canonical order.
    columns : sequence of ColumnView
        Of the profiles: features first, then what else is told of segments.
    left_out : sequence of (str, str)
        Label and reason of columns that are not features.
    charts : mapping of str to Chart
        Known names: ``clusters_2d``, ``clusters_3d``, ``clusters_pca``, ``elbow``, ``criteria``,
        ``silhouettes``, ``profile_heatmap``, ``comparison``, ``flow``, and those that begin with
        ``flow_`` (what another number of segments changes). Those absent are left out; others
        stand at the end.
    stills : mapping of str to bytes
        PNG files of the charts, by the same names, for print and for readers without scripts;
        painted where absent.
    reading, cleaning : sequence of Note
        What was seen while reading the file; what was decided while cleaning it.
    votes : sequence of (str, int or None, str)
        Criterion, the k it would choose, its note.
    quality : sequence of mapping
        A row for each k tried.
    rules_fidelity, rules_price : float or None
        How often the rules agree with the segments; the rise in inertia when they replace them
        (0.05 for 5 %).
    rules_reason : str
        Why the tree behind the rules has the size it has.
    settings, provenance : mapping of str to object
    steps : sequence of (str, str)
        What next: words and the command that does it.
    campaigns : CampaignsView or None
        Where the table holds answers to campaigns.
    no_segment : int
        Of `customers`, those whom no segment reaches.
    """

    name: str
    customers: int
    verdict: Literal["natural", "reproducible", "constructed"]
    verdict_sentence: str
    k: int
    segments: Sequence[SegmentView]
    verdict_meaning: str = ""
    quarantined: int = 0
    date: str = ""
    evidence: Sequence[EvidenceView] = ()
    k_reason: str = ""
    columns: Sequence[ColumnView] = ()
    left_out: Sequence[tuple[str, str]] = ()
    charts: Mapping[str, Chart] = field(default_factory=dict)
    stills: Mapping[str, bytes] = field(default_factory=dict)
    reading: Sequence[Note] = ()
    cleaning: Sequence[Note] = ()
    votes: Sequence[tuple[str, int | None, str]] = ()
    quality: Sequence[Mapping[str, Any]] = ()
    rules_fidelity: float | None = None
    rules_price: float | None = None
    rules_reason: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    steps: Sequence[tuple[str, str]] = ()
    campaigns: CampaignsView | None = None
    no_segment: int = 0


@dataclass(frozen=True)
class ExplorationView:
    """Everything that exploration.html shows.

    Attributes
    ----------
    name : str
    rows : int
    date : str
    columns : sequence of ColumnView
        With the reason of their role in `why`.
    roles : mapping of str to str
        Column name to role, as people say it: ``"feature"``, ``"response"`` ...
    statistics : sequence of mapping
        A row a column: ``name`` and any of ``count``, ``missing``, ``mean``, ``std``, ``min``,
        ``q1``, ``median``, ``q3``, ``max``, ``skew``.
    charts : mapping of str to Chart
        Known names: ``distributions``, ``correlation_matrix``, ``missing``, ``outliers``. Names
        that begin with ``distribution_`` are parts of the first and not drawn again.
    stills : mapping of str to bytes
    notes : sequence of Note
    highlights : sequence of str
        What a reader should know first, a sentence each.
    """

    name: str
    rows: int
    date: str = ""
    columns: Sequence[ColumnView] = ()
    roles: Mapping[str, str] = field(default_factory=dict)
    statistics: Sequence[Mapping[str, Any]] = ()
    charts: Mapping[str, Chart] = field(default_factory=dict)
    stills: Mapping[str, bytes] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    highlights: Sequence[str] = ()
