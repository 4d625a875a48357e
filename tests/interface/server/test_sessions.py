"""What the server remembers of each open page."""

import gradio as gr
from gradio.routes import App
from starlette.testclient import TestClient

from interface import app as application
from interface.server.limits import LIMITS
from model import recogniser


def test_only_the_choices_of_a_page_are_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))  # as demo.py does
    models = {name: recogniser.load(name) for name in recogniser.shipped()}
    demo = application.build(models)
    demo.state_session_capacity = LIMITS.sessions  # as launch does
    app = App.create_app(demo, app_kwargs=application.launch_options(models)["app_kwargs"])
    with TestClient(app):
        session = app.state_holder["a page"]
        state = next(key for key, block in demo.blocks.items() if isinstance(block, gr.State))
        shown = next(key for key, block in demo.blocks.items() if isinstance(block, gr.HTML))
        session[state] = "chosen"
        session._update_value_in_config(shown, "x" * 10**6)
        assert app.state_holder["a page"][state] == "chosen"
        assert not session.config_values
        for number in range(LIMITS.sessions + 50):
            app.state_holder[f"page {number}"]
        assert len(app.state_holder.session_data) <= LIMITS.sessions
