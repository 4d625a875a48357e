"""The page's HTML, without a browser."""

from dataclasses import replace

import pytest

from interface.static_site import page
from tests.hostile import HOSTILE, Elements
from tests.interface.evaluate.dashboard import shipped_report


@pytest.mark.parametrize("evil", HOSTILE)
def test_the_names_in_a_report_are_never_html(evil):
    found = shipped_report("classic")
    scripts = [
        element for element in Elements(page.index(found, ["classic"])).found if element[0] in ("script", "iframe")
    ]
    hostile = replace(
        found,
        model=evil,
        created=evil[:10],
        weights_sha256=evil,
        dataset=replace(found.dataset, name=evil, sha256=evil),
        epochs=(),
    )
    elements = Elements(page.index(hostile, ["classic"]))
    assert elements.text.count(evil) == 1  # the data set
    assert [element for element in elements.found if element[0] in ("script", "iframe")] == scripts
    assert not any(name.startswith("on") for _, named in elements.found for name in named)
    assert not any((named.get("src") or "").startswith("x") for _, named in elements.found)
