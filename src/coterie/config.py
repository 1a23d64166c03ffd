"""What one training was asked to do; every fault is reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from coterie.errors import ConfigError

Scaler = Literal["standard", "minmax", "robust"]

METHODS = (
    "kmeans", "minibatch", "bisecting", "mixture", "ward", "dbscan", "hdbscan", "kprototypes",
    "famd", "rfm",
)  # fmt: skip
"""Keys of the methods, in the order in which they are offered; `cluster.methods` tells of each."""

COUNTING = ("dbscan", "hdbscan")
"""Methods that find the number of groups themselves."""

RULES = ("rfm",)
"""Methods that sort customers by a fixed rule and look for no groups."""

AUTO = "auto"
"""Stands for a method: compare them all, and use the one recommended."""

FEWEST_SCORES, MOST_SCORES = 2, 10
"""Of the RFM grid: how many scores a measure can have."""

LARGEST_K = 40
"""More segments than this cannot be told apart, named or used."""


@dataclass(frozen=True)
class RunConfig:
    """Settings of one training.

    Attributes
    ----------
    k : int or None
        Number of segments; None lets the evidence choose.
    k_min, k_max : int
        Range that is tried, both ends included.
    features : tuple of str
        Columns to look for groups in, original or derived; empty for the default choice.
    scaler : {"standard", "minmax", "robust"}
    pca : float, int or None
        Share of variance to keep (0 to 1) or number of components; None for no PCA.
    as_of : date or None
        The day ages and tenures are counted to; None for the day after the newest date in
        the data.
    dates : {"dmy", "mdy", "ymd"} or None
        Order of dates that no value decides.
    impute : bool
        Fill missing values with the median (True), or quarantine their rows (False).
    seed : int
    names : mapping of int to str
        Names given by the user, by segment id (from 1).
    sample : int
        Rows that the choice of k thinks on; all rows are placed whatever it is.
    method : str
        One of `METHODS`, or ``"auto"``: compare them, use the recommended one.
    rfm_scores : int
        Scores from 1 to so many, for the method ``"rfm"``.
    rfm_grid : mapping or None
        Of the method ``"rfm"``: a grid as `insight.rfm_grid.RfmGrid.to_dict` gives it, or its
        breaks alone; None puts the breaks at quantiles of the customers.
    """

    k: int | None = None
    k_min: int = 2
    k_max: int = 12
    features: tuple[str, ...] = ()
    scaler: Scaler = "standard"
    pca: float | int | None = None
    as_of: date | None = None
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    impute: bool = True
    seed: int = 0
    names: Mapping[int, str] = field(default_factory=dict)
    sample: int = 5_000
    method: str = "kmeans"
    rfm_scores: int = 5
    rfm_grid: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        faults = list(_faults(self))
        if faults:
            raise ConfigError(faults)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values, in a fixed order."""
        return {
            "k": self.k,
            "k_min": self.k_min,
            "k_max": self.k_max,
            "features": list(self.features),
            "scaler": self.scaler,
            "pca": self.pca,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "dates": self.dates,
            "impute": self.impute,
            "seed": self.seed,
            "names": {str(key): self.names[key] for key in sorted(self.names)},
            "sample": self.sample,
            "method": self.method,
            **self._of_rfm(),
        }

    def _of_rfm(self) -> dict[str, Any]:
        """Return what only the RFM grid is told."""
        if self.method != "rfm":
            return {}
        grid = dict(self.rfm_grid) if self.rfm_grid is not None else None
        return {"rfm_scores": self.rfm_scores, "rfm_grid": grid}


def _faults(config: RunConfig) -> list[str]:
    """Say everything that is wrong with `config`, a sentence each."""
    faults = []
    if config.k is not None and not 1 <= config.k <= LARGEST_K:
        faults.append(
            f"The number of segments must lie between 1 and {LARGEST_K}; it is {config.k}."
        )
    if not 2 <= config.k_min <= config.k_max:
        faults.append(
            "The range of k must begin at 2 or more and not end before it begins; "
            f"it is {config.k_min} to {config.k_max}."
        )
    if config.k_max > LARGEST_K:
        faults.append(f"The largest k that can be tried is {LARGEST_K}; it is {config.k_max}.")
    if config.scaler not in ("standard", "minmax", "robust"):
        faults.append(f"The scaler is standard, minmax or robust; it is {config.scaler}.")
    if config.dates not in (None, "dmy", "mdy", "ymd"):
        faults.append(f"The order of dates is dmy, mdy or ymd; it is {config.dates}.")
    faults += _pca_faults(config.pca)
    if config.seed < 0:
        faults.append(f"The seed must be 0 or more; it is {config.seed}.")
    if config.sample < 100:
        faults.append(f"The sample must be 100 rows or more; it is {config.sample}.")
    if len(set(config.features)) != len(config.features):
        faults.append(f"A feature is named twice in {', '.join(config.features)}.")
    faults += _name_faults(config.names)
    faults += _method_faults(config)
    return faults


def _method_faults(config: RunConfig) -> list[str]:
    """Say what is wrong with the method, or does not go with it."""
    if config.method not in (*METHODS, AUTO):
        known = ", ".join((*METHODS, AUTO))
        return [f"There is no method {config.method}. Choose one of: {known}."]
    faults = []
    if config.k is not None and config.method in COUNTING:
        faults.append(
            f"{config.method} finds the number of segments itself and cannot be told "
            f"{config.k}. Leave the number out, or choose kmeans."
        )
    if config.method in RULES:
        faults += _rule_faults(config)
    if config.pca is not None and config.method == "kprototypes":
        faults.append("kprototypes weighs the columns itself. Leave PCA out, or choose famd.")
    return faults


def _rule_faults(config: RunConfig) -> list[str]:
    """Say what does not go with the RFM grid."""
    faults = []
    if config.k is not None:
        faults.append(
            f"The RFM grid has cells of its own and cannot be told {config.k} segments. Leave the "
            "number out, or choose kmeans."
        )
    if config.pca is not None:
        faults.append("The RFM grid goes by the columns themselves. Leave PCA out.")
    if not FEWEST_SCORES <= config.rfm_scores <= MOST_SCORES:
        faults.append(
            f"RFM scores run from 1 to between {FEWEST_SCORES} and {MOST_SCORES}; they were to run "
            f"to {config.rfm_scores}."
        )
    if config.names:
        faults.append(
            "The cells of the RFM grid have names of their own. Leave yours out; they can be "
            "changed in the grid's file."
        )
    return faults


def _pca_faults(pca: float | int | None) -> list[str]:
    """Say what is wrong with the setting for PCA."""
    if pca is None:
        return []
    if isinstance(pca, int) and not isinstance(pca, bool) and pca >= 1:
        return []
    if isinstance(pca, float) and 0 < pca < 1:
        return []
    return [
        "PCA takes a share of variance between 0 and 1, such as 0.9, or a number of "
        f"components from 1; it is {pca}."
    ]


def _name_faults(names: Mapping[int, str]) -> list[str]:
    """Say what is wrong with the user's names."""
    faults = [f"Segment ids begin at 1; a name is given for {key}." for key in names if key < 1]
    texts = [name.strip() for name in names.values()]
    if not all(texts):
        faults.append("A segment's name must not be empty.")
    if len(set(texts)) != len(texts):
        faults.append(f"Segment names must differ; they are {', '.join(texts)}.")
    if any(len(text) > 60 for text in texts):
        faults.append("A segment's name has at most 60 characters.")
    return faults
