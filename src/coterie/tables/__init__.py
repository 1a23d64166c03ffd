"""The only door for data: whatever a customer table is written in, it comes out as a Table."""

from coterie.tables.base import Table
from coterie.tables.opening import open_table

__all__ = ["Table", "open_table"]
