"""The Gradio demo as a part of the server."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

    from coterie.faces.services import Services

PATH = "/demo"


def mount_demo(house: Starlette, services: Services) -> None:
    """Mount the demo below `/demo`; its own start and end go with those of `house`.

    Parameters
    ----------
    house : Starlette
    services : Services

    Raises
    ------
    RuntimeError
        If called from a running event loop.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio

    from coterie.faces.demo import create_demo, page_options

    largest = int(services.settings.upload_mb * 1e6)

    async def mount() -> None:
        gradio.mount_gradio_app(
            house,
            create_demo(services),
            path=PATH,
            auth_dependency=_who,
            **page_options(services) | {"max_file_size": largest},
        )

    # Where no event loop runs, Gradio makes some of its own and never closes them.
    asyncio.run(mount())


def _who(request: Request) -> str | None:
    """Tell Gradio who asks; nobody gets here without the gate having let them in."""
    person = getattr(request.state, "person", None)
    return None if person is None else person.username
