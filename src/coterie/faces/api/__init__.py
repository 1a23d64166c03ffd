"""The HTTP API: models that place and score, and studies that are trained."""

from coterie.faces.api.application import create_api
from coterie.faces.api.limits import Limits

__all__ = ["Limits", "create_api"]
