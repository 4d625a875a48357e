"""Texts that would become HTML if they were not escaped, and what a browser would make of a piece of HTML."""

from html.parser import HTMLParser

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "'><svg onload=alert(1)>",
    "</p></table><iframe src=javascript:alert(1)>",
)


class Elements(HTMLParser):
    """What a browser would make of a piece of HTML: its elements with their attributes, and its text."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def written(self, words: str) -> bool:
        """Whether these words stand in the text or in the value of an attribute."""
        return words in self.text or any(words in (value or "") for _, named in self.found for value in named.values())


def harmless(html: object) -> Elements:
    """The elements of a view, none of which a hostile name has made."""
    assert isinstance(html, str)
    elements = Elements(str(html))  # Markup would escape once more
    for tag, named in elements.found:
        assert tag not in ("script", "iframe"), html
        assert not any(name.startswith("on") for name in named), html
        assert tag != "img" or (named["src"] or "").startswith("data:image/png;base64,"), html
        assert tag != "svg" or named["class"] == "plot", html
    return elements
