"""The page's Jinja2 templates (``*.html`` beside the Python that uses them): `render`. What comes from outside is escaped."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent, encoding="utf-8"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(template: str, **values: object) -> str:
    """The HTML of a template, such as "server/share.html". values: escaped wherever the template shows them."""
    return ENVIRONMENT.get_template(template).render(values)
