"""Coterie finds the groups in a customer table and says honestly how real they are.

>>> import coterie as ct
>>> sorted(ct.__all__)[:3]
['BundleError', 'Column', 'ConfigError']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coterie.config import RunConfig
    from coterie.errors import BundleError, ConfigError, CoterieError, InputError, TableError
    from coterie.faces.estimator import Segmenter
    from coterie.faces.library import explore, load, save, segment, write_report
    from coterie.schema import Column, Schema
    from coterie.segmentation import Placement, Segment, Segmentation
    from coterie.tables import open_table
    from coterie.workflow import Study
    from coterie.workflow.customers import Customers
    from coterie.workflow.customers import customers_from_orders as customers

__all__ = [
    "BundleError",
    "Column",
    "ConfigError",
    "CoterieError",
    "Customers",
    "InputError",
    "Placement",
    "RunConfig",
    "Schema",
    "Segment",
    "Segmentation",
    "Segmenter",
    "Study",
    "TableError",
    "customers",
    "explore",
    "load",
    "open_table",
    "save",
    "segment",
    "write_report",
]

_HOMES = {
    "BundleError": "errors",
    "Column": "schema",
    "ConfigError": "errors",
    "CoterieError": "errors",
    "Customers": "workflow.customers",
    "InputError": "errors",
    "Placement": "segmentation",
    "RunConfig": "config",
    "Schema": "schema",
    "Segment": "segmentation",
    "Segmentation": "segmentation",
    "Segmenter": "faces.estimator",
    "Study": "workflow",
    "TableError": "errors",
    "customers": "workflow.customers:customers_from_orders",
    "explore": "faces.library",
    "load": "faces.library",
    "open_table": "tables",
    "save": "faces.library",
    "segment": "faces.library",
    "write_report": "faces.library",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `import coterie` costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'coterie' has no attribute {name!r}")
    module, _, inside = _HOMES[name].partition(":")
    return getattr(import_module(f"coterie.{module}"), inside or name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
