"""Where things are on the dashboard, what a page asks of it, and what the shipped report says."""

import gradio as gr

from evaluation import report_files
from evaluation.report import Report
from model.recogniser import shipped

NAME = shipped()[0]
VISITOR = gr.Request(session_hash="x")


def event(data) -> gr.EventData:
    """What Gradio hands to a handler for what the page asks."""
    return gr.EventData(None, data)


def cell(page, true, predicted):
    return page.locator(f'[data-testid=confusion-matrix] [data-true="{true}"][data-predicted="{predicted}"]')


def open_card(page, name):
    page.locator(".ev-toc").get_by_role("link", name=name).click()


def shipped_report(name: str) -> Report:
    found = report_files.shipped(name)
    assert found
    return found


def worst_cell(found):
    """(true, predicted, images) of the most frequent mistake."""
    return max(
        ((t, p, n) for t, row in enumerate(found.metrics.confusion_matrix) for p, n in enumerate(row) if t != p),
        key=lambda entry: entry[2],
    )
