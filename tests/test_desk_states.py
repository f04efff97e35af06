"""Every state of every page: readable, whole, quiet, and of a size soon ready."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from desk_client import LAPTOP, PHONE, seated, served

from ektp_sched.counter import find
from ektp_sched.days import open_office
from ektp_sched.days.folder import keep_export
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import Down
from ektp_sched.desk.visit import TABS
from ektp_sched.ledger import NewAct
from ektp_sched.output.languages import language
from ektp_sched.telling import recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from desk_client import Seat
    from playwright.sync_api import Browser

    from ektp_sched.days.folder import OfficeFolder

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY, NEXT = date(2017, 9, 12), date(2017, 9, 13)
LARGEST = 150 * 1024
PAPER = 794
"""Pixels of A4 across."""

NAMES = (
    "<img src=x onerror=\"document.title='x'\">",
    "=HYPERLINK(1)|cmd",
    "../../etc/passwd",
    "a\u202eb\u0007c",
    "{{ visit.session.token }}",
    "Raden-Ajeng-Sangat-Panjang-Sekali-Tanpa-Spasi-" + "x" * 40,
    "Maria Bria",
)
OPEN = "document.querySelectorAll('details').forEach(d => d.open = true)"
CUT = """() => [...document.querySelectorAll("main *, header *")].filter(e =>
  !e.closest(".unseen, .paper, svg") && e.clientWidth > 0
  && (e.matches("button") || getComputedStyle(e).overflowX !== "visible")
  && !e.matches("textarea, select, input")
  && e.scrollWidth > e.clientWidth + 1
).map(e => e.outerHTML.slice(0, 120))"""

TOKEN = """() => [...document.querySelectorAll("input[name=token]")].some(
  e => document.body.innerText.includes(e.value))"""


def rows(*, wrong: int = 0, people: int = 130) -> str:
    """Return an export of people with names that somebody made up."""
    lines = ["NO_REG,TGL_REKAM,NAMA,KEC"]
    for number in range(people):
        name = NAMES[number % len(NAMES)].replace('"', '""')
        since = f"2017-0{1 + number % 8}-{10 + number % 9}"
        lines.append(f'A{number:03},{since},"{name}","<b>Alak</b>"')
    lines += [f"B{n:03},2017-02-31,x,y" for n in range(wrong)]
    return "\n".join(lines)


class Story:
    """Somebody who brings the desk into one state after the other."""

    def __init__(self, seat: Seat, folder: Path) -> None:
        self.seat, self.page, self.folder = seat, seat.page, folder

    def send(self, action: str, **typed: str) -> None:
        """Fill in a form and send it, whatever it is folded into."""
        self.sent(action, typed)

    def sent(self, action: str, typed: Mapping[str, str], nth: int = 0) -> None:
        """Fill in a form by ids of fields, and send it by one of its buttons."""
        self.page.evaluate(OPEN)
        for name, text in typed.items():
            self.page.locator(f"form[action='{action}'] [id='{name}']").fill(text)
        button = self.page.locator(f"form[action='{action}'] button").nth(nth)
        with self.page.expect_navigation():
            button.evaluate("b => { b.form.noValidate = true; b.click(); }")

    def drop(self, text: str, field: str = "file", name: str = "ekspor.csv") -> None:
        given = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        self.page.set_input_files(f"#{field}", given)  # type: ignore[arg-type]

    def ended(self) -> None:
        """Wait until long work has led to another page."""
        self.page.wait_for_selector("#work", state="detached", timeout=120_000)
        self.page.wait_for_load_state()

    def asks(self, kind: str) -> Iterator[str]:
        """Only the office can answer, and the page asks it."""
        code = self.page.locator("html").get_attribute("lang") or ""
        title = language(code).text(f"desk.ask.{kind}.title")
        assert self.page.locator("h1").inner_text() == title
        yield f"question: {kind}"

    def find(self, asked: str) -> None:
        self.seat.go("/people")
        self.page.fill("#asked", asked)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    @property
    def office(self) -> OfficeFolder:
        return open_office(self.folder)

    def late(self) -> None:
        """Let a printer break down, and told dates slip."""
        plan = pl.read_csv(self.folder / f"plans/{DAY}/plan.csv")
        names = plan.filter(pl.col("day") > str(NEXT))["application_id"].head(3)
        told = pl.DataFrame({"application_id": names, "promised_on": [str(DAY)] * 3})
        recording.record_told(self.office, told, self.signed())
        down = Down("printer-2", DAY, NEXT, 0)
        recording.record_outage(self.office, down, self.signed())

    def ticked(self, sheet: bytes) -> bytes:
        """Return a sheet whose first card is ticked as printed."""
        heading, card, *others = sheet.splitlines(keepends=True)
        return b"".join([heading, card.replace(b";;;", b";x;;"), *others])

    def signed(self, day: date = DAY) -> Signature:
        return Signature.of("Yanti", day)

    def first_days(self) -> Iterator[str]:
        """An empty folder becomes an office."""
        seat, send = self.seat, self.send
        yield "first run"
        send("/first", name="", printers="x", cards="-1", server="y", blanks="-5")
        yield "first run with mistakes"
        long = "Dinas Kependudukan dan Pencatatan Sipil Kota <b>Kupang</b>"
        send("/first", name=long, printers="2", cards="6", server="12", blanks="100")
        yield "who works"
        send("/who", who=NAMES[0], day="kemarin")
        yield "who works, with a mistake"
        send("/who", day="12-09-2017")
        yield "today without an export"
        for path in ("/people", "/council", "/council/history", "/today/phone"):
            seat.go(path)
            yield f"{path} without a plan"
        seat.go("/today/scan")
        yield "nothing to scan"
        seat.go("/whatif")
        yield "no scenarios"
        send(
            "/whatif/first",
            cards="many",
            cost="-1",
            earliest="x",
            likely="",
            latest="y",
        )
        yield "first scenarios with mistakes"

    def exports(self) -> Iterator[str]:
        """What is dropped is no export, then is one that has to be understood."""
        seat, page = self.seat, self.page
        seat.go("/today")
        self.drop("<html>gateway time-out</html>")
        self.send("/today/export")
        yield "an export that is none"
        seat.go("/today/export")
        yield "the rows of an export that is none"
        seat.go("/today")
        self.drop(rows(wrong=3))
        self.send("/today/export")
        yield "an export of unknown headings"
        seat.go("/headings")
        yield "meaning of headings"
        for place in (0, 1):
            page.select_option(f"select >> nth={place}", "application_id")
        self.send("/headings")
        yield "meaning of headings with a mistake"
        page.select_option("select >> nth=1", "waiting_since")
        page.select_option("select >> nth=3", "area")
        self.send("/headings")
        yield "an export with too many wrong rows"
        self.drop(rows(wrong=1))
        self.send("/today/export")
        yield "an export with a wrong row"
        seat.go("/today/export")
        yield "wrong rows of an export"

    def plans(self) -> Iterator[str]:
        """A plan is made, printed, and hindered; what came of it is recorded."""
        seat, page = self.seat, self.page
        seat.go("/whatif/first")
        self.send(
            "/whatif/first",
            arrivals="0",
            cards="650",
            cost="300.000.000",
            earliest="01-11-2017",
            likely="15-01-2018",
            latest="30-04-2018",
        )
        yield "scenarios, and nobody has asked"
        for verb in ("compare", "need", "promise"):
            self.sent(f"/whatif/{verb}", {f"{verb}.days": "0"})
            yield f"{verb} with a mistake"
        self.sent("/whatif/compare", {"compare.replications": "10000"})
        page.wait_for_selector("#work")
        yield "work that runs"
        self.send(page.url.removeprefix(seat.served.root) + "/cancel")
        self.ended()
        yield "work that was cancelled"
        seat.go("/today")
        with page.context.expect_page() as opened:
            page.evaluate("open('/today')")
        other = Story(replace(seat, page=opened.value), self.folder)
        self.send("/today/plan")
        self.ended()
        yield "a plan with its sheets"
        self.send("/today/print")
        yield "sheets to print"
        seat.go("/today")
        self.send("/today/print")
        yield "a copy to print"
        seat.go("/today")
        yield "sheets that are on paper"
        self.sent("/today/outage", {"from": "x"})
        yield "an outage with a mistake"
        self.sent("/today/blanks", {"blanks-1": "nine"})
        yield "blanks with a mistake"
        recording.record_counts(self.office, {None: 90}, self.signed())
        self.sent("/today/blanks", {"blanks-1": "80"})
        yield "blanks that somebody counted meanwhile"
        self.late()
        seat.go("/today")
        yield "an outage that makes sheets void"
        other.send("/today/plan")
        other.ended()
        yield from other.asks("rest")
        other.page.close()
        seat.go("/today")
        self.send("/today/plan", left="many")
        yield "the rest of today with a mistake"
        self.send("/today/plan", left="100")
        self.ended()
        yield "void sheets"
        seat.go("/today/phone")
        yield "whom to phone"
        self.send("/today/phone")
        yield "nobody was phoned"

    def people(self) -> Iterator[str]:
        """Somebody stands at the counter."""
        seat, page = self.seat, self.page
        self.find("nobody of that name")
        yield "nobody is found"
        self.find("a")
        yield "many are found"
        for name in NAMES[:5]:
            self.find(name)
            yield f"asked for {name}"
        self.find("A006")
        yield "one person"
        with page.expect_navigation():
            page.locator("#why a").click()
        yield "why that day"
        address = page.url.removeprefix(seat.served.root).partition("/why")[0]
        asked = {"priority-reason": "beasiswa", "priority-approved": "Kadis"}
        self.sent(f"{address}/priority", {**asked, "due_on": "besok"})
        yield "a priority with a mistake"
        person = find(self.folder, "A006").people[0].id
        recording.record_priority(
            *(self.office, [person]),
            replace(self.signed(), reason="rusak", approved_by="Kadis"),
            due_on=NEXT,
        )
        self.sent(f"{address}/priority", {**asked, "due_on": "20-09-2017"})
        yield "somebody recorded the priority meanwhile"
        with self.office.ledger.writing() as writer:
            row = {
                "person": writer.refs_of(pl.Series([person])),
                "field": ["waiting_since"],
                "export": ["2017-06-01"],
                "used": ["2017-07-04"],
            }
            before = writer.acts("import")[-1]
            act = NewAct(kind="import", day=DAY, by="Maria", detail=before.detail)
            writer.append(act, {"withheld": pl.DataFrame(row)}, confirmed=True)
        seat.go(address)
        yield "a person of whom rows are withheld"

    def results(self) -> Iterator[str]:
        """What became of the sheets is recorded."""
        seat, page = self.seat, self.page
        seat.go("/today/scan")
        yield "scanning"
        self.send("/today/scan", numbers="NOBODY\n" + "9" * 60)
        yield "scanning of numbers that nobody has"
        seat.go("/today")
        self.drop("who,result\nx,y\n", "filled")
        self.send("/today/hand-in")
        yield "a sheet that is none"
        seat.go(f"/today/settle/1/{DAY}/printer-1")
        yield "a sheet to tick"
        first = page.locator("tbody th").first.inner_text().split()[0]
        frame = pl.DataFrame({"application_id": [first], "result": ["spoilt"]})
        recording.record_marks(self.office, frame, self.signed(), of=1)
        self.send(page.url.removeprefix(seat.served.root) + "?part=1")
        yield "a sheet of which somebody said something meanwhile"
        page.locator("input[name=r1][value='']").check()
        self.send(f"/today/settle/1/{DAY}/printer-1?part=1")
        yield "results that are recorded"

    def next_day(self) -> Iterator[str]:
        """The next morning asks what only the office knows."""
        seat, page = self.seat, self.page
        seat.go("/who")
        self.send("/who", day=f"{NEXT:%d-%m-%Y}")
        yield "yesterday is to be settled"
        keep = self.folder / "exports.csv"
        keep.write_text(rows(people=100, wrong=3), "utf-8")
        keep_export(self.office, keep, NEXT)
        sheet = self.folder / f"plans/{DAY}/batches/{DAY}/printer-2.csv"
        clean = sheet.read_bytes()
        sheet.write_bytes(self.ticked(clean))
        seat.go("/today")
        self.send("/today/plan")
        self.ended()
        yield from self.asks("sheet")
        sheet.write_bytes(clean)
        seat.go("/today")
        self.send("/today/plan")
        self.ended()
        yield from self.asks("gone")
        self.send("/today/plan")
        self.ended()
        yield from self.asks("open")
        self.send("/today/plan")
        self.ended()
        yield "a plan of the next day"
        seat.go(f"/today/settle/1/{DAY}/printer-1")
        page.locator("input[name=r2][value=unprinted]").check()
        self.send(f"/today/settle/1/{DAY}/printer-1?part=1")
        yield "a result that needs a second name"

    def rules(self) -> Iterator[str]:
        """The office's rules are changed."""
        seat, page = self.seat, self.page
        seat.go("/office")
        yield "rules"
        cards = page.locator("input[name^='printers'][name$='cards_per_day']").first
        cards.fill("many")
        self.sent("/office", {}, -1)
        yield "rules with a mistake"
        cards.fill("9")
        self.sent("/office", {}, -1)
        yield "rules with a change"
        file = self.folder / "office.toml"
        file.write_text(file.read_text("utf-8").replace("= 12", "= 13"), "utf-8")
        self.sent("/office", {}, -1)
        yield "rules that somebody changed meanwhile"
        file.write_text("name = 7\n", "utf-8")
        seat.go("/office")
        yield "rules that are wrong"
        seat.go("/today")
        yield "today with rules that are wrong"

    def answers(self) -> Iterator[str]:
        """What if, and what the council sees."""
        seat = self.seat
        more = {"need.by": "01-11-2017"}
        for verb in ("compare", "need", "promise"):
            seat.go("/whatif")
            length = {f"{verb}.days": "60", f"{verb}.replications": "20"}
            self.sent(f"/whatif/{verb}", length | (more if verb == "need" else {}))
            self.ended()
            assert self.page.url.partition("#")[0].endswith("/whatif")
            yield f"what came of {verb}"
        seat.go("/whatif")
        self.sent("/whatif/need", {"need.by": "01-01-2016"})
        self.ended()
        yield "work that failed"
        seat.go("/whatif/scenarios")
        yield "scenarios as a form"
        seat.go("/council")
        self.send("/council/month", first="kemarin", last="x")
        yield "a month with a mistake"
        self.send("/council/month", first="01-09-2017", last="13-09-2017")
        self.ended()
        self.send("/council/plans/1/verify")
        self.ended()
        self.send("/council/ledger", heads="3fa9c-01d2e-77b40-9ac1f")
        self.ended()
        yield "the council with all that it asked for"
        plan = self.folder / f"plans/{DAY}/plan.csv"
        plan.write_bytes(plan.read_bytes()[:-40])
        self.send("/council/plans/1/verify")
        self.ended()
        yield "a plan that somebody changed"
        yield from self.links()

    def links(self) -> Iterator[str]:
        """Follow each link of a tab to a page of the desk, once."""
        paths: dict[str, None] = {}
        for tab in TABS:
            self.seat.go(f"/{tab}")
            for link in self.page.locator("main a[href^='/']").all():
                paths[(link.get_attribute("href") or "").partition("#")[0]] = None
        for path in paths:
            answer = self.page.request.get(self.seat.served.root + path)
            if (
                "html" in answer.headers["content-type"]
                and "/language" in answer.text()
            ):
                self.seat.go(path)
                yield path

    def end(self) -> Iterator[str]:
        """The desk is closed."""
        self.seat.go("/who")
        self.send("/close")
        yield "closed"


