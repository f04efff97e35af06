"""What became of the cards on a sheet: handed in, scanned, or ticked here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.backlog.prints import PRINTED, SPOILT, UNPRINTED
from ektp_sched.days.overview import overview
from ektp_sched.days.sheets import cards_on, sheet_file
from ektp_sched.days.signature import REASONS
from ektp_sched.desk.today import tell
from ektp_sched.desk.visit import Page, Visit
from ektp_sched.errors import EktpSchedError, UsageError
from ektp_sched.failures import failure
from ektp_sched.forms.typed import day_of
from ektp_sched.output.paper_page import passed_through
from ektp_sched.output.rows import PASSED
from ektp_sched.telling import recording
from ektp_sched.words import said

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from ektp_sched.days.folder import OfficeFolder

_PART: Final = 100
"""Cards that a page asks about at once."""

_STATES: Final = ("unknown", PRINTED, SPOILT, UNPRINTED, "open")
_CODES: Final = {state: state[0] for state in _STATES} | {UNPRINTED: "n"}
"""A letter for each state; "-" for who was forgotten."""

_RESULTS: Final = (PRINTED, UNPRINTED, SPOILT)
_WHY: Final = tuple(
    code
    for code in REASONS
    if code not in ("misclick", "lost-card", "damaged-card", "emergency", "reserve")
)
"""Reasons that a spoilt card may have."""


def _place(visit: Visit) -> tuple[int, date, str]:
    given = visit.request.path_params
    return int(given["plan"]), day_of(given["day"]), str(given["printer"])


def _show(visit: Visit, wrong: Any = None, typed: Any = None) -> Response:
    """Show the cards of a sheet, each with what is known of it."""
    folder, place = visit.folder(), _place(visit)
    cards, names = _cards(folder, *place)
    if cards.is_empty():
        message = said(
            "there is no such sheet; go back to today's page",
            "lembar itu tidak ada; kembali ke halaman hari ini",
        )
        raise UsageError(message)
    number = visit.request.query_params.get("part", "1")
    part = int(number) if number.isdecimal() else 1
    parts = -(-cards.height // _PART)
    part = min(max(part, 1), parts)
    shown = cards.slice((part - 1) * _PART, _PART)
    plan, day, printer = place
    return visit.page(
        "settle.html.j2",
        plan=plan,
        day=day,
        printer=printer,
        action=_address(plan, day, printer),
        cards=[*shown.iter_rows(named=True)],
        name=names,
        part=part,
        parts=parts,
        total=cards.height,
        codes="".join(map(_code, shown["state"])),
        known=shown.filter(pl.col("state").is_in([PRINTED, SPOILT])).height,
        results=_RESULTS,
        why=_WHY,
        wrong=wrong,
        typed=typed or {},
    )


def _address(plan: int, day: date, printer: str) -> str:
    return f"/today/settle/{plan}/{day}/{quote(printer, safe='')}"


def _code(state: str | None) -> str:
    return "-" if state is None else _CODES[state]


def _cards(
    folder: OfficeFolder, plan: int, day: date, printer: str
) -> tuple[pl.DataFrame, str]:
    """Return the cards of a sheet, what people are called by, and a name's heading."""
    if not folder.ledger.exists:
        return pl.DataFrame(), ""
    with folder.ledger.reading() as reader:
        cards = cards_on(folder, reader, plan, day, printer)
        paths = {act.plan: act.detail["path"] for act in reader.acts("plan", "adopt")}
    if cards.is_empty():
        return cards, ""
    ids = cards["application_id"]
    called = queue_numbers(ids) if is_made(ids).all() else ids
    file = sheet_file(folder.path / paths[plan], day, printer)
    passed = pl.DataFrame()
    if file is not None:
        passed = passed_through(file.with_suffix(".csv"), called.to_list())
    headings = [name.removeprefix(PASSED) for name in passed.columns]
    # A name is what an operator knows a card by; else whatever stands first.
    heading = next((h for h in headings if "nam" in h.casefold()), "")
    heading = heading or next(iter(headings), "")
    name = passed[f"{PASSED}{heading}"] if heading else pl.lit("")
    return cards.with_columns(
        pl.int_range(pl.len()).alias("at"), called=called, name=name
    ), heading


