"""Reports as a browser shows them: on a screen, on a phone, at night, on paper."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from answer_cases import answered, long_named
from browser import assert_accessible
from examples import planned
from month_cases import four_days
from test_cases_cells import assert_strict

from ektp_sched.month import month_of, month_report
from ektp_sched.output import language
from ektp_sched.output.report import comparison_report, plan_report
from ektp_sched.output.report.comparison_file import comparison_of

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


pytestmark = pytest.mark.browser

PAGES = (
    *("plan-en", "plan-id", "comparison-en", "comparison-id", "saturdays-id"),
    *("month-en", "month-id"),
)
CHARTS = {"plan": 6, "comparison": 7, "saturdays": 6, "month": 3}
PHONE, SCREEN = 360, 1280
A4 = (595, 842)
SETTINGS = {
    "en": ((SCREEN, "light"), (PHONE, "dark")),
    "id": ((SCREEN, "dark"), (PHONE, "light")),
}
"""What a page is looked at in: in two languages, it is in all of them."""
LOOKS = [(name, *each) for name in PAGES for each in SETTINGS[name[-2:]]]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the reports of two examples and of a synthetic comparison."""
    folder = tmp_path_factory.mktemp("reports")
    made, shifted = planned("kupang"), planned("saturdays")
    compared = comparison_of(*answered("money", "not-on-these-dates"))
    month = month_of(four_days(folder / "office").folder)
    found = {}
    for code in ("en", "id"):
        texts = language(code)
        for name, html in (
            ("plan", plan_report(made, texts)),
            ("saturdays", plan_report(shifted, texts)),
            ("comparison", comparison_report(compared, texts)),
            ("month", month_report(month, texts)),
        ):
            found[f"{name}-{code}"] = folder / f"{name}-{code}.html"
            found[f"{name}-{code}"].write_text(html, encoding="utf-8")
    return found


@dataclass
class Opened:
    """A page in a browser, and what it did that it should not."""

    page: Page
    wrong: list[str] = field(default_factory=list)


def opened(browser: Browser, path: Path, width: int, scheme: str) -> Opened:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    found = Opened(context.new_page())
    address = path.as_uri()
    page, wrong = found.page, found.wrong
    page.on("console", lambda said: wrong.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: (
            wrong.append(f"request: {asked.url}")
            if asked.url not in (address, "data:,")
            else None
        ),
    )
    page.goto(address)
    return found


VISIBLE = """
() => [...document.querySelectorAll('.chart')].map(chart => {
  const drawn = [...chart.querySelectorAll('svg')].filter(
    svg => getComputedStyle(svg).display !== 'none');
  const svg = drawn[0], box = svg.getBoundingClientRect();
  const marks = [...svg.querySelectorAll('path, rect, line')].filter(mark => {
    const own = mark.getBoundingClientRect(), style = getComputedStyle(mark);
    return own.width + own.height > 0 &&
      (style.fill !== 'none' || style.stroke !== 'none');
  });
  const texts = [...svg.querySelectorAll('text')].filter(text => text.textContent);
  const scale = box.width / svg.viewBox.baseVal.width;
  return {
    figure: chart.closest('figure').id,
    shown: drawn.length, width: box.width, height: box.height,
    marks: marks.length, texts: texts.length,
    smallest: Math.min(...texts.map(
      text => parseFloat(getComputedStyle(text).fontSize) * scale)),
    outside: texts.filter(text => {
      const own = text.getBoundingClientRect();
      return own.width && (own.left < box.left - 2 || own.right > box.right + 2 ||
        own.top < box.top - 2 || own.bottom > box.bottom + 2);
    }).map(text => text.textContent),
    inks: [...new Set(texts.map(text => getComputedStyle(text).fill))],
  };
})
"""


