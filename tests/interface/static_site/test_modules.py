"""Which modules the page without a server gets is found from what they import."""

import re

import pytest

from interface.reader.routes import CONSTANTS
from interface.static_site import modules


def test_the_page_and_its_worker_load_what_they_import_and_nothing_else():
    page, worker = modules.of_page(), modules.of_worker()
    assert {modules.FIRST, "interface/predict/tab.js", "interface/reader/reader.js"} <= page.keys()
    assert {"interface/reader/worker.js", "interface/reader/recogniser.js"} <= worker.keys()
    assert not any(name.startswith(("interface/evaluate/", "interface/server/")) for name in page | worker)
    assert CONSTANTS not in page | worker and "interface/reader/worker.js" not in page


def test_every_import_of_a_module_is_there():
    found = modules.of_page() | modules.of_worker()
    named = {name.rpartition("/")[2] for name in (*found, CONSTANTS)}
    for name, path in found.items():
        code = re.sub(r"/\*\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for imported in re.findall(r"""^\s*(?:import|export|\}).*from ['"].*/([\w.-]+)['"]""", code, re.MULTILINE):
            assert imported in named, f"{name} imports {imported}"


def test_the_apps_answers_are_replaced_by_the_pages():
    assert modules.of_page()["interface/predict/server.js"].parent.name == "static_site"


@pytest.mark.parametrize(
    "code, imports",
    [
        ("import {a} from './a.js';\nexport {b} from '../b/b.js';", {"x/a.js", "b/b.js"}),
        ("import {\n  a,\n} from './a.js';", {"x/a.js"}),
        ("const {a} = await import('./a.js');", {"x/a.js"}),
        ("import './a.js';", {"x/a.js"}),
        ("/** @param {import('./a.js').A} a */\n// import {b} from './b.js';", set()),
        ("const accept = 'image/*';\nimport {a} from './a.js';  /* */", {"x/a.js"}),
    ],
)
def test_imports_are_found_in_code_and_not_in_comments(code, imports):
    assert modules.imports("x/x.js", code) == imports
