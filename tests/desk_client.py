"""A desk as a process of its own, and a browser that opens it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from browser import assert_accessible

from ektp_sched.children import child_command, child_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from playwright.sync_api import Browser, Page

PHONE, LAPTOP = 360, 1366
NUMBERED = """\
[identity]
from = "NIK"
[columns]
TGL_REKAM = "waiting_since"
KECAMATAN = "area"
"""
"""Rules of an office whose export has numbers of identity."""


def office_text(
    name: str, *printers: int, server: int, more: str = "", urgent: bool = False
) -> str:
    """Return an office.toml: a server, printers by their cards a day, further rules."""
    emergency = "[urgency.emergency]\ntarget_days = 3\nrank = 0\n"
    machines = "".join(
        f'[[printers]]\nid = "printer-{number}"\ncards_per_day = {cards}\n'
        for number, cards in enumerate(printers, 1)
    )
    return f"""\
name = "{name}"
language = "id"
{emergency if urgent else ""}[urgency.routine]
target_days = 30
default = true
[[servers]]
id = "server-1"
cards_per_day = {server}
{machines}{more}"""


@dataclass(slots=True)
class Served:
    """A desk that runs."""

    process: subprocess.Popen[str]
    address: str  # opens it, once

    @property
    def root(self) -> str:
        return "http://" + urlsplit(self.address).netloc

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def served(folder: Path, on: date | str, *options: str) -> Iterator[Served]:
    """Serve an office folder, on a day, until the test has done with it."""
    arguments = ["desk", str(folder), "--no-browser", "--on", str(on), *options]
    process = subprocess.Popen(
        child_command("-m", "ektp_sched", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment("ektp_sched", "starlette", LC_ALL="C.UTF-8"),
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    try:
        if not address:
            raise AssertionError(process.communicate()[1])
        yield Served(process, address)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@dataclass(slots=True)
class Seat:
    """Somebody before a browser; all that may not happen there is collected."""

    page: Page
    served: Served
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.served.root + path)

    def press(self, name: str) -> None:
        """Press a button or follow a link, by what it says."""
        both = self.page.get_by_role("button", name=name, exact=True)
        both = both.or_(self.page.get_by_role("link", name=name, exact=True))
        before = self._began()
        both.first.click()
        # A click may return before the next page has begun; not every one leads to one.
        patience = time.monotonic() + 1.5
        while self._began() == before and time.monotonic() < patience:
            self.page.wait_for_timeout(25)
        self.page.wait_for_load_state()

    def _began(self) -> float | None:
        """Return when the page began; None while one goes over into the next."""
        from playwright.sync_api import Error

        try:
            return float(self.page.evaluate("performance.timeOrigin"))
        except Error:
            return None

    def settled(self) -> None:
        """Wait until long work has ended."""
        self.page.wait_for_selector("#work", state="detached", timeout=120_000)
        self.page.wait_for_load_state()

    def assert_fits(self) -> None:
        """Nothing is wider than the page."""
        self.page.wait_for_load_state()  # Before its style is there, anything is.
        widths = "[document.documentElement.scrollWidth, window.innerWidth]"
        inner, outer = self.page.evaluate(widths)
        assert inner <= outer, self.page.url

    def assert_accessible(self) -> None:
        assert_accessible(self.page)


@contextmanager
def seated(
    browser: Browser,
    desk: Served,
    who: str = "Maria",
    *,
    width: int = LAPTOP,
    language: str = "id",
    javascript: bool = True,
) -> Iterator[Seat]:
    """Open the desk's address, say who works, and sit there.

    When it ends, nothing was asked of another place and the console is empty.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 760}, java_script_enabled=javascript
    )
    page = context.new_page()
    seat = Seat(page, desk)
    # A test is faster than a page that would put the focus where the test has put it.
    quick = "Autofocus processing was blocked"
    page.on(
        "console",
        lambda m: None if m.text.startswith(quick) else seat.faults.append(m.text),
    )
    page.on("pageerror", lambda e: seat.faults.append(str(e)))
    page.on(
        "request",
        lambda r: (
            None
            if r.url.startswith((desk.root + "/", "data:"))
            else seat.faults.append(r.url)
        ),
    )
    page.goto(desk.address)
    if page.locator("#who").count():
        page.fill("#who", who)
        if language == "en":
            page.get_by_role("button", name="English").click()
            page.fill("#who", who)
        page.locator("button.first").click()
    yield seat
    context.close()
    assert seat.faults == [], seat.faults
