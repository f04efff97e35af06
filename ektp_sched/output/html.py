"""What every HTML page of this program has: no script, no network, no odd signs."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.public import visible

if TYPE_CHECKING:
    from jinja2 import Template

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
