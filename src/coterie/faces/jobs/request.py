"""What a job is asked to do, as plain values that a child process reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from coterie.config import RunConfig
from coterie.errors import ConfigError

if TYPE_CHECKING:
    from coterie.prepare.orders_repeats import Unit
    from coterie.schema import DateOrder

SAMPLES = ("customers", "campaign")
MOST_SAMPLE_ROWS = 1_000_000


def config_from_dict(plain: Mapping[str, Any]) -> RunConfig:
    """Build from `RunConfig.to_dict`'s result.

    Examples
    --------
    >>> config = RunConfig(k=4, as_of=date(2024, 5, 31), features=("age",), names={2: "VIPs"})
    >>> config_from_dict(config.to_dict()) == config
    True
    """
    as_of = plain.get("as_of")
    return RunConfig(
        **{
            **plain,
            "features": tuple(plain.get("features", ())),
            "as_of": date.fromisoformat(as_of) if as_of else None,
            "names": {int(key): name for key, name in plain.get("names", {}).items()},
        }
    )


@dataclass(frozen=True)
class CustomersAsked:
    """How order lines are to become customers; see `workflow.customers.customers_from_orders`.

    Attributes
    ----------
    columns : mapping of str to str
        Role -> column; an empty column says that there is none.
    as_of : date or None
    dates : {"dmy", "mdy", "ymd"} or None
    unit : {"day", "week", "calendar-week"}
    expect : str
        A time such as ``"90d"``; empty for no expectation.
    rfm : bool
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    dates: DateOrder | None = None
    unit: Unit = "day"
    expect: str = ""
    rfm: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values.

        Raises
        ------
        ConfigError
            If a column is taken twice.
        """
        taken = [column for column in self.columns.values() if column]
        twice = sorted({column for column in taken if taken.count(column) > 1})
        if twice:
            raise ConfigError([f"The column {name} is taken twice." for name in twice])
        return {
            "columns": dict(self.columns),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "dates": self.dates,
            "unit": self.unit,
            "expect": self.expect or None,
            "rfm": self.rfm,
        }


def checked_sample(sample: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a generated sample is to be, with defaults; every fault at once.

    Raises
    ------
    ConfigError

    Examples
    --------
    >>> checked_sample({"kind": "customers"})
    {'kind': 'customers', 'rows': 2000, 'segments': 5, 'seed': 0}
    """
    plain = {"kind": "customers", "rows": 2_000, "segments": 5, "seed": 0, **sample}
    faults = [f"A sample has no setting {key}." for key in plain if key not in _BOUNDS]
    if plain["kind"] not in SAMPLES:
        faults.append(f"A sample is one of {', '.join(SAMPLES)}; {plain['kind']} was asked for.")
    for key, bounds in _BOUNDS.items():
        if bounds is None:
            continue
        low, high = bounds
        value = plain[key]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            faults.append(f"The {key} of a sample lie between {low:,} and {high:,}; got {value}.")
    if faults:
        raise ConfigError(faults)
    return plain


_BOUNDS: dict[str, tuple[int, int] | None] = {
    "kind": None,
    "rows": (10, MOST_SAMPLE_ROWS),
    "segments": (1, 12),
    "seed": (0, 2**31),
}
