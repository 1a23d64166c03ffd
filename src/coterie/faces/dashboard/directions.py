"""Where one customer stands in the picture of all features, along its two directions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from coterie.workflow.pictures import principal_plane

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coterie.stores.shelf import StoredStudy


def place_along(study: StoredStudy, values: Mapping[str, float]) -> tuple[float, float]:
    """Return a customer's place along the directions of the study's picture of all features.

    Parameters
    ----------
    study : StoredStudy
    values : mapping of str to float
        As `Segmentation.values` returns: each feature, in its own unit.
    """
    middle, directions = _plane(study.id, study)
    scaling = study.segmentation.scaling
    point = scaling.matrix(np.array([[values[name] for name in scaling.features]]))[0]
    x, y = directions @ (point - middle)
    return float(x), float(y)


@st.cache_data(show_spinner=False, max_entries=64)
def _plane(
    study_id: str,  # noqa: ARG001 - the key; a study never changes
    _study: StoredStudy,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middle and the two directions, found anew as the picture found them."""
    points = np.asarray(_study.sample.points, dtype=np.float64)
    return points.mean(axis=0), principal_plane(points)[2]
