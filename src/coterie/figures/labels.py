"""Where names stand beside their centres without covering each other."""

from __future__ import annotations

from collections.abc import Sequence

Box = tuple[float, float, float, float]

_DIRECTIONS = (
    (0.0, -1.0), (0.0, 1.0), (1.0, 0.0), (-1.0, 0.0),
    (0.75, -1.0), (-0.75, -1.0), (0.75, 1.0), (-0.75, 1.0),
)  # fmt: skip


def place_labels(
    anchors: Sequence[tuple[float, float]],
    sizes: Sequence[tuple[float, float]],
    bounds: tuple[float, float],
    *,
    clear: float = 9.0,
) -> list[tuple[float, float]]:
    """Place each label near its anchor, inside the picture, off other labels and anchors.

    Parameters
    ----------
    anchors, sizes : sequence of (float, float)
        Points to name, and width and height of their names; all in pixels.
    bounds : (float, float)
        Width and height of the picture.
    clear : float
        Pixels kept free around anchors.

    Returns
    -------
    list of (float, float)
        Middle of each label. Where no free place is found, the one that covers least.

    Examples
    --------
    >>> place_labels([(50.0, 50.0)], [(40.0, 10.0)], (100.0, 100.0))
    [(50.0, 35.0)]
    """
    placed: list[Box] = []
    dots = [(x - clear, y - clear, x + clear, y + clear) for x, y in anchors]
    found = []
    for (x, y), (width, height) in zip(anchors, sizes, strict=True):
        best = (float("inf"), x, y)
        for ring in range(6):
            for dx, dy in _DIRECTIONS:
                across = width / 2 if abs(dx) == 1.0 else 0.6 * width * (dy != 0)
                far_x = x + dx * (across + clear + 1.0 + ring * 14.0 * (dx != 0))
                far_y = y + dy * (height / 2 + clear + 1.0 + ring * 14.0)
                mid_x = min(max(far_x, width / 2 + 2), max(bounds[0] - width / 2 - 2, width / 2))
                mid_y = min(max(far_y, height / 2 + 2), max(bounds[1] - height / 2 - 2, height / 2))
                box = _around(mid_x, mid_y, width, height)
                covered = sum(_overlap(box, other) for other in (*placed, *dots))
                if covered < best[0] - 1e-9:
                    best = (covered, mid_x, mid_y)
            if best[0] == 0:
                break
        placed.append(_around(best[1], best[2], width + 4, height + 2))
        found.append((best[1], best[2]))
    return found


def _around(x: float, y: float, width: float, height: float) -> Box:
    """Return the box around a middle."""
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _overlap(a: Box, b: Box) -> float:
    """Return the area that two boxes share."""
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
