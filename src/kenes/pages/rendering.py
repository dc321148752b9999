"""Pages from templates, everything escaped that is not marked up already."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kenes.pages.language import Language
from kenes.pages.resources import resource

_TEMPLATES = Environment(
    loader=PackageLoader("kenes.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(template: str, say: Language, **values: object) -> str:
    """A page from a template, in a language.

    Args:
        template: path below `templates`.
        say: the reader's language; templates say messages by `_` and `counted`.
        values: what the template asks for.
    """
    return _TEMPLATES.get_template(template).render(say=say, _=say, counted=say.counted, **values)


def as_it_is(*parts: str) -> Markup:
    """A style sheet or script of this package, to stand in a page as it is."""
    return Markup(resource(*parts).decode())
