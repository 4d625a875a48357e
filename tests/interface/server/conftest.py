"""What the tests of the server share."""

import json

import pytest

from tests.interface.server.requests import ask


@pytest.fixture(scope="session")
def locked(start_app) -> str:
    """The app behind a login."""
    return start_app("--auth", "ann:secret", "--metrics")


@pytest.fixture(scope="session")
def events(app) -> list[dict]:
    """The events of the page, as Gradio lists them."""
    return json.loads(ask(app, "GET", "/config")[1])["dependencies"]
