"""Renders the server's own pages, which need neither script nor anything from elsewhere."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, HTMLResponse, Response

from coterie.faces.server.headers import OWN_POLICY

if TYPE_CHECKING:
    from jinja2 import Environment
    from starlette.requests import Request

_FONTS = (
    "inter-latin-wght-normal.woff2",
    "inter-latin-ext-wght-normal.woff2",
    "source-serif-4-latin-wght-normal.woff2",
    "source-serif-4-latin-ext-wght-normal.woff2",
)
_KEPT_SECONDS = 3600


def show(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Render a page.

    Parameters
    ----------
    template : str
        Name without its ending.
    status : int
    **values
        What the template asks for; each is escaped.

    Returns
    -------
    HTMLResponse
    """
    text = _environment().get_template(f"{template}.html.j2").render(**values)
    return HTMLResponse(
        text, status, {"Content-Security-Policy": OWN_POLICY, "Cache-Control": "no-store"}
    )


def show_message(
    title: str,
    detail: str,
    *,
    status: int = 200,
    link: str = "/",
    link_words: str = "To the dashboard",
) -> HTMLResponse:
    """Render a page with one sentence and one way on."""
    return show(
        "message", status=status, title=title, detail=detail, link=link, link_words=link_words
    )


async def send_static(request: Request) -> Response:
    """Answer with one of the few files that our pages are made with."""
    found = _static_files().get(request.path_params["name"])
    if found is None:
        return Response(status_code=404)
    return FileResponse(
        found[0],
        media_type=found[1],
        headers={"Cache-Control": f"public, max-age={_KEPT_SECONDS}"},
    )


@cache
def _static_files() -> dict[str, tuple[str, str]]:
    own = files("coterie.faces.server") / "static"
    fonts = files("coterie.report") / "fonts"
    found = {name: (str(fonts / name), "font/woff2") for name in _FONTS}
    found["style.css"] = (str(own / "style.css"), "text/css")
    for name in ("mark.svg", "points.svg"):
        found[name] = (str(own / name), "image/svg+xml")
    return found


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("coterie.faces.server"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = _say_day
    environment.filters["moment"] = _say_moment
    return environment


def _say_day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _say_moment(at: datetime) -> str:
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
