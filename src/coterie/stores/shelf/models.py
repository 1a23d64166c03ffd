"""Models: names under which studies answer, each with one version in production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from coterie.stores.shelf.places import Places, read_json, write_json
from coterie.stores.shelf.studies import Card


@dataclass(frozen=True)
class Model:
    """A name that studies are versions of.

    Attributes
    ----------
    name : str
        As it stands in addresses.
    production : str or None
        Id of the study that answers under this name.
    versions : tuple of Card
        Those that the asking person may see, newest first.
    registry : str
        Where the registry's model answers and not a study of this server: its address there.
    """

    name: str
    production: str | None
    versions: tuple[Card, ...]
    registry: str = ""


def in_production(plain: Mapping[str, Any]) -> dict[str, str]:
    """Return model name -> id of the study in production, from what ``models.json`` holds."""
    return {name: entry["study"] for name, entry in plain.items()}


def put_in_production(places: Places, model: str, study_id: str, by: int) -> None:
    """Let a study answer under a model's name; the caller holds the lock."""
    plain: dict[str, Any] = read_json(places.models, {})
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    before = plain.get(model, {})
    history = [*before.get("history", []), {"study": study_id, "by": by, "at": now}]
    plain[model] = {"study": study_id, "history": history}
    write_json(places.models, plain)


def grouped(cards: list[Card], production: dict[str, str]) -> list[Model]:
    """Group cards (newest first) by model; the model of the newest study comes first."""
    by_name: dict[str, list[Card]] = {}
    for card in cards:
        by_name.setdefault(card.model, []).append(card)
    return [
        Model(name, production.get(name), tuple(versions)) for name, versions in by_name.items()
    ]
