"""Settings of a server: options, then COTERIE_ variables, then a TOML file, then defaults."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from coterie.errors import ConfigError, MissingFileError, UnreadableTableError

SignUp = Literal["open", "invite", "closed"]
SIGN_UPS = ("open", "invite", "closed")
ROLES = ("admin", "analyst", "viewer")
PREFIX = "COTERIE_"
MOST_WORKERS = 64


@dataclass(frozen=True)
class OidcSettings:
    """Single sign-on with an OpenID Connect provider.

    Attributes
    ----------
    issuer : str
        Address of the provider; its configuration is found beneath it.
    client_id, client_secret : str
    label : str
        What the login page's button says.
    role : {"admin", "analyst", "viewer"}
        Of a person who comes for the first time.
    create : bool
        Whether people without an account get one.
    scopes : tuple of str
    """

    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    label: str = "Single sign-on"
    role: str = "viewer"
    create: bool = True
    scopes: tuple[str, ...] = ("openid", "profile", "email")


@dataclass(frozen=True)
class Settings:
    """Settings of a server.

    Attributes
    ----------
    host : str
    port : int
        0 for any that is free.
    data_dir : Path
        Uploads, studies, jobs, and accounts where no database is named.
    database_url : str
        Of the accounts; empty for SQLite in the data directory.
    tls_cert, tls_key : Path or None
        PEM files; both or none.
    sign_up : {"open", "invite", "closed"}
    upload_mb : float
        Megabytes (10^6 bytes) of an upload.
    workers : int
        Trainings at once.
    allowed_hosts : tuple of str
        Names under which the server answers; ``*`` for any.
    idle_hours, absolute_hours : float
        After which a session ends.
    metrics_open : bool
        Whether ``/metrics`` answers callers on the same machine without a login.
    public_url : str
        As people reach the server, where a proxy stands in front; empty if none does.
    oidc : OidcSettings or None
    """

    host: str = "127.0.0.1"
    port: int = 8501
    data_dir: Path = Path("coterie-data")
    database_url: str = field(default="", repr=False)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    sign_up: SignUp = "invite"
    upload_mb: float = 200.0
    workers: int = 2
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1")
    idle_hours: float = 12.0
    absolute_hours: float = 168.0
    metrics_open: bool = False
    public_url: str = ""
    oidc: OidcSettings | None = None

    def __post_init__(self) -> None:
        faults = _faults(self)
        if faults:
            raise ConfigError(faults)

    @property
    def accounts_url(self) -> str:
        """The database of accounts, as SQLAlchemy names it."""
        return self.database_url or f"sqlite:///{self.data_dir.absolute() / 'accounts.db'}"

    @classmethod
    def load(
        cls, file: Path | None, environ: Mapping[str, str], options: Mapping[str, Any]
    ) -> Settings:
        """Read settings from where they stand; options win, then the environment, then the file.

        Parameters
        ----------
        file : Path or None
            TOML: the attributes' names, and a table ``[oidc]``.
        environ : mapping
            ``COTERIE_HOST``, ``COTERIE_OIDC_ISSUER`` ...; lists are separated by commas.
        options : mapping
            By attribute; None for what was not given.

        Raises
        ------
        ConfigError
            With every fault at once.
        MissingFileError, UnreadableTableError
            If the file is not there or no TOML.

        Examples
        --------
        >>> Settings.load(None, {"COTERIE_PORT": "9000", "COTERIE_HOST": "::"}, {"host": "::1"})
        ... # doctest: +ELLIPSIS
        Settings(host='::1', port=9000, ...)
        """
        faults: list[str] = []
        given = _from_file(file, faults) if file is not None else {}
        single = given.pop("oidc", {})
        given |= _from_environment(environ, _READERS, PREFIX, faults)
        single |= _from_environment(environ, _OIDC_READERS, f"{PREFIX}OIDC_", faults)
        given |= {key: value for key, value in options.items() if value is not None}
        oidc = None
        try:
            oidc = OidcSettings(**single) if single else None
            settings = cls(**given, oidc=oidc)
        except ConfigError as fault:
            faults.extend(fault.faults)
        if faults:
            raise ConfigError(faults)
        return settings


def _faults(settings: Settings) -> list[str]:
    """Say everything that is wrong with settings, a sentence each."""
    faults = []
    if not 0 <= settings.port <= 65_535:
        faults.append(f"The port lies between 0 and 65535; it is {settings.port}.")
    if (settings.tls_cert is None) != (settings.tls_key is None):
        faults.append("TLS needs both a certificate and a key: give tls_cert and tls_key.")
    for what, path in (("certificate", settings.tls_cert), ("key", settings.tls_key)):
        if path is not None and not path.is_file():
            faults.append(f"There is no TLS {what} {path}. Check the path.")
    if settings.sign_up not in SIGN_UPS:
        faults.append(f"sign_up is open, invite or closed; it is {settings.sign_up}.")
    if not 0 < settings.upload_mb <= 100_000:
        faults.append(f"upload_mb lies between 0 and 100000; it is {settings.upload_mb:g}.")
    if not 1 <= settings.workers <= MOST_WORKERS:
        faults.append(f"workers lie between 1 and {MOST_WORKERS}; there are {settings.workers}.")
    if not settings.allowed_hosts:
        faults.append("allowed_hosts names the hosts the server answers to; there is none.")
    if not 0 < settings.idle_hours <= settings.absolute_hours:
        faults.append(
            "A session's idle_hours are more than 0 and at most its absolute_hours; they are "
            f"{settings.idle_hours:g} and {settings.absolute_hours:g}."
        )
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        faults.append(
            f"public_url begins with http:// or https://; it is {settings.public_url[:80]}."
        )
    return faults + _oidc_faults(settings.oidc)


def _oidc_faults(oidc: OidcSettings | None) -> list[str]:
    """Say what is wrong with the settings of single sign-on; never the secret itself."""
    if oidc is None:
        return []
    faults = [
        f"Single sign-on needs oidc.{key}, and it is empty."
        for key in ("issuer", "client_id", "client_secret")
        if not getattr(oidc, key)
    ]
    if oidc.issuer and not oidc.issuer.startswith(("https://", "http://")):
        faults.append(f"oidc.issuer begins with https://; it is {oidc.issuer[:80]}.")
    if oidc.role not in ROLES:
        faults.append(f"oidc.role is admin, analyst or viewer; it is {oidc.role}.")
    return faults


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
    "idle_hours": _number,
    "absolute_hours": _number,
    "metrics_open": _yes_no,
    "public_url": _text,
}
_OIDC_READERS: dict[str, Reader] = {
    **dict.fromkeys((one.name for one in fields(OidcSettings)), _text),
    "create": _yes_no,
    "scopes": _listed,
}


def _from_environment(
    environ: Mapping[str, str], readers: Mapping[str, Reader], prefix: str, faults: list[str]
) -> dict[str, Any]:
    """Read the variables that are set; an empty one counts as not set."""
    names = {key: f"{prefix}{key.upper()}" for key in readers}
    found = {key: environ[name] for key, name in names.items() if environ.get(name, "").strip()}
    return _read(found, readers, names, faults)


def _from_file(file: Path, faults: list[str]) -> dict[str, Any]:
    """Read a TOML file of settings."""
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
