"""What is said of work that did not come to its end."""

from __future__ import annotations

INTERRUPTED = "The server was stopped before this was finished. Nothing is lost; start it again."
OUT_OF_MEMORY = (
    "The server ran out of memory, or an administrator stopped this. Try a smaller table, or fewer "
    "columns."
)
DISK_FULL = 28
"""Exit code of a child that found no room even to say so."""


def our_fault(job_id: str) -> str:
    """Return what a person is told of a fault of ours; the log tells the rest."""
    return f"Something went wrong on our side; it was written to the log as {job_id}."
