"""What accounts refuse, in sentences fit to be shown.

::

    CoterieError
    └── AccountError
        ├── LoginRefused            one text for unknown, wrong and disabled alike
        ├── WrongPasswordError      the current password was not right
        ├── PasswordRefusedError    a new password is too short, too long or too common
        ├── UsernameRefusedError    a name that cannot be, or is taken
        ├── NoSuchPersonError
        ├── LastAdminError          nobody would be left to let people in
        ├── LinkRefusedError        a one-time link is unknown, used or too old
        ├── SignUpClosedError
        ├── PeopleFileError         a file of people cannot be imported
        └── AccountStoreError       the database cannot be used
            └── NewerAccountsError  written by a newer Coterie
"""

from __future__ import annotations

from collections.abc import Sequence

from coterie.errors import CoterieError

REFUSED = "This username and password do not fit together. Check both and try again."


class AccountError(CoterieError):
    """Anything the store of accounts has to tell its user."""


class LoginRefused(AccountError):  # noqa: N818  a refusal is an answer, not a fault
    """Nobody was let in; the text does not tell why.

    Attributes
    ----------
    retry_after : float or None
        Seconds until another attempt is looked at, None where it may follow at once.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(REFUSED if retry_after is None else _too_many(retry_after))


class WrongPasswordError(AccountError):
    """The current password was not right.

    Attributes
    ----------
    retry_after : float or None
        Seconds until another attempt is looked at, None where it may follow at once.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        wrong = "The current password is not right. Nothing was changed."
        super().__init__(wrong if retry_after is None else _too_many(retry_after))


class PasswordRefusedError(AccountError):
    """A new password is too short, too long or too easily guessed."""


class UsernameRefusedError(AccountError):
    """A name that cannot be used, or that is taken."""


class NoSuchPersonError(AccountError):
    """Nobody has this name."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(
            f"Nobody here is called {username[:64]!r}. 'coterie users list' shows all names."
        )


class LastAdminError(AccountError):
    """Nobody would be left to manage people."""

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__(
            f"{username} is the only admin who can log in. Make somebody else an admin first."
        )


class LinkRefusedError(AccountError):
    """A one-time link is unknown, was used, or is too old."""

    def __init__(self) -> None:
        super().__init__(
            "This link was used already, is too old, or was never given out. "
            "Ask an admin for a new one."
        )


class SignUpClosedError(AccountError):
    """People cannot make an account by themselves here."""

    def __init__(self, policy: str) -> None:
        self.policy = policy
        if policy == "invite":
            super().__init__("An account needs an invitation here. Ask an admin for one.")
        else:
            super().__init__("New accounts are made by an admin here. Ask one for an account.")


class PeopleFileError(AccountError):
    """A file of people cannot be imported; nobody was added.

    Attributes
    ----------
    faults : tuple of str
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join((*self.faults, "Nobody was added.")))


class AccountStoreError(AccountError):
    """The database of accounts cannot be used."""


class NewerAccountsError(AccountStoreError):
    """The database was written by a newer version of Coterie."""

    def __init__(self, revision: str, known: str) -> None:
        self.revision = revision
        super().__init__(
            f"The accounts were written by a newer Coterie (revision {revision}; this one knows "
            f"up to {known}). Update Coterie, or give it another --database-url."
        )


def _too_many(seconds: float) -> str:
    """Return the sentence of a delay, in the unit a person would say."""
    whole = max(1, round(seconds + 0.499))
    if whole <= 90:
        wait = f"{whole} second{'s' if whole > 1 else ''}"
    else:
        wait = f"{-(-whole // 60)} minutes"
    return f"Too many attempts. Wait {wait}, then try again."
