"""One visit of the page without a server that the tests of a module share: loading its networks is most of their time."""

import pytest

from tests.pages import Opener


@pytest.fixture(scope="module")
def visit(browser, site):
    """The page, open; at the end nothing may have been logged as an error, and no request may have left the folder."""
    opener = Opener(browser, site)
    yield opener()
    opener.close()
