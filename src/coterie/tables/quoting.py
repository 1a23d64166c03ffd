"""Whether quotation marks stand where they should, looked at in whole arrays of bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEP = 1 << 20
_QUOTE, _LINE = ord('"'), ord("\n")


def stands_even(signs: NDArray[np.uint8], separator: str, rows: int, width: int) -> bool:
    r"""Return whether quoted text is `rows` lines of `width` cells each.

    Parameters
    ----------
    signs : ndarray of uint8, shape (n_bytes,)
        The text, lines ended by line feeds.
    separator : str
        One ASCII character.
    rows, width : int
        How many lines and cells are wanted.

    Returns
    -------
    bool
        True if each quotation mark opens or closes a cell (or is doubled in one), no cell holds
        a line break, and separators outside of quotation marks come out right.

    Examples
    --------
    >>> stands_even(np.frombuffer(b'1,"a, b"', np.uint8), ",", 1, 2)
    True
    >>> stands_even(np.frombuffer(b'1,5" x', np.uint8), ",", 1, 2)
    False
    """
    between = ord(separator)
    inside, separators = 0, 0
    ends = np.array([_LINE], np.uint8)
    for start in range(0, len(signs), _STEP):
        stop = min(start + _STEP, len(signs))
        part = signs[start:stop]
        quotes = part == _QUOTE
        # uint8 wraps at 256, which is even: the lowest bit still says inside or outside.
        within = (np.cumsum(quotes, dtype=np.uint8) + np.uint8(inside)) & 1
        outside = within == 0
        if ((part == _LINE) & ~outside).any():
            return False
        separators += int(((part == between) & outside).sum())
        before = np.concatenate([signs[start - 1 : start] if start else ends, part[:-1]])
        behind = np.concatenate([part[1:], signs[stop : stop + 1] if stop < len(signs) else ends])
        opening, closing = quotes & ~outside, quotes & outside
        if _misplaced(before[opening], between) or _misplaced(behind[closing], between):
            return False
        inside = int(within[-1])
    return not inside and separators == rows * (width - 1)


def _misplaced(neighbours: NDArray[np.uint8], between: int) -> bool:
    """Return whether a mark has a neighbour that is no separator, line end or other mark."""
    fine = (neighbours == between) | (neighbours == _LINE) | (neighbours == _QUOTE)
    return not bool(fine.all())
