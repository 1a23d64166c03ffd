"""The answers of the API as types: what OpenAPI documents and responses are held to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from coterie.config import FEWEST_SCORES, LARGEST_K, MOST_SCORES
from coterie.errors import ConfigError
from coterie.insight.rfm import RfmBreaks
from coterie.tables.synthetic import MOST_SEGMENTS

MOST_SAMPLE_ROWS = 1_000_000
LARGEST_SEED = 2**31 - 1


class Plain(BaseModel):
    """An answer: exactly these members."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Asked(BaseModel):
    """A request: nothing else may be given, and no value is turned into another kind."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)


class Fault(Plain):
    """One fault in a request."""

    pointer: str = Field(description="Where it stands: a JSON pointer into the body.")
    detail: str


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 has it."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(examples=["urn:coterie:problem:invalid-record"])
    title: str
    status: int
    detail: str
    errors: list[Fault] = Field(default=[], description="Each fault by its place, if there are.")
    id: str | None = Field(default=None, description="Of a fault of the server's, as in its log.")


class PlacementAnswer(Plain):
    """One customer's answer."""

    model_config = ConfigDict(title="Placement")

    segment_id: int
    segment: str
    confidence: float = Field(
        description="How likely a model fitted to other customers would place this one the same.",
        ge=0, le=1,
    )  # fmt: skip
    runner_up: str | None = Field(description="The next nearest segment.")
    rule: str = Field(description="The rule that held for this customer, in words.")
    rule_agrees: bool = Field(description="Whether that rule leads to the same segment.")
    distance: float = Field(description="To the segment's centre, in scaled units.")
    typical_distance: float = Field(description="The median of the segment's own customers.")
    unlike: bool = Field(description="True if hardly anyone in training was so far out.")
    outside_range: list[str] = Field(description="Columns outside what training saw.")
    imputed: list[str] = Field(description="Features that were missing and were filled.")
    notes: list[str] = Field(description="Sentences on the above.")


class Version(Plain):
    """A study that is a version of a model."""

    id: str
    name: str
    owner: str = Field(validation_alias="owner_name")
    created_at: datetime
    customers: int
    k: int
    verdict: Literal["natural", "reproducible", "constructed"]
    shared: bool
    model: str
    production: bool
    data: str

    model_config = ConfigDict(extra="ignore", from_attributes=True, populate_by_name=True)


class ModelAnswer(Plain):
    """A name that studies are versions of; one of them may be in production."""

    model_config = ConfigDict(title="Model", from_attributes=True)

    name: str
    production: str | None = Field(
        description="Id of the study that answers under this name; of the run where the model "
        "is the registry's."
    )
    registry: str = Field(
        "", description="Address in the MLflow registry, where the model comes from there."
    )
    versions: list[Version]


class ModelList(Plain):
    """The models that you may see."""

    models: list[ModelAnswer]


class InputAnswer(Plain):
    """A column that placing needs."""

    model_config = ConfigDict(title="Input", from_attributes=True)

    name: str
    kind: str
    label: str
    unit: str
    lower: float | None = Field(description="Smaller values are impossible.")
    upper: float | None = Field(description="Larger values are impossible.")
    choices: list[str]
    typical: float | str | None
    seen: tuple[float, float] | None = Field(description="Smallest and largest in training.")


class ModelDetail(ModelAnswer):
    """A model in production."""

    model_config = ConfigDict(title="ModelDetail")

    study: Version
    features: list[str] = Field(description="Columns that the groups were looked for in.")
    inputs: list[InputAnswer]
    k_reason: str = Field(description="Why it has so many segments.")
    verdict: dict[str, Any]


class SegmentAnswer(Plain):
    """A segment of a model."""

    model_config = ConfigDict(title="Segment")

    id: int
    name: str
    description: str
    advice: str
    archetype: str
    size: int
    share: float
    stability: float | None
    facts: list[str]
    rule: str
    rule_precision: float | None
    rule_coverage: float | None
    profile: dict[str, float] = Field(description="Mean of each feature in its own unit.")
    distances: list[float]


class SegmentList(Plain):
    """The segments of a model in production."""

    model: str
    study: str
    segments: list[SegmentAnswer]


class Progress(Plain):
    """A training: how far it is, or how it ended."""

    id: str
    name: str
    state: Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
    stage: str
    words: str = Field(description="What is being done.")
    share: float = Field(description="Of the work that is done.", ge=0, le=1)
    message: str = Field(description="Why it failed or was stopped.")
    position: int = Field(description="In the queue, from 1; 0 where it does not wait.")
    study_id: str | None = Field(description="Id of the finished study.")
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class StudyAnswer(Plain):
    """A study: its training, its card and summary once it is finished, and its files."""

    model_config = ConfigDict(title="Study")

    id: str
    state: Literal["waiting", "running", "done", "failed", "cancelled", "interrupted"]
    training: Progress | None = Field(description="None for what this server no longer recalls.")
    study: Version | None
    summary: dict[str, Any] | None = Field(description="All that was found, as plain values.")
    files: list[str] = Field(description="To be had from /studies/{id}/files/{name}.")


