"""Every kind of input in docs/inputs.md, in each way in that needs no browser: read right, or refused in a sentence."""

from functools import partial

import pytest

from tools import inputs, made_inputs

PICTURES = list(made_inputs.pictures())


@pytest.fixture(scope="module")
def client():
    return inputs.app_client()


@pytest.mark.parametrize("one", PICTURES, ids=lambda one: one.name)
def test_it_is_read_right_or_refused_with_the_reason(one, client, tmp_path):
    for way in (inputs.by_python, partial(inputs.by_command, tmp_path), partial(inputs.by_app, client)):
        answer = way(one)
        found = inputs.cell(one, answer)
        assert found != inputs.WRONG, (one.name, answer)
        assert (found == inputs.REFUSED) == (one.text is None) or one.name.endswith(".pdf"), answer


def test_there_are_sixty_and_the_document_has_them_all():
    assert len(PICTURES) >= 60
    document = (inputs.DOCUMENT).read_text("utf-8")
    assert all(f"| {one.name} |" in document for one in PICTURES) and inputs.WRONG not in document
