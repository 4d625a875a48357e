"""Which modules the page without a server gets is found from what they import."""

import re

import pytest

from interface import module_graph
from interface.static_site import modules


def test_the_page_and_its_worker_load_what_they_import_and_nothing_else():
    page, worker = modules.of_page(), modules.of_worker()
    assert {modules.FIRST, "interface/predict/tab.js", "interface/reader/reader.js"} <= page.keys()
    assert {"interface/reader/worker.js", "interface/reader/recogniser.js"} <= worker.keys()
    assert not any(name.startswith("interface/server/") for name in page | worker)
    assert not page.keys() & {*modules.WRITTEN, "interface/reader/worker.js"}


def test_what_is_imported_only_when_it_is_wanted_does_not_hold_up_the_first_answer():
    later = modules.of_page().keys() - modules.at_once().keys()
    assert {"interface/evaluate/tab.js", "interface/static_site/evaluate/dashboard.js"} <= later
    assert "interface/predict/tab.js" not in later


def test_every_import_of_a_module_is_there():
    found = modules.of_page() | modules.of_worker()
    named = {name.rpartition("/")[2] for name in (*found, *modules.WRITTEN)}
    for name, path in found.items():
        code = re.sub(r"/\*\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        for imported in re.findall(r"""^\s*(?:import|export|\}).*from ['"].*/([\w.-]+)['"]""", code, re.MULTILINE):
            assert imported in named, f"{name} imports {imported}"


def test_the_apps_answers_are_replaced_by_the_pages():
    for name in ("interface/predict/server.js", "interface/evaluate/send_test_set.js"):
        assert modules.of_page()[name].parent.name == "static_site"


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
    assert module_graph.imports("x/x.js", code) == imports
