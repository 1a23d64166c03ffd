"""Shelf: the studies, uploads and models of a data directory, each only for whom it is for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from coterie.errors import ConfigError
from coterie.stores.shelf import uploads
from coterie.stores.shelf.faults import (
    NoSuchModelError,
    NoSuchStudyError,
    NotYoursError,
    ShelfError,
)
from coterie.stores.shelf.looks import StoredLook, look_key
from coterie.stores.shelf.models import Model, grouped, in_production, put_in_production
from coterie.stores.shelf.names import LONGEST_NAME, tidy_text
from coterie.stores.shelf.places import MARKS, PAINTED, Places, alone, is_id, remove, write_json
from coterie.stores.shelf.remembering import Remembered
from coterie.stores.shelf.studies import Annotation, Card, Marks, StoredStudy
from coterie.stores.shelf.uploads import Upload

if TYPE_CHECKING:
    from coterie.schema import DateOrder, Schema

SERVER = 0
"""The owner of what the server made itself, such as the sample study."""

LONGEST_ANNOTATION = 4_000
LONGEST_SEGMENT_NAME = 60
MOST_CACHED = 64

_LOG = logging.getLogger("coterie.shelf")


class Shelf:
    """What a data directory holds.

    Every method takes who asks, as the id of a person; what is another's and not shared is told
    to be missing, in the same words.

    Parameters
    ----------
    data_dir : Path
        Made if there is none.
    name_of : callable, optional
        A person's id -> how they are called, for cards.
    """

    def __init__(self, data_dir: Path, *, name_of: Callable[[int], str] | None = None) -> None:
        self.places = Places(data_dir)
        self.on_renamed: Callable[[str, int], None] | None = None
        """Is told the study and its owner when a segment has got another name."""
        self._name_of = name_of or (lambda _: "")
        self._read = Remembered().read
        self._looks: dict[Path, StoredLook] = {}
        self._cached: dict[str, tuple[Card, Marks, StoredStudy]] = {}

    # Uploads

    def accept_upload(
        self, owner: int, filename: str, content: bytes | IO[bytes], *, limit_mb: float = 200
    ) -> Upload:
        """Keep a file that a person gives.

        Parameters
        ----------
        owner : int
        filename : str
            As the person's computer calls it; folders and misleading signs are left out.
        content : bytes or binary file
            Read piece by piece and never held whole.
        limit_mb : float
            Megabytes (10^6 bytes) that are taken at most.

        Raises
        ------
        UploadTooLargeError, StorageFullError, EmptyTableError, UnreadableTableError
            If the file is too large, packed or not; does not fit the disk; or is no table.
        """
        return uploads.accept(self.places, owner, filename, content, limit_mb)

    def uploads(self, owner: int) -> list[Upload]:
        """Return a person's uploads, newest first."""
        return uploads.listed(self.places, owner)

    def upload(self, upload_id: str, owner: int) -> Upload:
        """Return one of a person's uploads; raises NoSuchUploadError."""
        return uploads.find(self.places, upload_id, owner)

    def delete_upload(self, upload_id: str, owner: int) -> None:
        """Delete an upload and what was looked at of it; raises NoSuchUploadError."""
        with alone(self.places.root):
            remove(uploads.find(self.places, upload_id, owner).path.parent)

    def look(
        self,
        upload_id: str,
        owner: int,
        *,
        schema: Schema | str | None = None,
        dates: DateOrder | None = None,
    ) -> StoredLook | None:
        """Return what is known of an upload under a schema (or its TOML) and an order of dates.

        None until a job has looked (see `Jobs.start_look`); raises NoSuchUploadError, and
        SchemaError where the text is no schema.
        """
        return self.look_by_key(upload_id, owner, look_key(upload_id, schema, dates))

    def look_by_key(self, upload_id: str, owner: int, key: str) -> StoredLook | None:
        """Return the look that a job calls `look_key`; None if there is none."""
        upload = uploads.find(self.places, upload_id, owner)
        if not is_id(key):
            return None
        folder = upload.path.parent / "looks" / key
        if not (folder / "look.json").exists():
            self._looks.pop(folder, None)
            return None
        if len(self._looks) >= MOST_CACHED:
            self._looks.clear()
        return self._looks.setdefault(folder, StoredLook(folder))

    # Studies

    def studies(self, viewer: int) -> list[Card]:
        """Return the studies a person may see, newest first: own, shared and in production."""
        seen = [card for card in self._cards() if _may_see(card, viewer)]
        return sorted(seen, key=lambda card: (card.created_at, card.id), reverse=True)

    def study(self, study_id: str, viewer: int) -> StoredStudy:
        """Return a study that a person may see; raises NoSuchStudyError."""
        card = self._card(study_id, self._production()) if is_id(study_id) else None
        if card is None or not _may_see(card, viewer):
            raise NoSuchStudyError
        return self._open(card)

    def share(self, study_id: str, owner: int, on: bool) -> None:
        """Let everybody on this server look at a study, or no longer."""
        with self._alone(study_id):
            card = self._own(study_id, owner)
            if not on and card.production:
                raise ShelfError(
                    f"{card.name} is in production, and so everybody may look at it. Promote "
                    "another study first."
                )
            self._mark(study_id, shared=on)

    def rename_study(self, study_id: str, owner: int, name: str) -> None:
        """Give a study another name; its model, the name in addresses, stays."""
        tidy = tidy_text(name, LONGEST_NAME)
        if not tidy:
            raise ConfigError(["A study's name must not be empty."])
        with self._alone(study_id):
            self._own(study_id, owner)
            self._mark(study_id, name=tidy)

    def rename_segment(self, study_id: str, owner: int, segment_id: int, name: str) -> None:
        """Give a segment another name: on pages, in the bundle and in the customers' files.

        Raises
        ------
        NoSuchStudyError
        ConfigError
            If there is no such segment, or another one is called so.
        """
        from coterie.stores.shelf.rewriting import rewrite_names

        tidy = tidy_text(name, LONGEST_SEGMENT_NAME + 1)
        with self._alone(study_id):
            study = self._open(self._own(study_id, owner))
            study.segmentation.renamed({segment_id: tidy})
            marks = self._marks(study_id)
            marks = replace(marks, names={**marks.names, segment_id: tidy})
            rewrite_names(StoredStudy(study.card, study.folder, marks))
            write_json(study.folder / MARKS, marks.to_dict())
        if self.on_renamed is not None:
            self.on_renamed(study_id, owner)

    def annotate(self, study_id: str, owner: int, segment_id: int | None, text: str) -> None:
        """Keep a person's words on a segment, or on the whole study (None); empty removes them."""
        kept = text.strip()[:LONGEST_ANNOTATION]
        with self._alone(study_id):
            study = self._open(self._own(study_id, owner))
            ids = {segment["id"] for segment in study.summary["segments"]}
            if segment_id is not None and segment_id not in ids:
                raise ConfigError(
                    [f"There is no segment {segment_id}; the ids are 1 to {len(ids)}."]
                )
            others = [one for one in study.annotations if one.segment_id != segment_id]
            more = [Annotation(segment_id, kept)] if kept else []
            ordered = sorted([*others, *more], key=lambda one: one.segment_id or 0)
            self._mark(study_id, annotations=tuple(ordered))

    def delete(self, study_id: str, owner: int) -> None:
        """Delete a study with all its files; one in production cannot be."""
        with alone(self.places.root):
            card = self._own(study_id, owner)
            if card.production:
                raise ShelfError(
                    f"{card.name} is in production. Promote another study first, then delete it."
                )
            remove(self.places.studies / study_id)
            self._cached.pop(study_id, None)

    def outdated_reports(self) -> list[tuple[str, int]]:
        """Return study and owner where the report still shows other names than those given."""
        outdated = []
        for card in self._cards():
            folder = self.places.studies / card.id
            given = self._marks(card.id).to_dict()["names"]
            if given != self._read(folder / PAINTED, {}):
                outdated.append((card.id, card.owner))
        return outdated

    # Models

    def models(self, viewer: int) -> list[Model]:
        """Return the models a person may see, each with the versions that they may see."""
        return grouped(self.studies(viewer), self._production())

    def promote(self, study_id: str, by: int) -> Card:
        """Let a study answer under its model's name, for everybody; return its card."""
        with alone(self.places.root):
            card = self.study(study_id, by).card
            with self._alone(study_id):
                self._mark(study_id, shared=True)
            put_in_production(self.places, card.model, study_id, by)
            return replace(card, shared=True, production=True)

    def production(self, model: str) -> StoredStudy:
        """Return the study that answers under a model's name; raises NoSuchModelError."""
        production = self._production()
        card = self._card(production[model], production) if model in production else None
        if card is None:
            raise NoSuchModelError(model)
        return self._open(card)

    # What is kept in memory, and whether it still holds

    def _alone(self, study_id: str) -> AbstractContextManager[None]:
        """Let one thread of one process at a time change a study."""
        folder = self.places.studies / study_id
        if not is_id(study_id) or not folder.is_dir():
            raise NoSuchStudyError
        return alone(folder)

    def _cards(self) -> list[Card]:
        """Return the cards of all studies."""
        production = self._production()
        names = [path.name for path in self.places.studies.iterdir()]
        cards = [self._card(name, production) for name in names if is_id(name)]
        return [card for card in cards if card is not None]

    def _card(self, study_id: str, production: dict[str, str]) -> Card | None:
        """Return a study's card; None if there is no such study."""
        try:
            facts = self._read(self.places.studies / study_id / "study.json")
        except ValueError:
            _LOG.exception("The study %s cannot be read and is not shown", study_id)
            return None
        if facts is None:
            return None
        marks = self._marks(study_id)
        return Card(
            id=study_id,
            name=marks.name or facts["name"],
            owner=facts["owner"],
            owner_name=self._name_of(facts["owner"]),
            created_at=datetime.fromisoformat(facts["created_at"]),
            customers=facts["customers"],
            k=facts["k"],
            verdict=facts["verdict"],
            shared=marks.shared,
            model=facts["model"],
            production=production.get(facts["model"]) == study_id,
            data=facts["data"],
        )

    def _open(self, card: Card) -> StoredStudy:
        """Return the study of a card; the same object as long as nobody has changed it."""
        marks = self._marks(card.id)
        cached = self._cached.get(card.id)
        if cached is None or cached[:2] != (card, marks):
            if len(self._cached) >= MOST_CACHED:
                self._cached.clear()
            cached = (card, marks, StoredStudy(card, self.places.studies / card.id, marks))
            self._cached[card.id] = cached
        return cached[2]

    def _own(self, study_id: str, owner: int) -> Card:
        """Return the card of a study that a person may change; raises NoSuchStudyError."""
        card = self.study(study_id, owner).card
        if card.owner != owner:
            raise NotYoursError(card.name, card.owner_name)
        return card

    def _production(self) -> dict[str, str]:
        return in_production(self._read(self.places.models, {}))

    def _marks(self, study_id: str) -> Marks:
        return Marks.from_dict(self._read(self.places.studies / study_id / MARKS, {}))

    def _mark(self, study_id: str, **changes: Any) -> None:
        marks = replace(self._marks(study_id), **changes)
        write_json(self.places.studies / study_id / MARKS, marks.to_dict())


def _may_see(card: Card, viewer: int) -> bool:
    return viewer == card.owner or card.shared or card.production
