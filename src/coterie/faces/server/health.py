"""Whether the server and its database answer, told to anybody who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from coterie.faces.server.keeping import Keeper


def health_endpoint(keeper: Keeper) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of `/health`: 200, or 503 while the database does not answer."""
    installed = version("coterie")

    async def show_health(_request: Request) -> Response:
        answers = await keeper.answers()
        state = {
            "status": "ok" if answers else "degraded",
            "version": installed,
            "database": "answers" if answers else "does not answer",
        }
        return JSONResponse(state, 200 if answers else 503)

    return show_health
