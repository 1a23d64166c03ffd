"""The two engines that every table-wide figure must agree on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from .planted import on_duckdb, on_polars


@pytest.fixture(params=[on_polars, on_duckdb], ids=["polars", "duckdb"])
def engine(request: pytest.FixtureRequest) -> Callable[[pl.DataFrame], nw.LazyFrame[Any]]:
    return request.param
