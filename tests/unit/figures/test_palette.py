from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from coterie.figures import palette

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colour: str, sight: str = "normal") -> np.ndarray:
    """Return CIELAB (D65) of a colour as it is seen."""
    srgb = np.array(palette.channels(colour)) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(SIGHT[sight] @ linear, 0, 1)
    ratio = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(one: str, other: str, sight: str) -> float:
    """Return the HyAB distance, which suits large differences (Abasi et al. 2020)."""
    a, b = lab(one, sight), lab(other, sight)
    return float(abs(a[0] - b[0]) + np.hypot(*(a[1:] - b[1:])))


def test_lab_of_white_and_of_a_published_red():
    assert lab("#FFFFFF") == pytest.approx([100, 0, 0], abs=0.02)
    assert lab("#FF0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_segments_stay_apart_for_every_kind_of_sight(sight):
    twelve = palette.segment_colours(12)
    apart = {(a, b): difference(a, b, sight) for a, b in combinations(twelve, 2)}
    assert min(apart.values()) >= 20, min(apart, key=apart.__getitem__)
    assert min(apart[pair] for pair in combinations(twelve[:5], 2)) >= 33
    assert all(difference(colour, palette.NONE, sight) >= 13 for colour in twelve)


def test_lightness_alone_tells_the_segments_apart_in_grey():
    lightness = [lab(colour)[0] for colour in palette.SEGMENTS]
    for first, least in ((3, 14.0), (7, 5.5), (12, 1.5)):
        steps = np.diff(sorted(lightness[:first]))
        assert steps.min() >= least, (first, steps)


def test_every_segment_is_seen_on_paper_and_in_the_dark():
    for colour in palette.SEGMENTS:
        assert palette.contrast(colour, palette.GROUND) >= 1.7
        assert palette.contrast(colour, "#171815") >= 1.6
        assert palette.contrast(palette.text_on(colour), colour) >= 4.5


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED, palette.ACCENT])
def test_text_colours_reach_aa_on_the_ground(colour):
    assert palette.contrast(colour, palette.GROUND) >= 4.5


def test_the_text_of_a_profile_cell_is_readable_at_every_difference():
    for colours in (palette.DIVERGING, palette.DIVERGING_DARK):
        for place in np.linspace(0, 1, 41):
            cell = palette.blend(colours, float(place))
            assert palette.contrast(palette.text_on(cell), cell) >= 4.5


def test_colour_and_shape_together_name_one_of_forty_eight_segments():
    pairs = {(palette.segment_colour(i), palette.segment_marker(i)) for i in range(1, 49)}
    assert len(pairs) == 48


def test_a_customer_without_a_segment_is_grey():
    assert palette.segment_colour(0) == palette.segment_colour(-1) == palette.NONE
