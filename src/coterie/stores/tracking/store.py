"""Where runs are logged: a database of one's own, or the server that MLFLOW_TRACKING_URI names."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from coterie.tables.writing import write_content

FOLDER = "COTERIE_TRACKING_DIR"
SWITCH = "COTERIE_TRACK"
ADDRESS = "MLFLOW_TRACKING_URI"
EXPERIMENT = "MLFLOW_EXPERIMENT_NAME"
_OFF = frozenset({"0", "off", "no", "false"})
_SQLITE = "sqlite:///"
_SCHEMES = ("models:/", "runs:/")


@dataclass(frozen=True)
class Store:
    """Where runs are logged, and the folder where they wait until they are.

    Attributes
    ----------
    home : Path
        Holds the outbox, and, unless `uri` names another place, database and artifacts.
    uri : str
        As MLflow takes it. It may hold a password: show `where` instead.
    experiment : str
    """

    home: Path
    uri: str
    experiment: str = "coterie"

    @property
    def local(self) -> bool:
        """Whether database and artifacts lie in `home`."""
        return self.uri == own_uri(self.home)

    @property
    def where(self) -> str:
        """The place in words: a folder, or an address without its password."""
        return str(self.home) if self.local else without_password(self.uri)

    @property
    def target(self) -> str:
        """A short digest of the address, to tell entries for different places apart."""
        return hashlib.sha256(self.uri.encode()).hexdigest()[:16]

    @classmethod
    def find(cls, home: Path | None = None, environment: Mapping[str, str] = os.environ) -> Store:
        """Return the store that the environment asks for, or the user's own.

        Parameters
        ----------
        home : Path, optional
            The folder to use instead of ``COTERIE_TRACKING_DIR`` or the user's data folder.
        environment : mapping of str to str
        """
        folder = (home or _home(environment)).expanduser().absolute()
        uri = environment.get(ADDRESS, "").strip() or _set_by_program() or own_uri(folder)
        experiment = environment.get(EXPERIMENT, "").strip() or "coterie"
        return cls(folder, _absolute(uri), experiment)

    def make_home(self) -> None:
        """Make the folder, for its owner only: reports tell of customers."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        ignore = self.home / ".gitignore"
        if not ignore.exists():
            write_content(b"*\n", ignore)


def installed() -> bool:
    """Return whether MLflow is installed, without importing it."""
    if "mlflow" in sys.modules:
        # None stands there where an import of it is barred.
        return sys.modules.get("mlflow") is not None
    return find_spec("mlflow") is not None


def is_wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether trainings are tracked where nothing else is said; COTERIE_TRACK=0: no.

    Examples
    --------
    >>> is_wanted({}), is_wanted({"COTERIE_TRACK": "off"})
    (True, False)
    """
    return environment.get(SWITCH, "").strip().lower() not in _OFF


def is_model_uri(text: object) -> bool:
    """Return whether a text names a model in a tracking store, not a file.

    Examples
    --------
    >>> is_model_uri("models:/customers@production"), is_model_uri("out/segmentation.zip")
    (True, False)
    """
    return str(text).replace("\\", "/").startswith(_SCHEMES)


def own_uri(home: Path) -> str:
    """Return the address of the database in a folder."""
    return f"{_SQLITE}{(home / 'mlflow.db').as_posix()}"


def without_password(uri: str) -> str:
    """Return an address without user, password and query, fit to be shown.

    Examples
    --------
    >>> without_password("https://ann:secret@runs.example.com/mlflow?token=1")
    'https://runs.example.com/mlflow'
    """
    parts = urlsplit(uri)
    if not parts.netloc:
        return uri.partition("?")[0]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))


def _home(environment: Mapping[str, str]) -> Path:
    """Return the user's folder for runs, as the system's customs have it."""
    if named := environment.get(FOLDER, "").strip():
        return Path(named)
    if os.name == "nt" and (local := environment.get("LOCALAPPDATA")):
        return Path(local) / "coterie" / "mlflow"
    data = environment.get("XDG_DATA_HOME", "").strip()
    return (Path(data) if data else Path.home() / ".local" / "share") / "coterie" / "mlflow"


def _set_by_program() -> str:
    """Return the address that a program or a notebook gave MLflow itself, if it did."""
    mlflow = sys.modules.get("mlflow")
    if mlflow is None or not getattr(mlflow, "is_tracking_uri_set", bool)():
        return ""
    return str(mlflow.get_tracking_uri())


def _absolute(uri: str) -> str:
    """Return an address that means the same from every folder."""
    if uri.startswith(_SQLITE) and not uri.startswith(f"{_SQLITE}/"):
        path = uri.removeprefix(_SQLITE)
        if path and not (len(path) > 1 and path[1] == ":") and not path.startswith(":memory"):
            return f"{_SQLITE}{Path(path).absolute().as_posix()}"
    return uri
