"""How a day stands at an office, in sentences, and as a document."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ektp_sched.output.view.parts import Column, Table
from ektp_sched.telling.recording import outage_sentence
from ektp_sched.telling.told import Told
from ektp_sched.words import Said, in_full, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ektp_sched.counter.find import Found
    from ektp_sched.days.overview import Blanks, Export, Overview
    from ektp_sched.days.sheets import Sheet
    from ektp_sched.output.languages import Language


def overview_told(overview: Overview) -> Told:
    """Return how a day stands, in the order in which it is worked through.

    Parameters
    ----------
    overview
        What `ektp_sched.days.overview.overview` returns.
    """
    sentences = (
        *map(_unsettled, overview.earlier),
        *_planned(overview),
        *map(_blanks, overview.blanks),
        *map(outage_sentence, overview.outages),
        *_people(overview),
        _export(overview.export),
    )
    return Told(_document(overview), sentences)


def _unsettled(sheet: Sheet) -> Said:
    parts = []
    if sheet.unknown:
        parts.append(said("{n} not recorded", "{n} belum dicatat", n=sheet.unknown))
    if sheet.open:
        parts.append(said("{n} left open", "{n} dibiarkan terbuka", n=sheet.open))
    return said(
        "To be settled: the sheet of {day}, {printer} (plan {plan}): of {cards} cards "
        "{parts}.",
        "Perlu diselesaikan: lembar {day}, {printer} (rencana {plan}): dari {cards} "
        "kartu, {parts}.",
        day=in_full(sheet.day),
        printer=sheet.printer,
        plan=str(sheet.plan),
        cards=sheet.cards,
        parts=joined(", ", parts),
    )


def _planned(overview: Overview) -> Iterator[Said]:
    """Yield what is to be printed on the day."""
    day = in_full(overview.day)
    if overview.plan is None:
        yield said(
            "There are no sheets of {day} yet.", "Belum ada lembar {day}.", day=day
        )
        return
    yield said(
        "Sheets of {day}, plan {plan}: {cards} cards.",
        "Lembar {day}, rencana {plan}: {cards} kartu.",
        day=day,
        plan=str(overview.plan.number),
        cards=sum(sheet.cards for sheet in overview.sheets if not sheet.void),
    )
    yield from map(_sheet, overview.sheets)
    if overview.came_since:
        yield said(
            "Something came since they were made: plan what is left of the day.",
            "Sesudah itu ada yang baru: rencanakan sisa hari ini.",
        )


def _sheet(sheet: Sheet) -> Said:
    """Return how far a sheet of the day is, and where it is."""
    if sheet.void:
        return said(
            "VOID: the sheet of {printer}, plan {plan}: take it away.",
            "TIDAK BERLAKU: lembar {printer}, rencana {plan}: tarik lembar itu.",
            printer=sheet.printer,
            plan=str(sheet.plan),
        )
    counted = [
        said(*texts, n=number)
        for texts, number in (
            (("printed {n}", "tercetak {n}"), sheet.printed),
            (("spoilt {n}", "rusak {n}"), sheet.spoilt),
            (("not printed {n}", "tidak tercetak {n}"), sheet.unprinted),
            (("left open {n}", "dibiarkan terbuka {n}"), sheet.open),
        )
        if number
    ]
    return said(
        "{printer}: {cards} cards{counted} – {path}",
        "{printer}: {cards} kartu{counted} – {path}",
        printer=sheet.printer,
        cards=sheet.cards,
        counted=joined("", (", ", joined(", ", counted))) if counted else "",
        path=said("its file is not there", "berkasnya tidak ada")
        if sheet.path is None
        else str(sheet.path),
    )


def _blanks(blanks: Blanks) -> Said:
    return said(
        "{card}: {expected} blanks should be there; {counted} were counted on {day}.",
        "{card}: seharusnya ada {expected} blangko; {counted} dihitung pada {day}.",
        card=blanks.card,
        expected=blanks.expected,
        counted=blanks.counted,
        day=in_full(blanks.counted_on),
    )


def _people(overview: Overview) -> Iterator[Said]:
    """Yield whose records wait for somebody, and who is to be phoned."""
    waits = overview.withheld["application_id"].n_unique()
    if waits:
        yield said(
            "Records that wait to be accepted, as they would put people ahead: {n}.",
            "Data yang menunggu persetujuan karena mendahulukan orang: {n}.",
            n=waits,
        )
    if overview.slipped.height:
        yield said(
            "To be phoned, as the date told cannot be kept: {n} ({new} of them since "
            "the last plan).",
            "Perlu ditelepon karena tanggal yang dijanjikan tidak dapat ditepati: {n} "
            "({new} di antaranya sejak rencana terakhir).",
            n=overview.slipped.height,
            new=int(overview.slipped["is_new"].sum()),
        )


def _export(export: Export | None) -> Said:
    if export is None:
        return said(
            "There is no export yet; put the newest one into exports/.",
            "Belum ada ekspor; taruh yang terbaru di exports/.",
        )
    figures = {
        "file": export.path.name,
        "day": in_full(export.at.date()),
        "time": f"{export.at:%H:%M}",
    }
    if export.taken_in:
        return said(
            "The newest export, {file} of {day}, {time}, is taken in.",
            "Ekspor terbaru, {file} dari {day}, {time}, sudah dimasukkan.",
            **figures,
        )
    return said(
        "The newest export, {file} of {day}, {time}, is not taken in yet.",
        "Ekspor terbaru, {file} dari {day}, {time}, belum dimasukkan.",
        **figures,
    )


def _document(overview: Overview) -> dict[str, Any]:
    plan, export = overview.plan, overview.export
    return {
        "schema_version": 1,
        "day": overview.day.isoformat(),
        "begun": overview.begun,
        "earlier": _sheets(overview.earlier),
        "plan": None
        if plan is None
        else {"number": plan.number, "act": plan.act, "out": str(plan.path)},
        "sheets": _sheets(overview.sheets),
        "came_since": overview.came_since,
        "blanks": [
            {**dataclasses.asdict(each), "counted_on": each.counted_on.isoformat()}
            for each in overview.blanks
        ],
        "outages": [
            {
                **dataclasses.asdict(each),
                "begins": each.begins.isoformat(),
                "ends": None if each.ends is None else each.ends.isoformat(),
            }
            for each in overview.outages
        ],
        "withheld": overview.withheld["application_id"].n_unique(),
        "slipped": overview.slipped.height,
        "slipped_new": int(overview.slipped["is_new"].sum()),
        "export": None
        if export is None
        else {
            "file": str(export.path),
            "at": export.at.isoformat(timespec="seconds"),
            "taken_in": export.taken_in,
        },
    }


def _sheets(sheets: Sequence[Sheet]) -> list[dict[str, Any]]:
    return [
        {
            **dataclasses.asdict(sheet),
            "day": sheet.day.isoformat(),
            "path": None if sheet.path is None else str(sheet.path),
        }
        for sheet in sheets
    ]


def people_table(matches: Found, texts: Language) -> Table:
    """Return who was found, a row a person, without columns of which nothing is known.

    Parameters
    ----------
    matches
        What `ektp_sched.counter.find.find` returns.
    texts
        The language of headings and dates.
    """
    names = [
        name
        for name in ("queue_number", "application_id", "name", "area", "waiting_since")
        if any(getattr(person, name) is not None for person in matches.people)
    ]
    headings = {
        name: texts.text("find.name" if name == "name" else f"month.column.{name}")
        for name in names
    }
    columns = [
        Column(heading, "date" if name == "waiting_since" else "text")
        for name, heading in headings.items()
    ]
    return Table(
        caption=texts.text("find.caption"),
        columns=(*columns,),
        rows=tuple(
            tuple(getattr(person, name) for name in names) for person in matches.people
        ),
        ids=tuple(
            person.queue_number or person.application_id or ""
            for person in matches.people
        ),
        rest=texts.text("find.more", count=matches.more) if matches.more else "",
    )


def people_document(matches: Found) -> dict[str, Any]:
    """Return who was found as ``--json`` prints it."""
    people = [
        {
            "application_id": person.application_id,
            "queue_number": person.queue_number,
            "name": person.name,
            "area": person.area,
            "waiting_since": None
            if person.waiting_since is None
            else person.waiting_since.isoformat(),
        }
        for person in matches.people
    ]
    return {"schema_version": 1, "people": people, "more": matches.more}
