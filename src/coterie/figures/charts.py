"""Every chart there is, from plain values: the one place to import them from."""

from __future__ import annotations

from coterie.figures.chart import Chart
from coterie.figures.charts_campaigns import (
    acceptance_heatmap,
    campaign_effect,
    campaign_lift,
    plan_curve,
)
from coterie.figures.charts_choice import CRITERIA, criteria, elbow, silhouettes
from coterie.figures.charts_columns import (
    correlations,
    distribution,
    distributions,
    missing_map,
    outliers,
)
from coterie.figures.charts_profiles import comparison, flow, profile_heatmap, sizes
from coterie.figures.charts_segments import pca_2d, scatter, scatter_3d

__all__ = [
    "CRITERIA",
    "Chart",
    "acceptance_heatmap",
    "campaign_effect",
    "campaign_lift",
    "comparison",
    "correlations",
    "criteria",
    "distribution",
    "distributions",
    "elbow",
    "flow",
    "missing_map",
    "outliers",
    "pca_2d",
    "plan_curve",
    "profile_heatmap",
    "scatter",
    "scatter_3d",
    "silhouettes",
    "sizes",
]
