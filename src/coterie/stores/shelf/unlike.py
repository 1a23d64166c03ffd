"""The customers of a study who are least like any of its segments: found once, then read."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from coterie.stores.shelf.faults import StorageError
from coterie.stores.shelf.places import read_json, write_json

if TYPE_CHECKING:
    from coterie.stores.shelf.studies import StoredStudy

FORMAT = 1
"""Of what is kept; raised when it should be found again."""

FILE = "unlike.json"
MOST = 200
"""So many customers are told of."""


def unlike_any(study: StoredStudy) -> dict[str, Any]:
    """Return `workflow.outliers.Outliers.to_dict` of a study's customers.

    It is kept in the study's folder, and found again where a segment was renamed since.

    Parameters
    ----------
    study : StoredStudy
    """
    path = study.folder / FILE
    names = study.names_given
    kept = read_json(path)
    if isinstance(kept, dict) and kept.get("format") == FORMAT and kept["names"] == names:
        found: dict[str, Any] = kept["found"]
        return found
    from coterie.workflow.outliers import find_outliers

    found = find_outliers(
        study.segmentation, study.folder / "customers.parquet", most=MOST
    ).to_dict()
    # On a full disk it is found again the next time.
    with suppress(StorageError, OSError):
        write_json(path, {"format": FORMAT, "names": names, "found": found})
    return found
