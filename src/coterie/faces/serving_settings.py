"""Settings of a server: options, then COTERIE_ variables, then a TOML file, then defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from coterie.errors import ConfigError
from coterie.faces.serving_sources import read_environment, read_file

SignUp = Literal["open", "invite", "closed"]
SIGN_UPS = ("open", "invite", "closed")
ROLES = ("admin", "analyst", "viewer")
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
    database_hosts : tuple of str
        Database servers that analysts may read from, as `db.example.org`, `*.example.org`, or
        ``*`` for any. By default none: whoever may upload could otherwise reach, from inside the
        network, whatever the server reaches.
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
    database_hosts: tuple[str, ...] = ()
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
        given = read_file(file, faults) if file is not None else {}
        single = given.pop("oidc", {})
        environment = read_environment(environ, faults)
        single |= environment.pop("oidc")
        given |= environment
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
