"""Names that people give, made safe for a file system, a page and an address."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_FILE_NAME = 120
LONGEST_NAME = 80
_FORBIDDEN = re.compile(r'[<>:"|?*/\\]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def safe_file_name(given: str) -> str:
    r"""Return a file's own name without folders, signs that mislead, or reserved words.

    Examples
    --------
    >>> safe_file_name("../../etc/passwd"), safe_file_name("C:\\data\\CON.csv")
    ('passwd', '_CON.csv')
    >>> safe_file_name(" . "), safe_file_name("Kunden März.xlsx")
    ('table', 'Kunden März.xlsx')
    """
    last = re.split(r"[/\\]", given.replace("\0", ""))[-1]
    shown = _visible(last)
    name = _FORBIDDEN.sub("_", shown).strip(" .")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    if len(name.encode()) > LONGEST_FILE_NAME:
        ending = PurePosixPath(name).suffix[:12]
        room = LONGEST_FILE_NAME - len(ending.encode())
        stem = name[: len(name) - len(ending)].encode()[:room].decode(errors="ignore")
        name = stem.rstrip(" .") + ending
    return name or "table"


def tidy_text(given: str, longest: int) -> str:
    r"""Return a line of text as it can be shown: no control signs, no double spaces, cut.

    >>> tidy_text("  Spring\x00 study\n2026 ", 12)
    'Spring study'
    """
    return " ".join(_visible(given, spaces=True).split())[:longest].strip()


def slug(name: str) -> str:
    """Return a name as it stands in an address; never empty.

    Examples
    --------
    >>> slug("Kunden März 2026.csv"), slug("客户"), slug("!!")
    ('kunden-marz-2026', '客户', 'model')
    """
    stem = re.sub(r"(?i)\.(csv|tsv|txt|xlsx?|parquet|pq|arrow|feather|gz)$", "", name.strip())
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", stem).casefold())
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    words = re.sub(r"[^\w]+", "-", unicodedata.normalize("NFC", plain)).strip("-_")
    return words[:LONGEST_NAME].strip("-_") or "model"


def _visible(text: str, *, spaces: bool = False) -> str:
    """Return text without control and direction signs, which can make a name lie."""
    normal = unicodedata.normalize("NFC", text.encode(errors="replace").decode())
    kept = []
    for sign in normal:
        if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(sign)
        elif spaces and sign.isspace():
            kept.append(" ")
    return "".join(kept)
