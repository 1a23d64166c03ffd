"""A page's run must not stand still for a collection of everything the libraries hold."""

import gc
import sys

from coterie.faces.server.dashboard_face import configure_streamlit
from coterie.faces.server.warming import warm_up
from coterie.faces.services import Settings


def test_what_pages_need_is_loaded_and_taken_out_of_the_collectors_way():
    before = gc.get_freeze_count()
    try:
        thread = warm_up()
        thread.join(60)
        assert not thread.is_alive()
        assert gc.get_freeze_count() > before + 100_000
        for name in ("plotly.graph_objects", "coterie.faces.dashboard.pages.predict"):
            assert name in sys.modules
    finally:
        gc.unfreeze()


def test_no_full_collection_follows_each_run_of_a_page(tmp_path):
    from streamlit import config

    configure_streamlit(Settings(data_dir=tmp_path))
    assert config.get_option("runner.postScriptGC") is False
