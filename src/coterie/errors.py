"""The one exception tree of Coterie.

Every message says what is wrong, what was found and what to do, and is fit to be shown as it is.
Faces catch `CoterieError` and nothing else; a programmer's misuse stays `ValueError` or
`TypeError`.

::

    CoterieError
    ├── InputError                 what the user gave cannot be used
    │   ├── TableError             a table cannot be read
    │   │   ├── MissingFileError
    │   │   ├── EmptyTableError
    │   │   ├── UnreadableTableError   binary, damaged, too large when unpacked
    │   │   ├── UnknownSeparatorError
    │   │   └── NoNumbersError
    │   ├── SchemaError            a schema file or a column's description is wrong
    │   │   ├── MissingColumnsError
    │   │   └── DateOrderError
    │   ├── RecordError            a record to place has values that cannot be
    │   ├── ConfigError            settings are wrong; tells all of them at once
    │   ├── TooFewCustomersError
    │   └── OutputError            a result cannot be written where asked
    ├── BundleError                a saved Segmentation cannot be opened
    │   ├── ForeignBundleError     not a Coterie bundle
    │   ├── DamagedBundleError     truncated or edited
    │   └── NewerBundleError       written by a newer protocol
    └── MissingExtraError          an optional library is not installed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence


class CoterieError(Exception):
    """Anything Coterie has to tell its user; the text is fit to be shown."""


class InputError(CoterieError):
    """What the user gave cannot be used."""


class TableError(InputError):
    """A table cannot be read."""


class MissingFileError(TableError):
    """There is no file where one was asked for."""


class EmptyTableError(TableError):
    """The table has no rows, or no columns."""


class UnreadableTableError(TableError):
    """The file is not a table that Coterie reads, or it is damaged."""


class UnknownSeparatorError(TableError):
    """No separator splits the file into columns."""


class NoNumbersError(TableError):
    """The table has no column of numbers to find groups in."""


class SchemaError(InputError):
    """A schema file, or what it says of a column, is wrong."""


class MissingColumnsError(SchemaError):
    """The table lacks columns that the schema requires.

    Attributes
    ----------
    missing, present : list of str
        Column names, sorted.
    """

    def __init__(self, missing: Iterable[str], present: Iterable[str]) -> None:
        self.missing = sorted(missing)
        self.present = sorted(present)
        shown = ", ".join(self.present[:30]) + (", ..." if len(self.present) > 30 else "")
        super().__init__(
            f"The table has no column{'s' if len(self.missing) > 1 else ''} "
            f"{', '.join(self.missing)}. "
            f"It has: {shown or 'no columns at all'}. "
            "Rename the column, or describe it in the schema file."
        )


class DateOrderError(SchemaError):
    """No value of a date column decides whether the day or the month comes first.

    Attributes
    ----------
    column : str
    example : str
        A value that can be read both ways.
    """

    def __init__(self, column: str, example: str) -> None:
        self.column = column
        self.example = example
        super().__init__(
            f"The dates in {column} can be read both day first and month first "
            f"(for example {example}), and no value decides. Say which with --dates dmy, "
            "--dates mdy or --dates ymd."
        )


class RecordError(InputError):
    """A record to place has values that cannot be."""


class ConfigError(InputError):
    """One or more settings are wrong; the message tells all of them.

    Attributes
    ----------
    faults : tuple of str
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(self.faults))


class TooFewCustomersError(InputError):
    """Too few customers are left to look for groups."""


class OutputError(InputError):
    """A result cannot be written where it was asked for."""


class BundleError(CoterieError):
    """A saved Segmentation cannot be opened."""


class ForeignBundleError(BundleError):
    """The file is not a Coterie bundle."""


class DamagedBundleError(BundleError):
    """The bundle is truncated or was edited."""


class NewerBundleError(BundleError):
    """The bundle was written by a newer version of Coterie."""


class MissingExtraError(CoterieError):
    """An optional library is needed and not installed."""

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        self.library = library
        self.extra = extra
        super().__init__(
            f"{purpose} needs the library {library}, which is not installed. "
            f"Install it with: pip install 'coterie[{extra}]'"
        )
