"""What the shelf has to say when something is not there, not allowed or does not fit."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from coterie.errors import InputError, OutputError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class ShelfError(InputError):
    """What was asked of the shelf cannot be done."""


class NoSuchStudyError(ShelfError):
    """There is no such study, or not for this person: the two are told in the same words."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such study. It may have been deleted, or it is another person's and not "
            "shared. Choose one from the list of models."
        )


class NotYoursError(ShelfError):
    """A study that a person may see is another's, and only its owner may change it."""

    def __init__(self, name: str, owner_name: str) -> None:
        super().__init__(
            f"{name} is {owner_name or 'another person'}'s study. Only its owner can change it; "
            "train one of your own to name and annotate."
        )


class NoSuchUploadError(ShelfError):
    """There is no such upload, or not for this person."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such file any more. It may have been deleted. Upload it again."
        )


class NoSuchModelError(ShelfError):
    """There is no model of this name in production."""

    def __init__(self, name: str, more: str = "") -> None:
        self.name = name
        super().__init__(
            f"There is no model called {name[:80]} in production. "
            + (more or "Promote a study of it first, or choose another from the list of models.")
        )


class UploadTooLargeError(ShelfError):
    """A file is larger than the server takes.

    Attributes
    ----------
    limit_mb : float
    """

    def __init__(self, name: str, limit_mb: float) -> None:
        self.limit_mb = limit_mb
        super().__init__(
            f"{name} is larger than the {limit_mb:g} MB that this server takes. Save it as Parquet "
            "or leave out columns, or ask the administrator to raise the limit."
        )


class StorageFullError(ShelfError):
    """The server's disk is full; what was kept before is as it was."""

    def __init__(self) -> None:
        super().__init__(
            "The server's disk is full, so this could not be kept. Nothing that was there before "
            "is lost. Ask the administrator to free space, then try again."
        )


class StorageError(ShelfError):
    """The server's data directory cannot be written to."""

    def __init__(self) -> None:
        super().__init__(
            "The server could not write to its data directory, so this could not be kept. Nothing "
            "that was there before is lost. Ask the administrator to look at the server's log."
        )


def is_full_disk(fault: BaseException | None) -> bool:
    """Return whether a fault, or what led to it, is a disk (or a quota) that is full."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, OSError) and fault.errno in FULL:
            return True
        if "No space left on device" in str(fault) or "os error 28" in str(fault):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


@contextmanager
def storing() -> Iterator[None]:
    """Tell a person about the server's storage, not about paths they have never seen."""
    try:
        yield
    except ShelfError:
        raise
    except Exception as fault:
        if is_full_disk(fault):  # Polars has its own exception for what the system said.
            raise StorageFullError from fault
        if isinstance(fault, OutputError | OSError):
            raise StorageError from fault
        raise
