"""The studies, uploads and models of a data directory."""

from coterie.stores.shelf.faults import (
    NoSuchModelError,
    NoSuchStudyError,
    NoSuchUploadError,
    NotYoursError,
    ShelfError,
    StorageError,
    StorageFullError,
    UploadTooLargeError,
)
from coterie.stores.shelf.looks import StoredLook
from coterie.stores.shelf.models import Model
from coterie.stores.shelf.shelf import SERVER, Shelf
from coterie.stores.shelf.studies import Annotation, Card, StoredStudy
from coterie.stores.shelf.uploads import Upload

__all__ = [
    "SERVER",
    "Annotation",
    "Card",
    "Model",
    "NoSuchModelError",
    "NoSuchStudyError",
    "NoSuchUploadError",
    "NotYoursError",
    "Shelf",
    "ShelfError",
    "StorageError",
    "StorageFullError",
    "StoredLook",
    "StoredStudy",
    "Upload",
    "UploadTooLargeError",
]
