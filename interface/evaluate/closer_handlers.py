"""What the cards of closer_cards.py do when a visitor acts: choose a slice, measure when a model refuses, audit labels, download the
corrected set. What the page sends is hostile until checked.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import cv2
import gradio as gr
from markupsafe import Markup

from evaluation.audit import corrections
from evaluation.audit.corrections import Decision
from evaluation.audit.pictures import Audit
from evaluation.picture_archive import Archive
from interface.evaluate import closer_cards
from interface.evaluate.state import Reports, Selection, mnist_test
from model.pictures import PictureError

NO_AUDIT = "There is no audit of these pictures any more. Press “Look for suspects” again."


def slice_of(reports: Reports, selection: Selection, asked: dict[str, Any]) -> Markup:
    """The card "Whom it is good for" with one slice chosen: {"slice", "name"}. Raises gr.Error for one that is not there."""
    found = reports.report(selection)
    grouping, name = asked.get("slice"), asked.get("name")
    if found is None or found.slices is None or not isinstance(grouping, str) or not isinstance(name, str):
        return closer_cards.slices(reports, selection)
    try:
        return closer_cards.slices_of(found, (grouping, name), reports.images(selection))
    except KeyError as error:
        raise gr.Error("There is no such slice.", print_exception=False) from error


def corrected_set(reports: Reports, selection: Selection, decisions: object) -> dict[str, str]:
    """The corrected test set as a zip: {"name", "type", "base64"}, or {"error": sentence}. decisions: as the page sends them, a list
    of [index, action, label or null]."""
    audit = reports.audited(selection)
    if audit is None:
        return {"error": NO_AUDIT}
    try:
        packed = corrections.corrected_zip(audit, checked(decisions, audit), content_of(reports, selection))
    except (ValueError, TypeError):
        return {"error": "These decisions do not belong to the suspects shown. Reload the page."}
    return {"name": "corrected.zip", "type": "application/zip", "base64": b64encode(packed).decode("ascii")}


def checked(decisions: object, audit: Audit) -> dict[int, Decision]:
    """The decisions by index. Raises ValueError or TypeError for anything that a person cannot have decided."""
    if not isinstance(decisions, list) or len(decisions) > len(audit.found.suspects):
        raise ValueError("no such decisions")
    found = {}
    for index, action, label in decisions:
        if type(index) is not int or not isinstance(action, str) or not (label is None or type(label) is int):
            raise ValueError("no such decision")
        found[index] = Decision(action, label)
    return found


def content_of(reports: Reports, selection: Selection) -> Callable[[str], bytes]:
    """A picture's bytes by its name in the audit. Raises what reading it raises."""
    uploaded, test = reports.uploaded_set(selection), mnist_test()
    if uploaded is not None:
        files = {file.name: file for file in Archive(uploaded.packed).files}

        def content(name: str) -> bytes:
            if name not in files:
                raise PictureError("It is a page of a file, and cannot be packed alone.")
            return files[name].content()

        return content

    def image(name: str) -> bytes:
        if test is None:
            raise PictureError("MNIST is no longer on this machine.")
        return cv2.imencode(".png", test.images[int(name)])[1].tobytes()

    return image
