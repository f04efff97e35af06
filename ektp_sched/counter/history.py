"""What the acts of a ledger say of one person, one after the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.backlog.records import FIELDS
from ektp_sched.counter.asking import PERSONS, asked_of
from ektp_sched.counter.status import Print
from ektp_sched.counter.text import card_sentence, value_said
from ektp_sched.words import Said, in_full, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from os import PathLike

    from ektp_sched.counter.asking import Ask

    Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """What one act says of one person.

    Parameters
    ----------
    act
        Its number.
    at
        When it was written, UTC, as ``2017-09-12T01:00:00Z``.
    day
        Day of the office that it is about.
    kind
        One of `ektp_sched.ledger.tables.KINDS`.
    by, approved_by
        Who did it, and the second name.
    reason
        A code, or the words themselves where there is none; None for nothing.
    undone
        Whether it counts no longer.
    what
        What it says, in sentences.
    """

    act: int
    at: str
    day: date
    kind: str
    by: str
    approved_by: str | None
    reason: str | None
    undone: bool
    what: tuple[Said, ...]


def history_of(
    folder: str | PathLike[str], who: str, *, ledger: str | None = None
) -> tuple[Event, ...]:
    """Return what acts say of a person, in their order; nothing of a stranger.

    Parameters
    ----------
    folder
        The office folder.
    who
        A queue number, an application_id, or the number of a person.
    ledger
        Address of the ledger; see `ektp_sched.ledger.database.address`.

    Raises
    ------
    ektp_sched.errors.AskedError
        Two people share the queue number.
    ektp_sched.errors.FolderError
        There is no office in the folder.
    ektp_sched.errors.LedgerError
        There is no ledger, or it cannot be read.
    """
    with asked_of(Path(folder), who, ledger) as asked:
        says: dict[int, list[Said]] = defaultdict(list)
        for ref, _ in asked.people:
            for table in PERSONS:
                for row, sentence in _SENTENCES[table](_rows(asked.ask, table, ref)):
                    says[row["act"]].append(sentence)
        return tuple(_events(asked.ask, says, asked.undone))


def event_line(event: Event) -> Said:
    """Return an act about a person on one line: which, when, by whom, why, what."""
    by = event.by
    if event.approved_by:
        by = said(
            "{by}, approved by {second}",
            "{by}, disetujui {second}",
            by=by,
            second=event.approved_by,
        )
    why = "" if event.reason is None else f" ({event.reason})"
    undone = said(" Undone since.", " Sudah dibatalkan.") if event.undone else ""
    return said(
        "{day}, act {act}, {by}{why}: {what}{undone}",
        "{day}, catatan {act}, {by}{why}: {what}{undone}",
        day=in_full(event.day),
        act=str(event.act),
        by=by,
        why=why,
        what=joined(" ", event.what),
        undone=undone,
    )


def _rows(ask: Ask, table: str, ref: int) -> list[Row]:
    return ask(
        f'SELECT * FROM {table} WHERE person = :ref ORDER BY act, "row"', ref=ref
    )


def _events(
    ask: Ask, says: Mapping[int, Sequence[Said]], undone: frozenset[int]
) -> Iterator[Event]:
    undoing = ask("SELECT number, undoes FROM acts WHERE undoes IS NOT NULL")
    about = {*says}
    # An undoing has no facts; it is about whom the act is that it takes back.
    for act in sorted(undoing, key=lambda row: int(row["number"])):
        if act["undoes"] in about:
            about.add(act["number"])
    for number in sorted(about):
        (act,) = ask(
            'SELECT number, at, day, kind, "by", approved_by, reason, remark, '
            "undoes, detail FROM acts WHERE number = :number",
            number=number,
        )
        yield Event(
            act=number,
            at=act["at"],
            day=date.fromisoformat(act["day"]),
            kind=act["kind"],
            by=act["by"],
            approved_by=act["approved_by"],
            reason=_reason(ask, act),
            undone=number in undone,
            what=_said_of(act, says.get(number, ())),
        )


def _reason(ask: Ask, act: Row) -> str | None:
    """Return why it was done, in the words themselves as long as they are there."""
    if act["remark"] is not None:
        texts = ask("SELECT text FROM personal WHERE ref = :ref", ref=act["remark"])
        if texts and texts[0]["text"]:
            return str(texts[0]["text"])
    reason: str | None = act["reason"]
    return reason


def _said_of(act: Row, sentences: Sequence[Said]) -> tuple[Said, ...]:
    if act["undoes"] is not None:
        undone = said(
            "Act {act} counts no longer.",
            "Catatan {act} tidak berlaku lagi.",
            act=str(act["undoes"]),
        )
        return (undone,)
    if act["kind"] == "reprint":
        anew = said(
            "The card is to be printed anew; it waits since {day}.",
            "Kartunya akan dicetak ulang; menunggu sejak {day}.",
            day=in_full(date.fromisoformat(act["day"])),
        )
        return (anew,)
    return (*dict.fromkeys(sentences),)


def _seen(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    """Say what an export has, and then what each later one has otherwise."""
    before: Row | None = None
    for row in rows:
        state = _STATES.get(row["state"], Said(row["state"], row["state"]))
        if before is None:
            yield (
                row,
                said(
                    "In the export: {state}, waiting since {since}.",
                    "Ada dalam ekspor: {state}, menunggu sejak {since}.",
                    state=state,
                    since=value_said(row["waiting_since"]),
                ),
            )
        else:
            if row["state"] != before["state"]:
                yield (
                    row,
                    said(
                        "In the export now: {state}.",
                        "Dalam ekspor sekarang: {state}.",
                        state=state,
                    ),
                )
            changes = [_change(name, before[name], row[name]) for name in FIELDS]
            for change in filter(None, changes):
                yield row, change
        before = row


_STATES: Final = {
    "ready": said("ready to be printed", "siap cetak"),
    "held": said("not ready to be printed yet", "belum siap cetak"),
    "rejected": said("a row that cannot be used", "baris yang tidak dapat dipakai"),
}


def _change(name: str, was: str | None, now: str | None) -> Said | None:
    if now is None or was == now:
        return None
    return said(
        "The export changed: {field} {now} (before: {was}).",
        "Ekspor berubah: {field} {now} (sebelumnya: {was}).",
        field=FIELDS[name],
        now=value_said(now),
        was=value_said(was),
    )


def _gone(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    sentence = said(
        "The export has the person no longer.", "Ekspor tidak memuat orang ini lagi."
    )
    for row in rows:
        yield row, sentence


def _withheld(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    for row in rows:
        if row["export"] is not None:
            yield (
                row,
                said(
                    "The export says {field} {export}; that waits to be accepted, and "
                    "{used} is used.",
                    "Ekspor menyebut {field} {export}; itu menunggu persetujuan, dan "
                    "yang dipakai {used}.",
                    field=FIELDS[row["field"]],
                    export=value_said(row["export"]),
                    used=value_said(row["used"]),
                ),
            )


def _overrides(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    for row in rows:
        if row["value"] is not None:
            yield (
                row,
                said(
                    "From then on: {field} {value}.",
                    "Sejak itu: {field} {value}.",
                    field=FIELDS[row["field"]],
                    value=value_said(row["value"]),
                ),
            )


def _planned(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    before: str | None = None
    for row in rows:
        day = row["day"]
        if day is None:
            yield row, said("No day in this plan.", "Tidak mendapat hari cetak.")
        else:
            was = said(
                " (before: {day})", " (sebelumnya: {day})", day=value_said(before)
            )
            yield (
                row,
                said(
                    "To be printed on {day}{was}: {printer}, batch {batch}, position "
                    "{position}.",
                    "Akan dicetak pada {day}{was}: {printer}, kelompok {batch}, nomor "
                    "{position}.",
                    day=value_said(day),
                    was="" if before in (None, day) else was,
                    printer=row["printer"] or "–",
                    batch=_number(row["batch"]),
                    position=_number(row["position"]),
                ),
            )
        before = day


def _number(number: int | None) -> str:
    return "–" if number is None else str(number)


def _told(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    for row in rows:
        yield (
            row,
            said(
                "The person was told: ready by {day}.",
                "Diberitahukan kepada warga: selesai {day}.",
                day=value_said(row["promised_on"]),
            ),
        )


def _prints(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    for row in rows:
        card = Print(
            row["result"],
            date.fromisoformat(row["day"]),
            row["printer"],
            row["operator"],
            row["reason"],
            row["plan"],
        )
        yield row, card_sentence(card)


def _handed(rows: Sequence[Row]) -> Iterator[tuple[Row, Said]]:
    for row in rows:
        yield (
            row,
            said(
                "Handed over on {day}.",
                "Diserahkan pada {day}.",
                day=value_said(row["day"]),
            ),
        )


_SENTENCES: Final = {
    "seen": _seen,
    "gone": _gone,
    "withheld": _withheld,
    "overrides": _overrides,
    "planned": _planned,
    "told": _told,
    "prints": _prints,
    "handed": _handed,
}
"""What the facts of each table say, in order."""