def _save(visit: Visit) -> Response:
    """Record what was chosen otherwise than it is known."""
    folder, (plan, day, printer) = visit.folder(), _place(visit)
    cards, _ = _cards(folder, plan, day, printer)
    part = int(visit.text("part")) if visit.text("part").isdecimal() else 1
    shown = cards.slice((part - 1) * _PART, _PART)
    codes = "".join(map(_code, shown["state"]))
    typed: dict[str, Any] = {
        key: value for key, value in visit.form.items() if key != "token"
    }
    seen = visit.text("codes")
    if codes != seen:
        other = [
            at
            for at, (now, then) in enumerate(zip(codes, seen, strict=False))
            if now != then
        ]
        for at in other:
            typed.pop(f"r{shown['at'][at]}", None)
        message = said(
            "meanwhile somebody recorded {n} of these cards; they are marked below, "
            "and what you chose for the others is kept: look and save again",
            "sementara itu petugas lain sudah mencatat {n} dari kartu ini; kartunya "
            "ditandai di bawah, pilihan Anda untuk yang lain tetap ada: periksa, lalu "
            "simpan lagi",
            n=len(other),
        )
        typed["changed"] = {shown["at"][at] for at in other}
        return _show(visit, message, typed)
    rows = []
    for card in shown.iter_rows(named=True):
        result = visit.text(f"r{card['at']}")
        reason = visit.text(f"w{card['at']}") or None
        if result not in _RESULTS or result == card["state"]:
            continue
        why = reason if result == SPOILT else None
        rows.append((card["application_id"], result, day.isoformat(), why))
    if not rows:
        sentence = said("There was nothing new to record.", "Tidak ada yang baru.")
        return visit.go("/today", sentence)
    names = ("application_id", "result", "printed_at", "reason")
    marks = pl.DataFrame(rows, dict.fromkeys(names, pl.String()), orient="row")
    try:
        told = recording.record_marks(folder, marks, visit.signature(), of=plan)
    except EktpSchedError as error:
        return _show(visit, failure(error).sentence, typed)
    more = part * _PART < cards.height
    after = _address(plan, day, printer) + f"?part={part + 1}" if more else "/today"
    return tell(visit, after, told)


def _all(visit: Visit) -> Response:
    """Record that all cards of a day's sheets are printed."""
    day = day_of(visit.text("day"))
    signature = replace(visit.signature(), day=day)
    none = pl.DataFrame(schema={"application_id": pl.String})
    return tell(
        visit, "/today", recording.record_all_but(visit.folder(), none, signature)
    )


def _hand_in(visit: Visit) -> Response:
    """Record filled sheets, lists and logs as they are."""
    files = visit.uploads("sheets")
    if not files:
        message = said("choose the filled sheets first", "pilih dahulu lembarnya")
        raise UsageError(message)
    told = recording.record_files(visit.folder(), files, visit.signature())
    return tell(visit, "/today", told)


def _scan(visit: Visit, wrong: Any = None) -> Response:
    """Show the field that queue numbers are scanned into."""
    now = overview(visit.folder(), visit.day)
    sheets = (*now.earlier, *now.sheets)
    days = [*dict.fromkeys(sheet.day for sheet in sheets if not sheet.void)]
    return visit.page(
        "scan.html.j2",
        days=days,
        why=_WHY,
        wrong=wrong,
        numbers=visit.text("numbers"),
        what=visit.text("what") or PRINTED,
        day=visit.text("day"),
        reason=visit.text("reason"),
    )


def _scanned(visit: Visit) -> Response:
    """Record what was scanned."""
    numbers = [line.strip() for line in visit.text("numbers").splitlines()]
    numbers = [line for line in numbers if line]
    what, reason = visit.text("what"), visit.text("reason")
    if not numbers:
        message = said("scan a queue number first", "pindai dahulu nomor antreannya")
        return _scan(visit, message)
    result = {"but": UNPRINTED}.get(what, what if what in _RESULTS else PRINTED)
    marks = pl.DataFrame(
        {
            "application_id": numbers,
            "result": [result] * len(numbers),
            "reason": [reason if result == SPOILT else ""] * len(numbers),
        }
    ).unique("application_id", keep="first", maintain_order=True)
    # The reason is that of a spoilt card, and not of what is recorded as a whole.
    signature = replace(visit.signature(), reason=None)
    folder = visit.folder()
    try:
        if what == "but":
            signature = replace(signature, day=day_of(visit.text("day")))
            told = recording.record_all_but(folder, marks, signature)
        else:
            told = recording.record_marks(folder, marks, signature)
    except EktpSchedError as error:
        return _scan(visit, failure(error).sentence)
    return tell(visit, "/today", told)


PAGES: Final = (
    Page("GET", "/today/settle/{plan:int}/{day}/{printer}", _show),
    Page("POST", "/today/settle/{plan:int}/{day}/{printer}", _save),
    Page("POST", "/today/all", _all),
    Page("POST", "/today/hand-in", _hand_in),
    Page("GET", "/today/scan", _scan),
    Page("POST", "/today/scan", _scanned),
)
