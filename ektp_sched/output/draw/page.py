"""A page: the one template that writes it, and what stands on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from ektp_sched.output.html import page_html
from ektp_sched.output.view.parts import written

if TYPE_CHECKING:
    from ektp_sched.output.languages import Language
    from ektp_sched.output.view.parts import Figure, Section, Tile


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report.

    Parameters
    ----------
    kicker
        What kind of page it is, and of which office.
    title
        The main finding.
    under
        When it starts and how far it looks.
    banner
        A warning over everything; empty for none.
    tiles
        Figures at the top.
    sections
        In order.
    footer
        Where it comes from.
    warned
        A warning that is part of the main finding; empty for none.
    first
        Sections that share the first screen.
    """

    kicker: str
    title: str
    under: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    banner: str = ""
    warned: str = ""
    first: tuple[Section, ...] = ()


def render(page: Page, texts: Language) -> str:
    """Return a page as one HTML file that needs no other."""
    from markupsafe import Markup

    from ektp_sched.output.report.charts import ink, svg

    def drawn(figure: Figure) -> Markup:
        return Markup(svg(figure.chart(), figure.name, texts))

    template, style = _template()
    sections = [section for section in page.sections if section.parts]
    return page_html(
        template,
        style,
        page=page,
        sections=sections,
        lang=texts.code,
        t=texts.text,
        drawn=drawn,
        ink=ink,
        written=partial(written, texts=texts),
    )


@cache
def _template() -> tuple[Any, str]:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    folder = resources.files("ektp_sched.output.draw")
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("ektp_sched.output", "draw"),
    )
    style = (folder / "style.css").read_text("utf-8")
    return environment.get_template("page.html.j2"), style
