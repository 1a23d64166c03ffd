"""Which problem each of Coterie's own errors is."""

from __future__ import annotations

from coterie.errors import CoterieError
from coterie.faces.api.problems import Problem
from coterie.faces.jobs import NoSuchJobError, TooManyJobsError
from coterie.stores.accounts import AccountStoreError
from coterie.stores.shelf import (
    NoSuchModelError,
    NoSuchStudyError,
    NoSuchUploadError,
    NotYoursError,
    ShelfError,
    StorageError,
    StorageFullError,
    UploadTooLargeError,
)

_KINDS: tuple[tuple[type[CoterieError], int, str], ...] = (
    (NoSuchStudyError, 404, "no-such-study"),
    (NoSuchJobError, 404, "no-such-study"),
    (NoSuchModelError, 404, "no-such-model"),
    (NoSuchUploadError, 404, "no-such-upload"),
    (NotYoursError, 403, "not-yours"),
    (UploadTooLargeError, 413, "too-large"),
    (StorageFullError, 507, "storage-full"),
    (StorageError, 500, "storage"),
    (TooManyJobsError, 409, "too-many-jobs"),
    (ShelfError, 409, "not-now"),
    (AccountStoreError, 503, "accounts"),
    (CoterieError, 422, "invalid-request"),
)


def problem_of(fault: CoterieError) -> Problem:
    """Return the problem that an error is; its text is fit to be shown."""
    status, kind = next((status, kind) for one, status, kind in _KINDS if isinstance(fault, one))
    return Problem(status, kind, str(fault))
