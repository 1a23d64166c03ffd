"""The plain values that accounts hand out, and the policy they keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from coterie.errors import ConfigError

Role = Literal["admin", "analyst", "viewer"]
SignUp = Literal["open", "invite", "closed"]
ROLES: tuple[Role, ...] = get_args(Role)
SCOPES = ("place", "score", "read", "train")

_LOOKING = frozenset({"look", "place"})
_WORKING = _LOOKING | {"train", "upload", "export", "share"}
_RULING = _WORKING | {"promote", "people"}
ACTIONS: dict[str, frozenset[str]] = {"viewer": _LOOKING, "analyst": _WORKING, "admin": _RULING}


@dataclass(frozen=True)
class Person:
    """Somebody with an account.

    Attributes
    ----------
    id : int
        Never given to anybody else.
    username : str
        As it was written; compared without regard to case.
    role : {"admin", "analyst", "viewer"}
    email : str or None
    disabled : bool
        A disabled person keeps their studies and cannot log in.
    created_at : datetime
        In UTC.
    """

    id: int
    username: str
    role: Role
    email: str | None
    disabled: bool
    created_at: datetime

    def may(self, action: str) -> bool:
        """Return whether this person may do `action`.

        Parameters
        ----------
        action : {"look", "place", "train", "upload", "export", "share", "promote", "people"}

        Raises
        ------
        ValueError
            If there is no such action.
        """
        if action not in _RULING:
            raise ValueError(f"action={action!r} is none of {sorted(_RULING)}")
        return not self.disabled and action in ACTIONS[self.role]


@dataclass(frozen=True)
class Session:
    """One login that has not ended.

    Attributes
    ----------
    person : Person
    csrf : str
        Goes with each form of this session, and with no other.
    created_at, expires_at : datetime
        In UTC; it ends then if nothing is done with it until then.
    address : str
        Where the login came from.
    """

    person: Person
    csrf: str = field(repr=False)
    created_at: datetime
    expires_at: datetime
    address: str


@dataclass(frozen=True)
class SessionRecord:
    """One of a person's logins as a list shows it.

    Attributes
    ----------
    handle : str
        To end it by; nobody logs in with it.
    address : str
        Where the login came from.
    created_at, seen_at, expires_at : datetime
        In UTC; when it began, was last used, and ends if nothing is done with it.
    """

    handle: str
    address: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class TokenRecord:
    """An API token as it can be shown: all but the secret."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True)
class Link:
    """What a one-time link is for.

    Attributes
    ----------
    kind : {"first", "invitation", "reset"}
    role : Role or None
        Given by the link; None for a reset.
    email : str or None
        Whom the invitation was meant for.
    username : str or None
        Whose password a reset renews.
    expires_at : datetime
    """

    kind: str
    role: Role | None
    email: str | None
    username: str | None
    expires_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """One thing that somebody did.

    Attributes
    ----------
    id : int
        Grows with time; pass it as `before` to read on.
    at : datetime
    what : str
        "login", "login refused", "logout", "password changed", "person added", "trained", ...
    username : str or None
        As the person was called then; None where nobody was logged in.
    address : str or None
    subject : str
        Whom or what it was done to.
    detail : dict
    """

    id: int
    at: datetime
    what: str
    username: str | None
    address: str | None
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class ImportRow:
    """What became of one row of a file of people.

    Attributes
    ----------
    line : int
        Of the file, from 1.
    username : str
        As it stood there.
    added : bool
    words : str
        What was done, or why not.
    """

    line: int
    username: str
    added: bool
    words: str


@dataclass(frozen=True)
class ImportReport:
    """What became of each row of a file of people, in the order of the file."""

    rows: tuple[ImportRow, ...]

    @property
    def added(self) -> int:
        """How many people were added."""
        return sum(row.added for row in self.rows)

    @property
    def refused(self) -> tuple[ImportRow, ...]:
        """The rows that were not."""
        return tuple(row for row in self.rows if not row.added)


@dataclass(frozen=True)
class HashCost:
    """What one argon2id hash costs.

    The default lies above the least that OWASP's Password Storage Cheat Sheet advises
    (19 MiB and two passes, or 46 MiB and one).

    Attributes
    ----------
    passes : int
    memory_kib : int
    lanes : int
    """

    passes: int = 2
    memory_kib: int = 47_104
    lanes: int = 1


@dataclass(frozen=True)
class Delays:
    """How failed attempts slow the next ones down.

    Attributes
    ----------
    free : int
        Failures that cost nothing.
    first, longest : float
        Seconds after the next failure, doubling with each one, and where the doubling stops.
    forgotten : float
        Seconds without a failure after which all is as it was.
    """

    free: int
    first: float = 5.0
    longest: float = 900.0
    forgotten: float = 86_400.0

    def after(self, failures: int) -> float:
        """Return the seconds to wait after so many failures.

        Examples
        --------
        >>> [Delays(free=2).after(failures) for failures in (2, 3, 4, 30)]
        [0.0, 5.0, 10.0, 900.0]
        """
        beyond = failures - self.free
        return 0.0 if beyond <= 0 else min(self.longest, self.first * 2.0 ** min(beyond - 1, 30))


@dataclass(frozen=True)
class Policy:
    """The rules of the house.

    Attributes
    ----------
    sign_up : {"open", "invite", "closed"}
        Who may make an account: anybody, those with an invitation, or those an admin adds.
    sign_up_role : Role
        What somebody may do who signed up where that is open.
    idle_hours, absolute_hours : float
        A session ends this long after it was last used, and this long after the login.
    invitation_hours, reset_hours, first_hours : float
        How long the one-time links are good.
    audit_days : float
        How long the audit log is kept.
    hash_cost : HashCost
    hashes_at_once : int
        More wait their turn, so that logging in never takes all processors.
    account_delays, address_delays : Delays
        Many people may share one address, so it has more free failures.

    Raises
    ------
    ConfigError
        If something cannot be; it tells all of them.
    """

    sign_up: SignUp = "invite"
    sign_up_role: Role = "analyst"
    idle_hours: float = 12.0
    absolute_hours: float = 168.0
    invitation_hours: float = 168.0
    reset_hours: float = 24.0
    first_hours: float = 24.0
    audit_days: float = 365.0
    hash_cost: HashCost = HashCost()
    hashes_at_once: int = 2
    account_delays: Delays = Delays(free=5)
    address_delays: Delays = Delays(free=20, forgotten=3_600.0)

    def __post_init__(self) -> None:
        faults = []
        if self.sign_up not in get_args(SignUp):
            faults.append(f"sign_up is {self.sign_up!r}; it can be open, invite or closed.")
        if self.sign_up_role not in ROLES:
            faults.append(f"sign_up_role is {self.sign_up_role!r}; it can be {', '.join(ROLES)}.")
        faults += [
            f"{name} is {value}; it must be more than 0."
            for name in (
                "idle_hours",
                "absolute_hours",
                "invitation_hours",
                "reset_hours",
                "first_hours",
                "audit_days",
                "hashes_at_once",
            )
            if not (value := getattr(self, name)) > 0
        ]
        if faults:
            raise ConfigError(faults)
