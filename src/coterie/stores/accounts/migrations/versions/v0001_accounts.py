"""People, sessions, tokens, links, throttles and the audit log."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables."""
    _make_people()
    _make_credentials()
    _make_records()


def _person(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    """Return the constraint by which a table points at people."""
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=f"fk_{table}_person_id", ondelete=ondelete
    )


def _make(table: str, *parts: Any, index: tuple[str, ...] = (), **options: Any) -> None:
    """Make one table and its indexes, named as the metadata names them."""
    op.create_table(table, *parts, **options)
    for column in index:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _make_people() -> None:
    _make(
        "people",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("username_key", sa.String(192), nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("password_hash", sa.Text),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("username_key", name="uq_people_username_key"),
        sa.CheckConstraint("role IN ('admin', 'analyst', 'viewer')", name="ck_people_role"),
        sqlite_autoincrement=True,
    )
    _make(
        "identities",
        sa.Column("issuer", sa.String(512), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
        _person("identities", "CASCADE"),
        index=("person_id",),
    )


def _make_credentials() -> None:
    _make(
        "sessions",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("ends_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
        _person("sessions", "CASCADE"),
        index=("person_id",),
    )
    _make(
        "tokens",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("scopes", sa.String(100), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT),
        sa.Column("used_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_tokens_token_hash"),
        _person("tokens", "CASCADE"),
        index=("person_id",),
    )
    _make(
        "links",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("role", sa.String(16)),
        sa.Column("email", sa.String(254)),
        sa.Column("person_id", sa.Integer),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_links"),
        sa.CheckConstraint("kind IN ('first', 'invitation', 'reset')", name="ck_links_kind"),
        _person("links", "CASCADE"),
        index=("person_id",),
    )


def _make_records() -> None:
    _make(
        "throttles",
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", _MOMENT, nullable=False),
        sa.Column("free_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_throttles"),
    )
    _make(
        "audit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("username", sa.String(64)),
        sa.Column("address", sa.String(64)),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        _person("audit", "SET NULL"),
        index=("at", "person_id"),
        sqlite_autoincrement=True,
    )
