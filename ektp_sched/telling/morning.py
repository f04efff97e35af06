"""What a planner reads of a morning, in the order in which it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.identity import is_made, queue_numbers
from ektp_sched.morning.morning import Morning
from ektp_sched.output.conflict_text import conflict_section
from ektp_sched.output.digest import proof
from ektp_sched.output.understood import reject_lines
from ektp_sched.output.view.parts import Items, Paragraph, Section
from ektp_sched.output.view.records import record_words, without_ready_on
from ektp_sched.output.view.yesterday import yesterday_section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.days.record import Recorded
    from ektp_sched.morning.rest import Rest
    from ektp_sched.output.languages import Language

_ROWS: Final = 8
"""Records, and people to be phoned, of whom a screen says each."""


def sections_of(came: Morning | Rest, texts: Language) -> tuple[Section, ...]:
    """Return what there is to read of a morning, or of the rest of a day.

    Parameters
    ----------
    came
        What came of it.
    texts
        The language to say it in.

    Returns
    -------
    tuple of Section
        ``morning``, ``yesterday``, ``records``, ``rejects``, ``sheets``, ``phones`` and
        ``proof``, those that have anything to say, and ``rest``: which sheets are void,
        and who goes where; ``conflict`` alone where there is no plan.
    """
    if isinstance(came, Morning):
        return _of_morning(came, texts)
    return _of_rest(came, texts)


def document_of(came: Morning | Rest) -> dict[str, Any]:
    """Return what came of a morning, or of the rest of a day, as ``--json`` prints it.

    Parameters
    ----------
    came
        What came of it; its sheets are written, or there was nothing to do.
    """
    if isinstance(came, Morning):
        return _morning_document(came)
    return _rest_document(came)


def _of_morning(morning: Morning, texts: Language) -> tuple[Section, ...]:
    """Return what there is to read of a morning; of one without a plan, why."""
    plan, place = morning.plan, morning.place
    if place is None:
        return (conflict_section(plan, texts),)
    day = texts.long_date(place.day)
    title = texts.text(
        "today.title", office=plan.office.name, day=day, plan=str(place.number)
    )
    new = int(morning.slipped["is_new"].sum())
    phoned = texts.text("today.phoned", count=morning.slipped.height, new=new)
    came = [_came_in(morning, texts)]
    if morning.recorded is not None:
        came.append(_handed_in(morning.recorded, texts))
    sections = (
        Section("morning", title, tuple(map(Paragraph, came))),
        yesterday_section(plan, texts),
        _items("records", texts.text("today.records"), _records(morning, texts)),
        _items("rejects", texts.text("today.rejects"), _rejects(morning, texts)),
        _items("sheets", texts.text("today.sheets"), _sheets(morning, texts)),
        _items("phones", phoned, _phones(morning.slipped, texts)),
        Section("proof", "", (*_proof(morning, texts),)),
    )
    return tuple(section for section in sections if section.parts)


def _of_rest(rest: Rest, texts: Language) -> tuple[Section, ...]:
    """Return what there is to read of its morning, and who goes where."""
    if rest.morning is None:
        nothing = texts.text("rest.nothing", count=rest.stay)
        return (Section("rest", "", (Paragraph(nothing),)),)
    sections = _of_morning(rest.morning, texts)
    if rest.morning.place is None:
        return sections
    lines = [
        Paragraph(
            texts.text(
                "rest.void",
                plan=str(number),
                day=texts.plain_date(day),
                printer=printer,
                count=cards,
            ),
            "warning",
        )
        for number, day, printer, cards in rest.voids.iter_rows()
    ]
    placed = {"count": rest.again, "today": rest.today, "stay": rest.stay}
    lines.append(Paragraph(texts.text("rest.placed", **placed)))
    if rest.uncounted:
        rules = ", ".join(rest.uncounted)
        lines.append(Paragraph(texts.text("rest.uncounted", rules=rules), "warning"))
    return (*sections, Section("rest", "", (*lines,)))


def _rest_document(rest: Rest) -> dict[str, Any]:
    """Return the rest of a day as ``--json`` prints it."""
    nothing: dict[str, Any] = {"schema_version": 1, "out": None}
    return {
        **(nothing if rest.morning is None else _morning_document(rest.morning)),
        "day": rest.day.isoformat(),
        "voids": [{**row, "day": str(row["day"])} for row in rest.voids.to_dicts()],
        "stay": rest.stay,
        "planned_again": rest.again,
        "printed_today": rest.today,
        "uncounted": [*rest.uncounted],
    }


def _morning_document(morning: Morning) -> dict[str, Any]:
    """Return a morning whose sheets are written as ``--json`` prints it."""
    place = morning.place
    assert place is not None
    return {
        "schema_version": 1,
        "day": place.day.isoformat(),
        "out": str(place.path),
        "plan": place.number,
        "act": place.act,
        "again": morning.again,
        "export": str(morning.export),
        "imported": None if morning.imported is None else dict(morning.imported),
        "recorded": None if morning.recorded is None else dict(morning.recorded.counts),
        "records": morning.records.height,
        "slipped": morning.slipped.height,
        "blanks": dict(morning.blanks),
        "sheets": morning.sheets().to_dicts(),
    }


def _items(name: str, title: str, lines: Iterator[str]) -> Section:
    """Return a section of sentences; an empty one of none."""
    items = (*lines,)
    return Section(name, title, (Items(items),) if items else ())


def _proof(morning: Morning, texts: Language) -> Iterator[Paragraph]:
    """Yield the blanks there are, that the plan is proven, and what to look at."""
    if morning.blanks:
        blanks = [
            texts.text("today.blank", card=card, count=count)
            for card, count in morning.blanks.items()
        ]
        label = texts.text("today.blanks")
        yield Paragraph(f"{label}: {', '.join(blanks)}")
    yield Paragraph(proof(morning.plan, texts), "proof")
    for notice in morning.plan.notices:
        line = f"{texts.text('terminal.warning')}: {texts.notice(notice)}"
        yield Paragraph(line, "warning")
    if morning.plan.mark is not None:
        yield Paragraph(texts.text("today.head", head=morning.plan.mark.head))


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
