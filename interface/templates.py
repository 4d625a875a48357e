"""The page's Jinja2 templates (``*.html`` beside the Python that uses them): `render`. What comes from outside is escaped."""

from pathlib import Path

from evaluation.rendering import TEMPLATES, environment

ENVIRONMENT = environment(Path(__file__).parent, TEMPLATES)  # evaluation's too, for their macros.html


def render(template: str, **values: object) -> str:
    """The HTML of a template, such as "server/share.html". values: escaped wherever the template shows them."""
    return ENVIRONMENT.get_template(template).render(values)
