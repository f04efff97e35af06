"""A page: what stands on it, and the one template that writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from ektp_sched.output.html import page_html

if TYPE_CHECKING:
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.charts import Svgs

__all__ = [
    "Facts",
    "Figure",
    "Items",
    "Page",
    "Paragraph",
    "Section",
    "Table",
    "Tile",
    "render",
]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names its rows.

    Parameters
    ----------
    caption
        What it shows.
    headings, rows
        All cells as they are to be read.
    wide
        Number of columns, from the left, that are text; the others are
        numbers, and stand to the right.
    ids
        For each row the id that a link may lead to; empty: none.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1
    ids: tuple[str, ...] = ()
    kind: Literal["table"] = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its finding, and its table for those who do not see it.

    Parameters
    ----------
    name
        Its id, unique on the page.
    title
        The finding, a sentence.
    note
        How to read it.
    alt
        What a person who does not see it is told.
    svgs
        The drawing.
    table
        Its figures.
    """

    name: str
    title: str
    note: str
    alt: str
    svgs: Svgs
    table: Table
    kind: Literal["figure"] = field(default="figure", init=False)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text; `style` is a class such as ``lead``, ``note`` or ``warning``."""

    text: str
    style: str = ""
    kind: Literal["paragraph"] = field(default="paragraph", init=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    items: tuple[str, ...]
    style: str = ""
    kind: Literal["items"] = field(default="items", init=False)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure that matters, with its label and what is to be said of it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a headline rests on: runs of numbered inputs, first and last."""

    facts: tuple[tuple[str, str], ...]
    assumed: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = field(default="facts", init=False)


Part = Table | Figure | Paragraph | Items | Facts


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it.

    Parameters
    ----------
    name
        Its id, unique on the page.
    title
        The heading.
    parts
        In order.
    """

    name: str
    title: str
    parts: tuple[Part, ...]


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
    """

    kicker: str
    title: str
    under: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    banner: str = ""


def render(page: Page, texts: Language) -> str:
    """Return a page as one HTML file that needs no other."""
    template, style = _template()
    sections = [section for section in page.sections if section.parts]
    return page_html(
        template, style, page=page, sections=sections, lang=texts.code, t=texts.text
    )


@cache
def _template() -> tuple[Any, str]:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    folder = resources.files("ektp_sched.output.report")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["drawing"] = Markup
    source = (folder / "page.html.j2").read_text("utf-8")
    style = (folder / "style.css").read_text("utf-8")
    return environment.from_string(source), style
