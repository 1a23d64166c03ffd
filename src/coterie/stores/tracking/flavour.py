"""How MLflow opens a logged model: the bundle is the artifact, this module the code.

``mlflow.pyfunc.load_model("models:/NAME@production").predict(frame)`` places raw rows; nothing is
unpickled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.scoring import ANSWER

if TYPE_CHECKING:
    import pandas as pd

    from coterie.segmentation import Segmentation

MODULE = __name__


class BundleModel:
    """A Segmentation as MLflow calls it."""

    def __init__(self, segmentation: Segmentation) -> None:
        self.segmentation = segmentation

    def predict(self, model_input: pd.DataFrame, params: Any = None) -> pd.DataFrame:  # noqa: ARG002
        """Place raw rows: ``segment_id``, ``segment`` and ``confidence``, in the same order."""
        scored: pd.DataFrame = self.segmentation.score(model_input)
        return scored[list(ANSWER)]


def _load_pyfunc(path: str) -> BundleModel:
    """Open the bundle; MLflow finds this function by its name."""
    from coterie.stores.bundle import load_bundle

    return BundleModel(load_bundle(path))