@pytest.mark.parametrize(("name", "width", "scheme"), LOOKS)
def test_a_page_is_painted_and_keeps_nobody_out(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    found = opened(browser, pages[name], width, scheme)
    charts: list[dict[str, Any]] = found.page.evaluate(VISIBLE)
    assert found.page.title()
    assert len(charts) == CHARTS[name.split("-")[0]]
    for chart in charts:
        assert chart["shown"] == 1, chart
        assert chart["width"] > 250, chart
        assert chart["height"] > 60, chart
        assert chart["marks"] >= 4, chart
        assert chart["texts"] >= 4, chart
        assert chart["smallest"] >= 10, chart
        assert chart["outside"] == [], chart
    dark = scheme == "dark"
    for ink in {ink for chart in charts for ink in chart["inks"]}:
        assert (luminance(ink) > 0.2) == dark, ink
    paper = found.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (luminance(paper) < 0.1) == dark
    scroll = found.page.evaluate("document.documentElement.scrollWidth")
    assert scroll <= width
    assert found.wrong == []
    assert_strict(pages[name].read_text(encoding="utf-8"))
    found.page.evaluate(
        "document.querySelectorAll('details').forEach(each => { each.open = true })"
    )
    scroll = found.page.evaluate("document.documentElement.scrollWidth")
    assert scroll <= width, "the tables of charts scroll inside themselves"
    assert_accessible(found.page)
    found.page.context.close()


def luminance(colour: str) -> float:
    """Return the relative luminance of an "rgb(…)", 0 to 1 (WCAG 2.2)."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")[:3]]
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    ]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("name", PAGES)
def test_it_prints_on_a4(browser: Browser, pages: dict[str, Path], name: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    # A dark screen prints on white paper all the same.
    found = opened(browser, pages[name], SCREEN, "dark")
    raw = found.page.pdf(prefer_css_page_size=True)
    document = pypdf.PdfReader(io.BytesIO(raw))
    assert 3 <= len(document.pages) <= 12
    for sheet in document.pages:
        box = sheet.mediabox
        assert (round(box.width), round(box.height)) == A4
    text = " ".join(" ".join(sheet.extract_text().split()) for sheet in document.pages)
    heading = " ".join(found.page.inner_text("h1").split())
    assert heading in text
    found.page.emulate_media(media="print", color_scheme="dark")
    ink = found.page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert luminance(ink) < 0.1
    assert found.wrong == []
    found.page.context.close()


CLIPPED = """
() => [...document.querySelectorAll('body *')].filter(each => {
  const style = getComputedStyle(each);
  if (each.closest('svg') || each.closest('.scroll') || each.closest('.skip') ||
      style.clipPath !== 'none') return false;
  const box = each.getBoundingClientRect();
  return box.width && (box.left < -1 || box.right > innerWidth + 1 ||
    (style.overflow !== 'visible' && each.scrollWidth > each.clientWidth + 1));
}).map(each => each.tagName + ': ' + each.textContent.slice(0, 60))
"""

FIRST = """
() => [...document.querySelectorAll(
  'h1, .card:nth-child(-n+2), #cmp-answer ~ ul li:nth-child(-n+2), ' +
  '#cmp-answer ~ .facts, #cmp-picture ~ figure .chart svg')].map(each => {
  const box = each.getBoundingClientRect();
  return [each.tagName, box.top, box.bottom, box.width];
})
"""


@pytest.mark.parametrize("code", ["en", "id"])
def test_long_names_are_never_cut_on_a_phone(
    browser: Browser, tmp_path: Path, code: str
) -> None:
    path = tmp_path / "long.html"
    compared = comparison_of(*long_named())
    path.write_text(comparison_report(compared, language(code)), encoding="utf-8")
    found = opened(browser, path, PHONE, "light")
    found.page.evaluate(
        "document.querySelectorAll('details').forEach(each => { each.open = true })"
    )
    assert found.page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert found.page.evaluate(CLIPPED) == []
    charts: list[dict[str, Any]] = found.page.evaluate(VISIBLE)
    assert {
        chart["figure"]: chart["outside"] for chart in charts if chart["outside"]
    } == {}
    said = " ".join(found.page.inner_text("body").split())
    for one in compared.scenarios:
        assert said.count(one.label) >= 4
    assert found.wrong == []
    found.page.context.close()


@pytest.mark.parametrize("name", ["comparison-en", "comparison-id"])
@pytest.mark.parametrize("size", [(360, 640), (1366, 768)])
def test_verdict_cards_turns_and_picture_share_the_first_screen(
    browser: Browser, pages: dict[str, Path], name: str, size: tuple[int, int]
) -> None:
    found = opened(browser, pages[name], size[0], "light")
    parts: list[tuple[str, float, float, float]] = found.page.evaluate(FIRST)
    assert [part[0] for part in parts] == ["H1", "DIV", "DIV", "LI", "LI", "P", "svg"]
    for kind, top, bottom, width in parts:
        # Of the picture the axis may be below: the curves are seen.
        room = size[1] + (35 if kind == "svg" else 0)
        assert 0 <= top < bottom <= room, (kind, top, bottom)
        assert width > 100
    found.page.context.close()
