"""What people are told when the tracking store does not do what it should."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from coterie.errors import CoterieError, MissingExtraError

LONGEST_REASON = 300
_AWAY = frozenset({"ConnectionError", "ConnectTimeout", "ReadTimeout", "MaxRetryError"})


class TrackingError(CoterieError):
    """A tracked run or a registered model is not there, or its store cannot be used."""


class MissingMlflowError(MissingExtraError):
    """MLflow is not installed."""

    def __init__(self) -> None:
        super().__init__("mlflow", "track", "Tracking runs")


@contextmanager
def asking(where: str, *, local: bool = False) -> Iterator[None]:
    """Turn what MLflow or its database says into a sentence."""
    try:
        yield
    except CoterieError:
        raise
    except Exception as fault:
        advice = (
            "Make room and see that the folder can be written to, or name another with "
            "COTERIE_TRACKING_DIR."
            if local
            else "Check MLFLOW_TRACKING_URI, or unset it to use the store on this machine."
        )
        raise TrackingError(
            f"The tracking store {where} could not be used: {reason_of(fault)} {advice}"
        ) from fault


def _away(fault: BaseException) -> str:
    """Return what the network said, where a server is not there or silent; else nothing."""
    seen: BaseException | None = fault
    while seen is not None:
        if type(seen).__name__ in _AWAY:
            return "no answer in time" if "Timeout" in type(seen).__name__ else "no connection"
        seen = seen.__cause__ or seen.__context__
    return ""


def reason_of(fault: BaseException) -> str:
    r"""Return the first line of what went wrong, as a sentence.

    Examples
    --------
    >>> reason_of(ValueError("no such table\n(Background on this error)"))
    'ValueError: no such table.'
    """
    if away := _away(fault):
        return f"nothing answers there ({away})."
    text = str(fault).strip().splitlines()
    # Addresses of servers may hold a password.
    first = re.sub(r"//[^/@\s]+@", "//", text[0].strip())[:LONGEST_REASON] if text else ""
    said = f"{type(fault).__name__}: {first}" if first else type(fault).__name__
    return said.rstrip(".") + "."
