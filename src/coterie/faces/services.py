"""Services: what every page, route and demo of one server shares."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING

from coterie.config import RunConfig
from coterie.errors import ConfigError, MissingExtraError
from coterie.faces.jobs import Job, Jobs
from coterie.faces.registered import Registered
from coterie.faces.serving_settings import OidcSettings, Settings
from coterie.stores.shelf import SERVER, Shelf
from coterie.stores.shelf.places import Places

if TYPE_CHECKING:
    from coterie.stores.accounts import Accounts

__all__ = ["OidcSettings", "Services", "Settings", "current", "use"]

NAMES_SECONDS = 30.0
SERVER_NAME = "Coterie"
SAMPLE_NAME = "Sample customers"


@dataclass(frozen=True)
class Services:
    """The accounts, the shelf and the jobs of one data directory.

    Attributes
    ----------
    settings : Settings
    accounts : Accounts
    shelf : Shelf
    jobs : Jobs
    """

    settings: Settings
    accounts: Accounts
    shelf: Shelf
    jobs: Jobs
    _lock: IO[str]

    @classmethod
    def open(cls, settings: Settings) -> Services:
        """Open a data directory; it is made, swept and put in order first.

        Jobs that another process left unfinished are interrupted; finished studies stay.

        Raises
        ------
        ConfigError
            If another server has this data directory open.
        StorageError
            If it cannot be written to.
        MissingExtraError
            If the libraries of the server are not installed.
        """
        places = Places(settings.data_dir)
        lock = _hold(places.root)
        try:
            places.sweep()
            accounts = _accounts(settings)
            shelf = Shelf(settings.data_dir, name_of=_Names(accounts))
            jobs = Jobs(shelf, settings.data_dir, settings.workers)
        except BaseException:
            lock.close()
            raise
        services = cls(settings, accounts, shelf, jobs, lock)
        _ = services.answering  # The registry is asked from now on, where there is one.
        return services

    @cached_property
    def answering(self) -> Registered:
        """What is in production: the shelf's studies, and the registry's models."""
        return Registered(self.shelf, self.settings.data_dir)

    def close(self) -> None:
        """End running jobs, and let go of the data directory."""
        self.answering.close()
        self.jobs.close()
        self.accounts.close()
        self._lock.close()

    def make_sample(self) -> Job | None:
        """Start a study of sample customers that everybody sees; None if there is any study.

        It belongs to the server itself, and is shared as soon as it is done.
        """
        if self.shelf.studies(SERVER):
            return None
        sample = {"kind": "customers", "rows": 2_000, "segments": 5, "seed": 0}
        return self.jobs.start_training(
            SERVER, None, RunConfig(), sample=sample, name=SAMPLE_NAME, shared=True
        )


class _Names:
    """A person's id -> the name people know; asked again after half a minute."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._names: dict[int, str] = {}
        self._until = 0.0

    def __call__(self, person: int) -> str:
        if person == SERVER:
            return SERVER_NAME
        if person not in self._names or time.monotonic() > self._until:
            self._names = {one.id: one.username for one in self._accounts.people()}
            self._names.setdefault(person, "")
            self._until = time.monotonic() + NAMES_SECONDS
        return self._names[person]


def _accounts(settings: Settings) -> Accounts:
    """Open the accounts; their libraries come with the server's extra."""
    try:
        from coterie.stores.accounts import Accounts, Policy
    except ModuleNotFoundError as fault:
        if (fault.name or "").startswith("coterie"):
            raise
        raise MissingExtraError(fault.name or "sqlalchemy", "serve", "The server") from fault
    policy = Policy(
        sign_up=settings.sign_up,
        idle_hours=settings.idle_hours,
        absolute_hours=settings.absolute_hours,
    )
    return Accounts.open(settings.accounts_url, policy=policy)


def _hold(root: Path) -> IO[str]:
    """Take a data directory for this process; the system gives it back however that ends."""
    handle = (root / "server.lock").open("a")
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # Windows has no such lock.
        pass
    except OSError:
        handle.close()
        raise ConfigError(
            [
                f"Another Coterie server has the data directory {root} open. Stop it first, or "
                "give another with --data-dir."
            ]
        ) from None
    return handle


_GUARD = threading.RLock()
_CURRENT: list[Services] = []


def use(services: Services | None) -> None:
    """Let `current` return these services from now on, in every thread; None for none."""
    with _GUARD:
        _CURRENT[:] = [] if services is None else [services]


def current(load: Callable[[], Settings] | None = None) -> Services:
    """Return the services of this process.

    Where none were registered, they are opened from the environment (``COTERIE_CONFIG`` names a
    TOML file), once.
    """
    with _GUARD:
        if not _CURRENT:
            _CURRENT.append(Services.open((load or _from_environment)()))
        return _CURRENT[0]


def _from_environment() -> Settings:
    file = os.environ.get("COTERIE_CONFIG")
    return Settings.load(Path(file) if file else None, os.environ, {})
