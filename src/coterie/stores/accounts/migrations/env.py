"""What Alembic runs around the revisions: on the connection that `database.py` hands over."""

from __future__ import annotations

from alembic import context

from coterie.stores.accounts.tables import metadata


def migrate() -> None:
    """Run the revisions that are missing, in the transaction that is open already."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        transactional_ddl=True,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


# Alembic runs this file under that name. Whoever only imports it migrates nothing.
if __name__ == "env_py":
    migrate()
