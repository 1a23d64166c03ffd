"""The words of a report as plain values, so that it can be written later, or under other names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from coterie.report.view import CampaignsView, ColumnView, EvidenceView, ReportView, SegmentView
from coterie.schema.notes import Note

APART = ("charts", "stills")
"""Parts of the view that are kept by themselves."""


def view_to_plain(view: ReportView) -> dict[str, Any]:
    """Return the view without its pictures, as values that JSON takes."""
    return {
        one.name: _plain(getattr(view, one.name)) for one in fields(view) if one.name not in APART
    }


def view_from_plain(plain: Mapping[str, Any]) -> ReportView:
    """Build the view that `view_to_plain` was given, without its pictures."""
    campaigns = plain.get("campaigns")
    return ReportView(
        **{
            **plain,
            "campaigns": CampaignsView(**campaigns) if campaigns else None,
            "segments": [SegmentView(**one) for one in plain["segments"]],
            "columns": [ColumnView(**one) for one in plain["columns"]],
            "evidence": [EvidenceView(**one) for one in plain["evidence"]],
            "reading": [Note(**one) for one in plain["reading"]],
            "cleaning": [Note(**one) for one in plain["cleaning"]],
        }
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it; None for a number that is not finite."""
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and not math.isfinite(number) else number
