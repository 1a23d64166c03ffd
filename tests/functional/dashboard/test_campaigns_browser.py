"""The Campaigns page in a real browser, at three widths."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest
from tests.functional.dashboard.conftest import MINE, add_people, keep, open_services
from tests.functional.dashboard.test_a_browser import ROOT, _wait_for, browser, enter, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

__all__ = ["browser"]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Run the dashboard on a study with answers; return its address."""
    import coterie as ct
    from coterie.tables.synthetic import make_campaign

    folder = tmp_path_factory.mktemp("campaigns")
    services = open_services(folder)
    add_people(services)
    table, _truth = make_campaign(2_000, segments=5, seed=5)
    keep(ct.segment(table, k=5), services, MINE, services.accounts.person("ada").id, "Answered")
    services.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"),
        "--server.port", str(port), "--server.address", "127.0.0.1",
    ]  # fmt: skip
    environ = os.environ | {"COTERIE_DATA_DIR": str(folder)}
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def test_the_page_fits_every_window(browser, address, artifacts):
    page = enter(browser, address, f"campaigns?study={MINE}")
    page.locator(".js-plotly-plot").first.wait_for()
    for width, scheme in ((1440, "light"), (1440, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        settled(page)
        across, inside, tall = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]');"
            " return [m.scrollWidth, m.clientWidth, m.scrollHeight]; }"
        )
        assert across <= inside, f"the page is cut off at {width} pixels"
        page.set_viewport_size({"width": width, "height": min(tall + 20, 6000)})
        settled(page)
        page.screenshot(path=artifacts / f"dashboard-campaigns-{width}-{scheme}.png")
