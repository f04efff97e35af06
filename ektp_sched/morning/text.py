"""What a planner reads of a morning, in the order in which it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.output.digest import proof
from ektp_sched.output.draw.screen import indented, say_line, say_pairs, say_section
from ektp_sched.output.terminal import reject_lines, show_notices
from ektp_sched.output.view.records import record_words, without_ready_on
from ektp_sched.output.view.yesterday import yesterday_section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from ektp_sched.days.record import Recorded
    from ektp_sched.morning.morning import Morning
    from ektp_sched.output.languages import Language

__all__ = ["show_morning"]

_ROWS: Final = 8
"""Records, and people to be phoned, of whom a screen says each."""


def show_morning(morning: Morning, console: Console, texts: Language) -> None:
    """Show a morning whose sheets are written."""
    plan, place = morning.plan, morning.place
    assert place is not None
    day = texts.long_date(place.day)
    title = texts.text(
        "today.title", office=plan.office.name, day=day, plan=str(place.number)
    )
    say_line(console, title, "bold")
    say_line(console, _came_in(morning, texts))
    if morning.recorded is not None:
        say_line(console, _handed_in(morning.recorded, texts))
    say_section(console, yesterday_section(plan, texts), texts)
    _show_lines(console, texts.text("today.records"), [*_records(morning, texts)])
    _show_lines(console, texts.text("today.rejects"), [*_rejects(morning, texts)])
    _show_lines(console, texts.text("today.sheets"), [*_sheets(morning, texts)])
    new = int(morning.slipped["is_new"].sum())
    count = morning.slipped.height
    phoned = texts.text("today.phoned", count=count, new=new)
    _show_lines(console, phoned, [*_phones(morning.slipped, texts)])
    console.print()
    if morning.blanks:
        blanks = [
            texts.text("today.blank", card=card, count=count)
            for card, count in morning.blanks.items()
        ]
        say_pairs(console, [(texts.text("today.blanks"), ", ".join(blanks))])
    say_line(console, proof(plan, texts), "green")
    show_notices(plan.notices, console, texts)
    if plan.mark is not None:
        say_line(console, texts.text("today.head", head=plan.mark.head))


def _show_lines(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print()
    say_line(console, title, "bold")
    for line in lines:
        indented(console, line)


def _came_in(morning: Morning, texts: Language) -> str:
    """Return what the export brought, in numbers."""
    if morning.again:
        return texts.text("today.again")
    file = morning.export.name
    if morning.imported is None:
        return texts.text("today.export_old", file=file)
    parts = [
        texts.text(f"today.part.{name}", count=count)
        for name in ("new", "changed", "back", "gone", "withheld")
        if (count := morning.imported[name])
    ]
    if not parts:
        return texts.text("today.export_same", file=file)
    return texts.text("today.export", file=file, parts=", ".join(parts))


def _handed_in(recorded: Recorded, texts: Language) -> str:
    """Return what sheets say that were filled in where they lie."""
    counts = dict(recorded.counts) | {"rejected": recorded.rejects.height}
    parts = [
        texts.text(f"yesterday.read_part.{name}", count=counts[name])
        for name in ("printed", "spoilt", "unprinted", "open", "rejected")
        if counts.get(name)
    ]
    parts = parts or [texts.text("yesterday.nobody")]
    return texts.text("today.marked", parts=", ".join(parts))


def _names(ids: pl.Series) -> pl.Series:
    """Return queue numbers of ids that were made from numbers of persons."""
    return queue_numbers(ids) if len(ids) and is_made(ids).all() else ids


def _records(morning: Morning, texts: Language) -> Iterator[str]:
    """Yield old beside new of each new record; what the office decided it knows."""
    records = without_ready_on(morning.records)
    told = records.filter(pl.col("because").is_in(["taken", "withheld"]))
    new = told.filter("is_new")
    first = new.head(_ROWS)
    names = _names(first["application_id"])
    for who, row in zip(names, first.iter_rows(named=True), strict=True):
        key = "record_withheld" if row["because"] == "withheld" else "record"
        cells = {
            n: record_words(row["field"], row[n], texts) for n in ("was", "is", "used")
        }
        field = texts.text(f"field.{row['field']}")
        yield texts.text(f"today.{key}", who=who, field=field, **cells)
    if (rest := new.height - first.height) > 0:
        yield texts.text(
            "today.more_records", count=rest, file=_in(morning, "records.csv")
        )
    before = told.filter(~pl.col("is_new"))
    waits = before.filter(because="withheld")["application_id"].n_unique()
    if waits:
        yield texts.text("today.waits", count=waits, file=_in(morning, "records.csv"))


def _rejects(morning: Morning, texts: Language) -> Iterator[str]:
    """Yield each new reject, and how many are as they were."""
    rejects = morning.rejects
    new = rejects.filter("is_new")
    yield from reject_lines(new.head(_ROWS), texts)
    file = _in(morning, "rejects.csv")
    if (rest := new.height - _ROWS) > 0:
        yield texts.text("today.more_rejects", count=rest, file=file)
    if (known := rejects.height - new.height) > 0:
        yield texts.text("today.known_rejects", count=known, file=file)


def _in(morning: Morning, name: str) -> str:
    """Return where a file of the plan folder is."""
    assert morning.place is not None
    return str(morning.place.path / name)


def _sheets(morning: Morning, texts: Language) -> Iterator[str]:
    """Yield each sheet of the day: how many cards, and where it is."""
    sheets, prints = morning.sheets(), morning.plan.assignments
    for printer, count, path in sheets.iter_rows():
        yield texts.text("today.sheet", printer=printer, count=count, path=path)
    if sheets.is_empty():
        yield texts.text("today.no_sheet")
        if prints.height:
            yield texts.text("today.moved_on", day=prints["day"][0])


def _phones(slipped: pl.DataFrame, texts: Language) -> Iterator[str]:
    """Yield who is to be phoned: first those of whom it was not known before."""
    first = slipped.sort("is_new", descending=True, maintain_order=True).head(_ROWS)
    names = _names(first["application_id"])
    days = first.select("promised_on", "day").iter_rows()
    for who, (promised, day) in zip(names, days, strict=True):
        if day is None:
            yield texts.text("today.phone_unprinted", who=who, promised=promised)
        else:
            yield texts.text("today.phone", who=who, promised=promised, day=day)
    if (rest := slipped.height - first.height) > 0:
        yield texts.text("today.more_phones", count=rest)
