"""Every training on record: what was asked, every figure, the model; with MLflow, if installed.

A training only puts an entry into the outbox (`outbox.py`), which takes milliseconds; a process
in the background sends it (`sending.py`). What cannot be sent stays, with the reason, and is tried
again. MLflow is imported inside functions only: it takes seconds.
"""

from coterie.stores.tracking.faults import TrackingError
from coterie.stores.tracking.store import Store, installed, is_model_uri, is_wanted

__all__ = ["Store", "TrackingError", "installed", "is_model_uri", "is_wanted"]
