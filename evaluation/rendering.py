"""The HTML of reports: `render` fills a Jinja2 template of templates/. Every value in it is escaped, unless it is Markup."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation import formatting

TEMPLATES = Path(__file__).parent / "templates"  # with them sections.css and sections.js, which the sections need

_ENVIRONMENT = Environment(  # keeps the templates that it has compiled
    loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "percent": formatting.percent,
    "interval": formatting.interval,
    "number": formatting.number,
    "thousands": formatting.thousands,
    "plural": formatting.plural,
}


def render(template: str, **values: object) -> Markup:
    """The HTML of a template, such as "headline.html", with these values."""
    return Markup(_ENVIRONMENT.get_template(template).render(values).strip())
