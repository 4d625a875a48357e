"""The page as a whole: what its header is made of."""

from html.parser import HTMLParser

from interface.app import build
from interface.templates import render
from model.recogniser import load

EVIL = "<img src=x onerror=window.pwned=1>"


class Elements(HTMLParser):
    """The elements of some HTML, and the texts of its options."""

    def __init__(self, text: str):
        super().__init__()
        self.names: list[str] = []
        self.options: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)

    def handle_data(self, data):
        if self.names and self.names[-1] == "option" and data.strip():
            self.options.append(data)


def test_a_models_name_is_never_html():
    evil, plain = Elements(render("header.html", models=[EVIL])), Elements(render("header.html", models=["cnn"]))
    assert evil.options == [EVIL] and evil.names == plain.names


def test_the_page_offers_each_model_by_its_name():
    models = {"cnn": load("cnn"), "classic": load("classic")}
    [header] = [block for block in build(models).blocks.values() if "page-header" in (block.elem_classes or [])]
    assert Elements(header.value).options == ["cnn", "classic"]


def test_an_app_that_nobody_uses_sleeps():
    assert build({"cnn": load("cnn")})._queue.sleep_when_free >= 0.01  # Gradio's own millisecond keeps a core warm