PARTS = (
    Story.first_days,
    Story.exports,
    Story.plans,
    Story.people,
    Story.results,
    Story.next_day,
    Story.answers,
    Story.rules,
    Story.end,
)


def hold(seat: Seat, folder: Path) -> Iterator[str]:
    """Yield what is wrong with the page that is open."""
    page = seat.page
    page.evaluate(OPEN)
    for width, media in ((PHONE, "screen"), (LAPTOP, "screen"), (PAPER, "print")):
        page.set_viewport_size({"width": width, "height": 760})
        page.emulate_media(media=media)  # type: ignore[arg-type]
        inner, outer = page.evaluate(
            "[document.documentElement.scrollWidth, window.innerWidth]"
        )
        if inner > outer:
            yield f"wider than {width}: {inner}"
        yield from (f"cut at {width}: {cut}" for cut in page.evaluate(CUT))
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": LAPTOP, "height": 760})
    html = page.content()
    if len(html.encode()) > LARGEST:
        yield f"{len(html.encode())} bytes"
    for hidden in ("\u202e", "\u0007", tempfile.gettempdir(), str(folder)):
        if hidden in html:
            yield f"shows {hidden!r}"
    if page.title() == "x" or page.locator("main img, main script, header img").count():
        yield "text from a file is markup"
    if page.evaluate(TOKEN):
        yield "shows the token"
    yield from seat.faults
    seat.faults.clear()
    try:
        seat.assert_accessible()
    except AssertionError as error:
        yield str(error)


def test_every_state_is_readable_whole_and_quiet(
    browser: Browser, tmp_path: Path
) -> None:
    """The desk is spoken to in both languages by turns."""
    folder = tmp_path / "kantor"
    folder.mkdir()
    wrong: dict[str, list[str]] = {}
    with served(folder, DAY) as desk, seated(browser, desk) as seat:
        story = Story(seat, folder)
        for at, part in enumerate(PARTS):
            if at:
                story.send("/language")  # its button names the other one
            for state in part(story):
                if faults := [*hold(seat, folder)]:
                    wrong[state] = faults
    assert wrong == {}
