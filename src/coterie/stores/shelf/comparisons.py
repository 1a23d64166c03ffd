"""Comparisons of all methods on an upload, kept by what was asked: each is made once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from coterie.cluster.methods import METHODS
from coterie.stores.shelf.places import read_json

if TYPE_CHECKING:
    from pathlib import Path

    from coterie.config import RunConfig
    from coterie.schema import Schema
    from coterie.stores.shelf.uploads import Upload

FORMAT = 1
"""Of what is kept; raised when a comparison of an older Coterie should be made again."""

FILE = "comparison.json"


def settings_compared(config: RunConfig) -> RunConfig:
    """Return the settings without those that a comparison does not depend on.

    Every method is tried at its own best number of groups.

    Examples
    --------
    >>> from coterie.config import RunConfig
    >>> settings_compared(RunConfig(k=4, method="ward", seed=7)) == RunConfig(seed=7)
    True
    """
    return replace(config, k=None, method="kmeans", names={})


def comparison_folder(upload: Upload, config: RunConfig, schema: Schema | None) -> Path:
    """Return where the comparison on an upload is kept, or will be: beside the upload.

    Parameters
    ----------
    upload : Upload
    config : RunConfig
        Number of groups, method and names do not matter.
    schema : Schema or None
        As the person gave it; None where the detected one stands.
    """
    asked = {
        "format": FORMAT,
        "methods": list(METHODS),
        "settings": settings_compared(config).to_dict(),
        "schema": schema.to_dict() if schema is not None else None,
    }
    text = json.dumps(asked, sort_keys=True, default=str)
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    return upload.path.parent / "methods" / key


def read_comparison(folder: Path) -> dict[str, Any] | None:
    """Return a comparison (`workflow.methods.Comparison.to_dict`); None until one is made."""
    found: dict[str, Any] | None = read_json(folder / FILE)
    return found
