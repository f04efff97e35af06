"""A page: the one template that writes it, and what stands on it."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.view.parts import written
from ektp_sched.public import visible

if TYPE_CHECKING:
    from jinja2 import Template

    from ektp_sched.output.languages import Language
    from ektp_sched.output.view.parts import Figure, Section, Tile


_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{style}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_HEAD: Final = '<meta charset="utf-8">\n'


def page_html(template: Template, style: str, **content: Any) -> str:
    """Return a page that a browser lets do nothing but look as it should.

    Its Content-Security-Policy allows one style, the page's own, by its digest:
    no script, no other file, no form, whatever text stands on it.
    """
    from markupsafe import Markup

    style = _without_blank_lines(style)
    policy = _POLICY.format(style=_digest(style.encode()))
    html = visible(template.render(**content, style=Markup(style)))
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    before, head, after = _without_blank_lines(html).partition(_HEAD)
    if not head or "<body" in before:
        raise ValueError(f"{template.name} has no line {_HEAD.strip()} in its head")
    return before + head + meta + after


def policy_of(page: bytes) -> str:
    """Return what a browser may let a page of this program do, for whoever serves it.

    It is the page's own policy, for the style that stands in it, and no frame.
    """
    style = _STYLE.search(page)
    policy = _POLICY.format(style=_digest(b"" if style is None else style[1]))
    return f"{policy}; frame-ancestors 'none'"


def _digest(style: bytes) -> str:
    return base64.b64encode(hashlib.sha256(style).digest()).decode()


def _without_blank_lines(text: str) -> str:
    lines = text.splitlines()
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"


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
