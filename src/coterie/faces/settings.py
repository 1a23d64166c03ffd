"""Words of the command line -> settings; every fault in one sentence each."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, cast

from coterie.config import RunConfig
from coterie.errors import ConfigError, MissingFileError, UnreadableTableError
from coterie.schema import DateOrder

ORDERS = ("dmy", "mdy", "ymd")


def run_config(
    *,
    k: str,
    features: str | None,
    pca: str | None,
    dates: str | None,
    as_of: str | None,
    missing: str,
    names: list[str],
    names_file: Path | None,
    table_format: str,
    rfm_breaks: Path | None = None,
    **plain: Any,
) -> RunConfig:
    """Build a RunConfig from the words of the command line.

    Raises
    ------
    ConfigError
        With every fault that was found.
    """
    faults: list[str] = []

    def attempt(read: Any, *arguments: Any) -> Any:
        try:
            return read(*arguments)
        except ConfigError as fault:
            faults.extend(fault.faults)
            return None

    if missing not in ("impute", "drop"):
        faults.append(f"--missing takes impute or drop; it is {missing}.")
    if table_format not in ("csv", "parquet"):
        faults.append(f"--format takes csv or parquet; it is {table_format}.")
    settings = {
        **plain,
        "k": attempt(_read_k, k),
        "pca": attempt(_read_pca, pca),
        "as_of": attempt(read_day, as_of),
        "dates": attempt(read_order, dates),
        "names": attempt(given_names, names, names_file) or {},
        "features": tuple(part.strip() for part in (features or "").split(",") if part.strip()),
        "impute": missing == "impute",
        "rfm_grid": attempt(_read_breaks, rfm_breaks),
    }
    if rfm_breaks is not None and plain.get("method") != "rfm":
        faults.append("--rfm-breaks goes with --method rfm.")
    config = attempt(lambda: RunConfig(**settings))
    if faults:
        raise ConfigError(faults)
    built: RunConfig = config
    return built


def read_day(text: str | None) -> date | None:
    """Read a day written as 2024-05-31."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError([f"--as-of takes a day such as 2024-05-31; it is {text}."]) from None


def read_order(text: str | None) -> DateOrder | None:
    """Read an order of dates."""
    if text is not None and text not in ORDERS:
        raise ConfigError([f"--dates takes dmy, mdy or ymd; it is {text}."])
    return cast("DateOrder | None", text)


def given_names(pairs: list[str], path: Path | None) -> dict[int, str]:
    """Read the user's names for segments; those on the command line win over the file's."""
    from coterie.insight.naming import read_names

    names = dict(read_names(read_text(path, "file of names"))) if path is not None else {}
    for key, value in read_pairs(pairs, "--name", '3="VIPs"').items():
        if not key.isdigit():
            raise ConfigError([f'--name takes a segment id, such as 3="VIPs"; it is {key}.'])
        names[int(key)] = value.strip()
    return names


def read_pairs(pairs: list[str], option: str, example: str) -> dict[str, str]:
    """Read ``key=value`` words; the first equals sign parts them."""
    read: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise ConfigError([f"{option} takes a pair such as {example}; it is {pair!r}."])
        if key.strip() in read:
            raise ConfigError([f"{option} gives {key.strip()} twice."])
        read[key.strip()] = value
    return read


def read_text(path: Path, what: str) -> str:
    """Read a small text file that the user named.

    Raises
    ------
    MissingFileError, UnreadableTableError
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise MissingFileError(f"There is no {what} {path}. Check the path.") from None
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableTableError(f"The {what} {path} cannot be read as text.") from fault


def _read_breaks(path: Path | None) -> dict[str, Any] | None:
    """Read the grid that `coterie customers --rfm` wrote, or breaks alone."""
    if path is None:
        return None
    try:
        plain = json.loads(read_text(path, "file of RFM breaks"))
    except json.JSONDecodeError:
        plain = None
    if not isinstance(plain, dict):
        raise ConfigError(
            [f"{path} holds no RFM breaks. Give the file that 'coterie customers --rfm' writes."]
        )
    return plain


def _read_k(text: str) -> int | None:
    """Read ``auto`` or a number of segments."""
    if text == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise ConfigError([f"--k takes a number of segments or auto; it is {text}."]) from None


def _read_pca(text: str | None) -> float | int | None:
    """Read a share of variance or a number of components."""
    if text is None:
        return None
    try:
        return int(text) if text.strip().isdigit() else float(text)
    except ValueError:
        raise ConfigError(
            [f"--pca takes a share such as 0.9 or a number of components; it is {text}."]
        ) from None
