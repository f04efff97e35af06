"""Poster and back-test as a browser shows and prints them."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from browser import assert_accessible
from test_backtest import SMALL, setting
from test_cases_cells import assert_strict
from test_report_browser import A4, SCREEN, SETTINGS, VISIBLE, opened

from ektp_sched.backlog import read_backlog
from ektp_sched.example import write_start
from ektp_sched.office import Office
from ektp_sched.output import language
from ektp_sched.output.backtest_files import backtest_page
from ektp_sched.output.promise_files import poster_html, poster_pages
from ektp_sched.scenarios import load_scenarios
from ektp_sched.scenarios.dates.backtest import backtest
from ektp_sched.scenarios.dates.promise import promise

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

NAMES = ("poster-en", "poster-id", "backtest-en", "backtest-id")
DISTRICTS = 6


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the posters of the Kupang example, and a small back-test."""
    folder = tmp_path_factory.mktemp("dates")
    write_start(
        folder,
        example="kupang",
        source=None,
        office_format="toml",
        language="id",
        force=False,
    )
    office, start = Office.load(folder / "office.toml"), date(2017, 9, 12)
    backlog = read_backlog(folder / "backlog.csv", office)
    scenarios = load_scenarios(folder / "scenarios.toml", office, start=start)
    made = promise(backlog, office, scenarios, start=start, days=150, replications=60)
    assert len(poster_pages(made)) == DISTRICTS
    judged = backtest(*setting(), **SMALL, history_days=[20], worlds=2)
    found = {}
    for code in ("en", "id"):
        words = language(code)
        for name, html in (
            ("poster", poster_html(made, words)),
            ("backtest", backtest_page(judged, words)),
        ):
            found[f"{name}-{code}"] = folder / f"{name}-{code}.html"
            found[f"{name}-{code}"].write_text(html, encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [(name, *each) for name in NAMES for each in SETTINGS[name[-2:]]],
)
def test_it_fits_every_screen_and_everybody(
    browser: Browser,
    shown: dict[str, Path],
    name: str,
    width: int,
    scheme: str,
) -> None:
    found = opened(browser, shown[name], width, scheme)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    charts = found.page.evaluate(VISIBLE)
    assert len(charts) == (4 if name.startswith("backtest") else 0)
    assert_strict(shown[name].read_text(encoding="utf-8"))
    for chart in charts:
        assert chart["marks"] >= 4, chart
        assert chart["outside"] == [], chart
    assert_accessible(found.page)
    assert found.wrong == []
    found.page.context.close()


@pytest.mark.parametrize("code", ["en", "id"])
def test_each_district_is_one_sheet_of_a4(
    browser: Browser,
    shown: dict[str, Path],
    code: str,
) -> None:
    pypdf = pytest.importorskip("pypdf")
    found = opened(browser, shown[f"poster-{code}"], SCREEN, "light")
    raw = found.page.pdf(prefer_css_page_size=True)
    sheets = pypdf.PdfReader(io.BytesIO(raw)).pages
    assert len(sheets) == DISTRICTS
    title = language(code).text("poster.title")
    for sheet in sheets:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A4
        assert title in " ".join(sheet.extract_text().split())
    found.page.context.close()