class StudyList(Plain):
    """Your trainings that are not finished, and the studies that you may see."""

    trainings: list[Progress]
    studies: list[Version]


class UploadAnswer(Plain):
    """A file that you gave."""

    model_config = ConfigDict(title="Upload", from_attributes=True)

    id: str
    name: str
    size: int = Field(description="In bytes.")
    uploaded_at: datetime


def _whole(value: Any) -> Any:
    """Return a number without a fraction as an integer: JSON knows no difference."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)


class Sample(Asked):
    """A generated table with planted groups."""

    kind: Literal["customers", "campaign"] = "customers"
    rows: Annotated[int, Field(strict=True, ge=100, le=MOST_SAMPLE_ROWS), WHOLE] = 2_000
    segments: Annotated[int, Field(strict=True, ge=1, le=MOST_SEGMENTS), WHOLE] = 5
    seed: Annotated[int, Field(strict=True, ge=0, le=LARGEST_SEED), WHOLE] = 0


_Feature = Annotated[str, Field(min_length=1, max_length=200)]


_Breaks = Annotated[
    list[Annotated[float, Field(ge=-1e15, le=1e15)]],
    Field(min_length=1, max_length=MOST_SCORES - 1),
]


class RfmBreaksAsked(Asked):
    """Where one RFM score ends and the next begins: ascending, as many of each."""

    recency: _Breaks
    frequency: _Breaks
    monetary: _Breaks

    @model_validator(mode="after")
    def _a_grid(self) -> RfmBreaksAsked:
        try:
            RfmBreaks.from_dict(self.model_dump())
        except ConfigError:
            raise ValueError("breaks must ascend, and be as many for each measure") from None
        return self


class TrainingSettings(Asked):
    """How to train. What is left out is decided by the data."""

    k: Annotated[int, Field(strict=True, ge=1, le=LARGEST_K), WHOLE] | None = Field(
        default=None, description="Number of segments; null lets the evidence choose."
    )
    k_max: Annotated[int, Field(strict=True, ge=2, le=LARGEST_K), WHOLE] = Field(
        default=12, description="The largest number of segments that is tried, from 2 on."
    )
    method: Literal[
        "kmeans", "minibatch", "bisecting", "mixture", "ward", "dbscan", "hdbscan", "kprototypes",
        "famd", "rfm", "auto",
    ] = Field(
        default="kmeans",
        description="How groups are looked for; auto compares all and takes the one recommended. "
        "dbscan and hdbscan find the number of segments themselves; rfm sorts customers into the "
        "cells of the RFM grid.",
    )  # fmt: skip
    rfm_scores: Annotated[int, Field(strict=True, ge=FEWEST_SCORES, le=MOST_SCORES), WHOLE] = Field(
        default=5, description="Of the method rfm: scores run from 1 to so many."
    )
    rfm_breaks: RfmBreaksAsked | None = Field(
        default=None,
        description="Of the method rfm: breaks to use as they stand; null puts them at quantiles.",
    )
    features: list[_Feature] = Field(
        default=[],
        max_length=500,
        json_schema_extra={"uniqueItems": True},
        description="Columns to look for groups in; empty for the default choice.",
    )
    scaler: Literal["standard", "minmax", "robust"] = "standard"
    components: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE] | None = Field(
        default=None, description="Principal components to look for groups in; null for none."
    )
    as_of: date | None = Field(
        default=None, description="The day that ages and tenures are counted to."
    )
    dates: Literal["dmy", "mdy", "ymd"] | None = Field(
        default=None, description="Order of dates that no value decides."
    )
    impute: Annotated[bool, Field(strict=True)] = Field(
        default=True, description="Fill missing values; false sets their rows aside."
    )
    seed: Annotated[int, Field(strict=True, ge=0, le=LARGEST_SEED), WHOLE] = 0

    @model_validator(mode="after")
    def _different_features(self) -> TrainingSettings:
        if len(set(self.features)) != len(self.features):
            raise ValueError("a feature is named twice")
        return self


_Name = Annotated[str, Field(max_length=80)]


class SampleTraining(Asked):
    """Train on a generated table."""

    sample: Sample
    name: _Name = Field(default="", description="Of the study; by default the file's.")
    settings: TrainingSettings = TrainingSettings()


class UploadTraining(Asked):
    """Train on a file that you uploaded before."""

    upload: Annotated[str, Field(min_length=1, max_length=64)]
    name: _Name = Field(default="", description="Of the study; by default the file's.")
    settings: TrainingSettings = TrainingSettings()


class Promotion(Asked):
    """Which study shall answer under the model's name."""

    study: Annotated[str, Field(min_length=1, max_length=64)]
