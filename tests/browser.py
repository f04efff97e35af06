"""The Chromium of this machine, for tests that look at pages."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",
    "--disable-software-rasterizer",
    "--disable-features=SpareRendererForSitePerProcess,Translate,MediaRouter",
    "--renderer-process-limit=1",
]

_DRAWN = """
() => {
  const said = each => each.tagName + ' ' + ['class', 'fill', 'style'].map(
    name => each.getAttribute(name)).join(' ');
  const all = [...document.querySelectorAll('body *')].filter(
    each => each.checkVisibility());
  return matchMedia('(prefers-color-scheme: dark)').matches + '\\n' +
    [...new Set(all.map(each => said(each.parentElement) + ' > ' + said(each)))]
      .sort().join('\\n');
}
"""
_looked_at: set[str] = set()


def assert_accessible(page: Page) -> None:
    """Assert that axe finds nothing that keeps anybody out.

    Contrasts take most of its time and depend on no language and no width: they are
    looked at once for all pages that draw the same.
    """
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    drawn = page.evaluate(_DRAWN)
    contrast = {"color-contrast": {"enabled": drawn not in _looked_at}}
    options = {"resultTypes": ["violations"], "rules": contrast}
    results = axe.run(page, options=options).response
    assert results["violations"] == [], [
        (violation["id"], violation["nodes"][0]["html"])
        for violation in results["violations"]
    ]
    assert len(results["passes"]) > 10
    _looked_at.add(drawn)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Chromium; a test without one is skipped, and says so."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = next((p for name in NAMES if (p := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium here; install one to look at the pages")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
