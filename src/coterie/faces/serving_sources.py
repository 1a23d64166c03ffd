"""Where a server's settings are read from: the environment and a TOML file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from coterie.errors import MissingFileError, UnreadableTableError

PREFIX = "COTERIE_"


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    return value.strip()


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("a whole number")
    try:
        return int(value)
    except ValueError:
        raise ValueError("a whole number") from None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("a number")
    try:
        return float(value)
    except ValueError:
        raise ValueError("a number") from None


def _path(value: Any) -> Path | None:
    text = _text(value)
    return Path(text).expanduser() if text else None


def _folder(value: Any) -> Path:
    found = _path(value)
    if found is None:
        raise ValueError("a folder")
    return found


def _listed(value: Any) -> tuple[str, ...]:
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise ValueError("a list of texts")
    return tuple(part.strip() for part in parts if part.strip())


def _yes_no(value: Any) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if isinstance(value, bool):
        return value
    if str(value).strip().lower() not in words:
        raise ValueError("true or false")
    return words[str(value).strip().lower()]


Reader = Callable[[Any], Any]

_READERS: dict[str, Reader] = {
    "host": _text,
    "port": _whole,
    "data_dir": _folder,
    "database_url": _text,
    "tls_cert": _path,
    "tls_key": _path,
    "sign_up": _text,
    "upload_mb": _number,
    "workers": _whole,
    "allowed_hosts": _listed,
    "database_hosts": _listed,
    "idle_hours": _number,
    "absolute_hours": _number,
    "metrics_open": _yes_no,
    "public_url": _text,
}
_OIDC_READERS: dict[str, Reader] = {
    **dict.fromkeys(("issuer", "client_id", "client_secret", "label", "role"), _text),
    "create": _yes_no,
    "scopes": _listed,
}


def read_environment(environ: Mapping[str, str], faults: list[str]) -> dict[str, Any]:
    """Return what the environment says, and under ``oidc`` what it says of single sign-on.

    A variable that is empty counts as not set; what cannot be read is added to `faults`.
    """
    given = _from_variables(environ, _READERS, PREFIX, faults)
    given["oidc"] = _from_variables(environ, _OIDC_READERS, f"{PREFIX}OIDC_", faults)
    return given


def read_file(file: Path, faults: list[str]) -> dict[str, Any]:
    """Return what a TOML file says; what is no setting, or cannot be read, is added to `faults`.

    Raises
    ------
    MissingFileError, UnreadableTableError
    """
    try:
        plain = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise MissingFileError(f"There is no settings file {file}. Check the path.") from None
    except (OSError, UnicodeDecodeError):
        raise UnreadableTableError(f"The settings file {file} cannot be read as text.") from None
    except tomllib.TOMLDecodeError as fault:
        raise UnreadableTableError(f"The settings file {file} is no TOML: {fault}.") from None
    single = plain.pop("oidc", {})
    if not isinstance(single, dict):
        faults.append("oidc is a table: write its settings under [oidc].")
        single = {}
    _unknown(plain, (*_READERS, "oidc"), faults)
    _unknown(single, _OIDC_READERS, faults, "oidc.")
    given = _read(plain, _READERS, {key: key for key in plain}, faults)
    given["oidc"] = _read(single, _OIDC_READERS, {key: f"oidc.{key}" for key in single}, faults)
    return given


def _from_variables(
    environ: Mapping[str, str], readers: Mapping[str, Reader], prefix: str, faults: list[str]
) -> dict[str, Any]:
    """Read the variables that are set."""
    names = {key: f"{prefix}{key.upper()}" for key in readers}
    found = {key: environ[name] for key, name in names.items() if environ.get(name, "").strip()}
    return _read(found, readers, names, faults)


def _unknown(plain: Mapping[str, Any], known: Any, faults: list[str], prefix: str = "") -> None:
    """Say which settings there are not, and which may have been meant."""
    for key in plain:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            meant = f" Was {prefix}{near[0]} meant?" if near else ""
            faults.append(f"There is no setting {prefix}{key[:80]}.{meant}")


def _read(
    found: Mapping[str, Any],
    readers: Mapping[str, Reader],
    names: Mapping[str, str],
    faults: list[str],
) -> dict[str, Any]:
    """Read values by their kinds; what cannot be read becomes a fault."""
    read = {}
    for key, value in found.items():
        if key not in readers:
            continue
        try:
            read[key] = readers[key](value)
        except ValueError as fault:
            shown = "" if key in ("client_secret", "database_url") else f"; it is {value!r}"[:100]
            faults.append(f"{names[key]} takes {fault}{shown}.")
    return read
