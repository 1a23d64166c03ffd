"""What a customer table is: columns, kinds, roles, units, bounds; inferred, read and written."""

from coterie.schema.columns import ROW, Column, DateOrder, Kind, Role, Schema

__all__ = ["ROW", "Column", "DateOrder", "Kind", "Role", "Schema"]
