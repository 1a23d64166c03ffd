"""Sentences that speak of the command line, said for a page."""

from __future__ import annotations

_SAID = {
    "Say which with --dates dmy, --dates mdy or --dates ymd.": "Say which below.",
    "Write them all one way, or say with --dates dmy, --dates mdy or --dates ymd which to keep; "
    "the others become missing.": "Write them all one way.",
    "Name others with --features if you know which of them matter.": "Name others on the Segment "
    "page if you know which of them matter.",
    "Give a day with --as-of to use the age.": "Give a day on the Segment page to use the age.",
    "or describe it in the schema file.": "or mend the table of columns.",
}


def for_page(text: str) -> str:
    """Return a sentence as it is said on a page.

    Examples
    --------
    >>> for_page("No date is known. Give a day with --as-of to use the age.")
    'No date is known. Give a day on the Segment page to use the age.'
    """
    for old, new in _SAID.items():
        text = text.replace(old, new)
    return text
