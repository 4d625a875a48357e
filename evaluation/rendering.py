"""The HTML of reports: `render` fills a Jinja2 template of templates/. `environment` is what all of this project's templates share."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evaluation import formatting

TEMPLATES = Path(__file__).parent / "templates"  # with them sections.css and sections.js, which the sections need


def environment(*folders: Path) -> Environment:
    """The templates of these folders, which write figures with the filters of formatting.py.

    Every value is escaped, unless it is Markup. The environment keeps the templates that it has compiled.
    """
    made = Environment(
        loader=FileSystemLoader(folders, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "percent": formatting.percent,
        "interval": formatting.interval,
        "number": formatting.number,
        "thousands": formatting.thousands,
        "plural": formatting.plural,
    }
    return made


_ENVIRONMENT = environment(TEMPLATES)


def render(template: str, **values: object) -> Markup:
    """The HTML of a template, such as "headline.html", with these values."""
    return Markup(_ENVIRONMENT.get_template(template).render(values).strip())
