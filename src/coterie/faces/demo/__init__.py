"""The Gradio face: a customer file in, segments out, and a form that places the next customer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from coterie.errors import MissingExtraError

if TYPE_CHECKING:
    import gradio as gr

    from coterie.faces.services import Services

__all__ = ["create_demo", "launch", "page_options"]


def create_demo(services: Services | None = None) -> gr.Blocks:
    """Build the Gradio app.

    Parameters
    ----------
    services : Services, optional
        Those of the server it is mounted in: a visitor is then the person whom the gate let in,
        and studies stand on that person's shelf. If None the app is on its own: each open page
        is a visitor, whose files are removed when the page is closed.

    Returns
    -------
    gradio.Blocks
        To be mounted or launched with `page_options`.

    Raises
    ------
    MissingExtraError
        If Gradio is not installed.
    """
    _import_gradio()
    from coterie.faces.demo.page import build_page
    from coterie.faces.demo.studio import Studio

    return build_page(Studio(services))


def page_options(services: Services | None = None) -> dict[str, Any]:
    """Return what `gradio.mount_gradio_app` and `Blocks.launch` both need for the page.

    Theme, style and fonts of our own, no footer, no history of runs in the browser, and the
    largest file that is taken.
    """
    _import_gradio()
    from coterie.faces.demo import theme
    from coterie.faces.demo.studio import UPLOAD_MB

    largest = services.settings.upload_mb if services else UPLOAD_MB
    return {
        "theme": theme.theme(),
        "css": theme.style(),
        "head": theme.head(),
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "max_file_size": int(largest * 1_000_000),
    }


def launch() -> None:
    """Serve the app on its own until it is interrupted.

    Gradio's own ``GRADIO_SERVER_NAME`` and ``GRADIO_SERVER_PORT`` say where; by default this
    machine alone, port 7860. Hosts such as Hugging Face Spaces set them.
    """
    create_demo().launch(share=False, **page_options())


def _import_gradio() -> None:
    """Import Gradio so that it calls nobody.

    Raises
    ------
    MissingExtraError
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import gradio  # noqa: F401
    except ModuleNotFoundError as fault:
        raise MissingExtraError("gradio", "serve", "The Gradio app") from fault
