"""Public customer files open as they are: shapes, types and notes."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from coterie.schema import ROW
from coterie.tables import open_table

SHAPES = {
    "Mall_Customers.csv": (200, 5),
    "marketing_campaign.csv": (2_240, 29),
    "segmentation_data.csv": (250, 4),
    "segmentation_new_customers.csv": (100, 4),
    "online_retail.csv": (541_909, 8),
    "CDNOW_sample.txt": (6_919, 5),
    "messy/Mall_Customers_Genre.csv": (200, 5),
    "messy/Mall_Customers_trailing_space_headers.csv": (200, 5),
    "messy/Mall_Customers_with_missing_values.csv": (200, 5),
    "messy/Wholesale_latin1_nbsp_trailing_commas.csv": (440, 9),
    "messy/marketing_campaign_bom.csv": (2_240, 30),
    "messy/marketing_campaign_d-Mon-yy.csv": (2_240, 29),
    "messy/marketing_campaign_leading_space_header.csv": (2_240, 29),
    "messy/marketing_campaign_semicolon_ddmmyyyy_slash.csv": (2_240, 29),
}


def opened(path) -> pl.DataFrame:
    return open_table(path).frame.collect().to_native().drop(ROW)


@pytest.mark.parametrize("name", SHAPES)
def test_no_row_and_no_named_column_is_lost(real_data, name):
    frame = opened(real_data / name)
    assert frame.shape == SHAPES[name]
    assert all(column == column.strip() for column in frame.columns)


@pytest.mark.parametrize(
    "name",
    [
        "marketing_campaign.csv",
        "messy/marketing_campaign_bom.csv",
        "messy/marketing_campaign_d-Mon-yy.csv",
        "messy/marketing_campaign_leading_space_header.csv",
        "messy/marketing_campaign_semicolon_ddmmyyyy_slash.csv",
    ],
)
def test_the_campaign_reads_the_same_in_every_dress(real_data, name):
    plain, dressed = opened(real_data / "marketing_campaign.csv"), opened(real_data / name)
    assert plain["Dt_Customer"].min() == date(2012, 7, 30)
    assert plain["Dt_Customer"].max() == date(2014, 6, 29)
    if "Mon" not in name:  # there a spreadsheet had swapped some days and months for good
        assert dressed["Dt_Customer"].equals(plain["Dt_Customer"])
    assert dressed["Income"].equals(plain["Income"])
    assert dressed["Income"].null_count() == 24


def test_order_lines_keep_their_codes_and_their_moments(real_data):
    frame = opened(real_data / "online_retail.csv")
    assert frame["InvoiceNo"].str.starts_with("C").sum() == 9_288
    assert frame["StockCode"].dtype == pl.String
    assert frame["InvoiceDate"].dtype == pl.Datetime("us")
    assert frame["CustomerID"].null_count() == 135_080


def test_the_file_without_a_header_is_told_to_have_none(real_data):
    table = open_table(real_data / "CDNOW_sample.txt")
    assert any("no header" in note.text for note in table.notes)
    assert opened(real_data / "CDNOW_sample.txt").schema["c3"] == pl.Date
