"""Coterie finds the groups in a customer table and says honestly how real they are.

>>> import coterie as ct
>>> sorted(ct.__all__)[:3]
['BundleError', 'CampaignPlan', 'Campaigns']
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
    from coterie.workflow.campaign_plans import CampaignPlan, plan_campaign
    from coterie.workflow.campaigns import Campaigns
    from coterie.workflow.campaigns import read_campaigns as campaigns
    from coterie.workflow.comparing import compare as compare_studies
    from coterie.workflow.customers import Customers
    from coterie.workflow.customers import customers_from_orders as customers
    from coterie.workflow.methods import compare_methods
    from coterie.workflow.outliers import find_outliers

__all__ = [
    "BundleError",
    "CampaignPlan",
    "Campaigns",
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
    "campaigns",
    "compare_methods",
    "compare_studies",
    "customers",
    "explore",
    "find_outliers",
    "load",
    "open_table",
    "plan_campaign",
    "save",
    "segment",
    "write_report",
]

_HOMES = {
    "BundleError": "errors",
    "CampaignPlan": "workflow.campaign_plans",
    "Campaigns": "workflow.campaigns",
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
    "campaigns": "workflow.campaigns:read_campaigns",
    "compare_methods": "workflow.methods",
    "compare_studies": "workflow.comparing:compare",
    "customers": "workflow.customers:customers_from_orders",
    "explore": "faces.library",
    "find_outliers": "workflow.outliers",
    "load": "faces.library",
    "open_table": "tables",
    "plan_campaign": "workflow.campaign_plans",
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
