"""What the office says is recorded, and what came of it is told.

Each verb puts in place first what a killed command left, as all that change an office
do.
"""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.backlog.reasons import in_words
from ektp_sched.backlog.records import FIELDS
from ektp_sched.days import corrections, notes, office, paper, record
from ektp_sched.days.committed import finish, unknown_plans
from ektp_sched.days.supplies import WHOLE
from ektp_sched.errors import InputError, UsageError, place
from ektp_sched.morning.plans import adopt_unknown
from ektp_sched.output.languages import language
from ektp_sched.telling.told import Told
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    import polars as pl

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.paper import Paper
    from ektp_sched.days.people import Whom
    from ektp_sched.days.record import Recorded
    from ektp_sched.days.signature import Signature
    from ektp_sched.days.supplies import Down
    from ektp_sched.office.changes import Change

_SHOWN: Final = 5
"""Rejects that are told; the file has all."""

_COUNTS: Final = {
    "printed": ("printed {n}", "tercetak {n}"),
    "spoilt": ("spoilt {n}", "rusak {n}"),
    "unprinted": ("not printed {n}", "tidak tercetak {n}"),
    "handed": ("handed over {n}", "diserahkan {n}"),
    "corrected": ("corrected {n}", "dibetulkan {n}"),
    "off_sheet": ("cards from the reserve {n}", "kartu cadangan {n}"),
    "beside": ("on no sheet of that day {n}", "di luar lembar hari itu {n}"),
    "known": ("known before {n}", "sudah tercatat {n}"),
    "open": ("boxes left empty {n}", "tidak diberi tanda {n}"),
    "rejected": ("rejected {n}", "ditolak {n}"),
}
"""What was recorded, in the order in which it is told."""


def record_files(
    folder: OfficeFolder, paths: Sequence[Path], signature: Signature
) -> Told:
    """Record filled sheets, lists and logs; see `ektp_sched.days.record.record`."""
    finish(folder)
    adopted = _adopted(folder, signature)
    recorded = record.record(folder, paths, signature)
    readings = [
        said(
            "{file}: read as {reading}.",
            "{file}: dibaca sebagai {reading}.",
            file=reading.source,
            reading=_words(f"yesterday.read_as.{reading.read_as}"),
        )
        for reading in recorded.readings
    ]
    lines = [*readings, *_sentences(recorded)]
    return _of_cards(recorded, lines, adopted, signature)


def record_marks(
    folder: OfficeFolder,
    marks: pl.DataFrame,
    signature: Signature,
    *,
    of: int | None = None,
) -> Told:
    """Record what somebody ticked or scanned; see `ektp_sched.days.record.record`.

    Parameters
    ----------
    folder
        The office.
    marks
        application_id (or queue number, or number of identity) and result; also
        printed_at and reason, all of them texts.
    signature
        Who says so.
    of
        Number of the plan whose sheet it is about, if it is about one.
    """
    finish(folder)
    adopted = _adopted(folder, signature)
    with _as_file(marks) as path:
        recorded = record.record(folder, [path], signature, of=of)
    told = _of_cards(recorded, _sentences(recorded), adopted, signature)
    document = {**told.document, "rejects": None}
    return Told(document, told.sentences, (*_rejected_lines(recorded),))


def record_all_but(
    folder: OfficeFolder, marks: pl.DataFrame, signature: Signature
) -> Told:
    """Record that all is printed but what somebody ticked or scanned.

    As `record_marks` and `record_all` do.
    """
    with _as_file(marks) as path:
        return record_all(folder, [path] if marks.height else [], signature)


@contextmanager
def _as_file(marks: pl.DataFrame) -> Iterator[Path]:
    """Yield a file of marks; what is wrong with it is said without its name."""
    with TemporaryDirectory(prefix="ektp-sched-") as place:
        path = Path(place) / "marks.csv"
        marks.write_csv(path)
        try:
            yield path
        except InputError as error:
            if error.file != str(path):
                raise
            raise UsageError(error.message) from None


def _rejected_lines(recorded: Recorded) -> Iterator[Said]:
    """Yield which lines of a list without a file could not be used, and why."""
    for row, reason in recorded.rejects.head(_SHOWN)["row", "reason"].iter_rows():
        yield said(
            "Line {row}: {reason}",
            "Baris {row}: {reason}",
            row=str(row - 1),
            reason=in_words(reason),
        )
    more = recorded.rejects.height - _SHOWN
    if more > 0:
        yield said("and {n} lines more", "dan {n} baris lagi", n=more)


def record_all(
    folder: OfficeFolder, excepted: Sequence[Path], signature: Signature
) -> Told:
    """Record that all is printed; see `ektp_sched.days.record.record_all`."""
    finish(folder)
    adopted = _adopted(folder, signature)
    recorded = record.record_all(folder, excepted, signature)
    day = said("The sheets of {day}.", "Lembar tanggal {day}.", day=str(recorded.day))
    return _of_cards(recorded, [day, *_sentences(recorded)], adopted, signature)


def record_handed_over(folder: OfficeFolder, whom: Whom, signature: Signature) -> Told:
    """Record whose cards were handed over.

    See `ektp_sched.days.record.record_handed_over`.
    """
    finish(folder)
    recorded = record.record_handed_over(folder, whom, signature)
    return _of_cards(recorded, _sentences(recorded), [], signature)


def record_counts(
    folder: OfficeFolder, counts: Mapping[str | None, int], signature: Signature
) -> Told:
    """Record a count of blanks; see `ektp_sched.days.notes.record_counts`."""
    finish(folder)
    act, frame = notes.record_counts(folder, counts, signature)
    lines = [_as_act(act)]
    for card, blanks, expected, on_sheets in frame.iter_rows():
        lines.append(_counted(card, blanks, expected, signature.day))
        if on_sheets is not None:
            lines.append(_beside_sheets(blanks, on_sheets, signature.day))
    return _told({"act": act, "counts": frame.to_dicts()}, lines, signature)


def record_outage(folder: OfficeFolder, outage: Down, signature: Signature) -> Told:
    """Record an outage, or its end; see `ektp_sched.days.notes.record_outage`."""
    finish(folder)
    act = notes.record_outage(folder, outage, signature)
    return _told({"act": act}, [_as_act(act), outage_sentence(outage)], signature)


def outage_sentence(outage: Down) -> Said:
    """Return what a machine cannot do, and on which days."""
    until = (
        said("until further notice", "sampai ada kabar lagi")
        if outage.ends is None
        else said("to {day}", "sampai {day}", day=str(outage.ends))
    )
    from_to = {"begins": str(outage.begins), "until": until}
    if outage.left == WHOLE:
        what = said(
            "works again from {begins}", "bekerja lagi mulai {begins}", **from_to
        )
    elif outage.left:
        percent = f"{outage.left * 100 / WHOLE:.4f}".rstrip("0").rstrip(".")
        what = said(
            "can do {share}% of its work from {begins} {until}",
            "hanya mampu {share}% dari biasanya, mulai {begins} {until}",
            share=Said(percent, percent.replace(".", ",")),
            **from_to,
        )
    else:
        what = said(
            "is out from {begins} {until}",
            "tidak dapat dipakai mulai {begins} {until}",
            **from_to,
        )
    return said(
        "{machine} {what}.", "{machine} {what}.", machine=outage.resource, what=what
    )


def record_priorities(folder: OfficeFolder, path: Path, signature: Signature) -> Told:
    """Record who is printed sooner; see `ektp_sched.days.notes.record_priorities`."""
    finish(folder)
    new, known = notes.record_priorities(folder, path, signature)
    return _of_priorities(new, known, signature)


def record_priority(
    folder: OfficeFolder,
    whom: Whom,
    signature: Signature,
    *,
    urgency: str | None = None,
    due_on: date | None = None,
) -> Told:
    """Record who is printed sooner; see `ektp_sched.days.notes.record_priority`."""
    finish(folder)
    new, known = notes.record_priority(
        folder, whom, signature, urgency=urgency, due_on=due_on
    )
    return _of_priorities(new, known, signature)


def _of_priorities(new: int, known: int, signature: Signature) -> Told:
    sentence = said(
        "{new} people are to be printed sooner from the next plan on; {known} were "
        "known.",
        "{new} orang didahulukan mulai rencana berikutnya; {known} sudah tercatat.",
        new=new,
        known=known,
    )
    return _told({"new": new, "known": known}, [sentence], signature)


def record_told(
    folder: OfficeFolder,
    source: Path | pl.DataFrame,
    signature: Signature,
    *,
    anew: bool = False,
) -> Told:
    """Record dates that people were told; see `ektp_sched.days.notes.record_told`."""
    finish(folder)
    act, new, strangers = notes.record_told(folder, source, signature, anew=anew)
    sentence = said("{n} dates told.", "{n} tanggal diberitahukan.", n=new)
    lines = _of_act(act, sentence)
    if strangers:
        lines.append(
            said(
                "{n} rows are of people whom no export had, and were left out.",
                "{n} baris milik orang yang tidak ada dalam ekspor mana pun, dan "
                "dilewati.",
                n=strangers,
            )
        )
    return _told({"act": act, "new": new, "strangers": strangers}, lines, signature)


def record_paper(
    folder: OfficeFolder, papers: Sequence[Paper], signature: Signature
) -> Told:
    """Record sheets printed on paper; see `ektp_sched.days.paper.record_paper`."""
    finish(folder)
    act, printed = paper.record_paper(folder, papers, signature)
    lines = [_as_act(act), *map(_on_paper, printed)]
    sheets = [
        {**dataclasses.asdict(each), "day": each.day.isoformat()} for each in printed
    ]
    return _told({"act": act, "sheets": sheets}, lines, signature)


def _on_paper(each: Paper) -> Said:
    return said(
        "The sheet of {printer} is printed for the first time."
        if each.copy == 1
        else "The sheet of {printer} is print {copy}: mark it as a copy.",
        "Lembar {printer} dicetak untuk pertama kali."
        if each.copy == 1
        else "Lembar {printer} cetakan ke-{copy}: beri tanda SALINAN.",
        printer=each.printer,
        copy=each.copy,
    )


def accept(folder: OfficeFolder, whom: Whom, signature: Signature) -> Told:
    """Accept what an export says; see `ektp_sched.days.corrections.accept`."""
    finish(folder)
    act, values, replaced = corrections.accept(folder, whom, signature)
    sentence = said(
        "{n} values of the export are used from the next plan on.",
        "{n} nilai dari ekspor dipakai mulai rencana berikutnya.",
        n=values,
    )
    lines = _of_act(act, sentence)
    for _, field, priority, export in replaced.iter_rows():
        lines.append(
            said(
                "It takes the place of a priority given here: {field} {priority} "
                "becomes {export}.",
                "Ini menggantikan prioritas yang diberikan di sini: {field} {priority} "
                "menjadi {export}.",
                field=FIELDS[field],
                priority=priority,
                export=export,
            )
        )
    document = {"act": act, "values": values, "replaced": replaced.height}
    return _told(document, lines, signature)


def reprint(folder: OfficeFolder, whom: Whom, signature: Signature) -> Told:
    """Have cards printed anew; see `ektp_sched.days.corrections.reprint`."""
    finish(folder)
    act, cards = corrections.reprint(folder, whom, signature)
    sentence = said(
        "{n} cards are to be printed anew; they wait since {day}.",
        "{n} kartu akan dicetak ulang; menunggu sejak {day}.",
        n=cards,
        day=str(signature.day),
    )
    return _told({"act": act, "cards": cards}, _of_act(act, sentence), signature)


def undo(folder: OfficeFolder, number: int, signature: Signature) -> Told:
    """Take back an act; see `ektp_sched.days.corrections.undo`."""
    finish(folder)
    act = corrections.undo(folder, number, signature)
    sentence = said(
        "Act {n} counts no longer.", "Catatan {n} tidak berlaku lagi.", n=str(number)
    )
    return _told({"act": act, "undoes": number}, _of_act(act, sentence), signature)


def change_office(
    folder: OfficeFolder, new: bytes | Path, signature: Signature, *, rests_on: str
) -> Told:
    """Change the office file; see `ektp_sched.days.office.change_office`."""
    finish(folder)
    changed = office.change_office(folder, new, signature, rests_on=rests_on)
    document = {
        "act": changed.act,
        "changes": [dataclasses.asdict(change) for change in changed.changes],
    }
    lines = [_as_act(changed.act), *change_sentences(changed.changes)]
    lines += [
        Said(language("en").notice(notice), language("id").notice(notice))
        for notice in changed.office.warnings()
    ]
    return _told(document, lines, signature)


def change_sentences(changes: Iterable[Change]) -> Iterator[Said]:
    """Yield what an office says otherwise, a key a line."""
    nothing = said("nothing", "tidak ada")
    for change in changes:
        yield said(
            "{key}: {old} → {new}",
            "{key}: {old} → {new}",
            key=change.key,
            old=nothing if change.old is None else change.old or "–",
            new=nothing if change.new is None else change.new or "–",
        )


def _told(
    document: Mapping[str, Any],
    sentences: Iterable[Said],
    signature: Signature,
    rejects: Iterable[Said] = (),
) -> Told:
    head = {"schema_version": 1, "day": signature.day.isoformat()}
    return Told({**head, **document}, (*sentences,), (*rejects,))


def _adopted(folder: OfficeFolder, signature: Signature) -> list[int]:
    """Take the plans that an older ledger does not know, whose sheets come now."""
    if not folder.ledger.exists:
        return []
    with folder.ledger.reading() as reader:
        unknown = [plan.number for plan in unknown_plans(folder, reader)]
    if unknown:
        adopt_unknown(folder, signature)
    return unknown


def _of_cards(
    recorded: Recorded,
    sentences: Sequence[Said],
    adopted: Sequence[int],
    signature: Signature,
) -> Told:
    """Return what was recorded of cards, and which plans were taken in for it."""
    document, lines = _document(recorded), [*sentences]
    if adopted:
        document["adopted"] = [*adopted]
        lines.append(
            said(
                "The ledger did not know plan {numbers}; it was taken in from its "
                "folder.",
                "Buku besar belum mengenal rencana {numbers}; rencana itu diambil dari "
                "foldernya.",
                numbers=", ".join(map(str, adopted)),
            )
        )
    return _told(document, lines, signature, _rejects(recorded))


def _words(key: str) -> Said:
    """Return a text of the sheets in both languages."""
    return Said(language("en").text(key), language("id").text(key))


def _as_act(act: int | None, counted: str = "") -> Said:
    """Return the number of an act, or that there is none, as all of it was known."""
    head = (
        said(
            "Nothing new, the ledger knows all of it",
            "Tidak ada yang baru, semuanya sudah ada di buku besar",
        )
        if act is None
        else said(
            "Recorded as act {act}", "Dicatat sebagai catatan nomor {act}", act=str(act)
        )
    )
    whole = joined(": ", (head, counted)) if counted else head
    return joined("", (whole, "."))


def _of_act(act: int | None, sentence: Said) -> list[Said]:
    """Return the number of an act and what it says, or that there is none."""
    return [_as_act(act)] if act is None else [_as_act(act), sentence]


def counts_sentence(counts: Mapping[str, int]) -> Said:
    """Return how many cards were recorded as what; nothing of what was none."""
    named = [(texts, counts.get(name)) for name, texts in _COUNTS.items()]
    return joined(", ", [said(*texts, n=n) for texts, n in named if n])


def _sentences(recorded: Recorded) -> list[Said]:
    """Return what was recorded, in numbers."""
    counts = {**recorded.counts, "rejected": recorded.rejects.height}
    lines = [_as_act(recorded.act, counts_sentence(counts))]
    lines += [
        said(
            "{cards} of them stand on the sheet of plan {plan}, {day}, {printer}, "
            "which was void; they are recorded all the same.",
            "{cards} di antaranya ada pada lembar rencana {plan}, {day}, {printer}, "
            "yang sudah tidak berlaku; tetap dicatat.",
            cards=void.cards,
            plan=str(void.plan),
            day=str(void.day),
            printer=void.printer,
        )
        for void in recorded.void
    ]
    return lines


def _document(recorded: Recorded) -> dict[str, Any]:
    return {
        "act": recorded.act,
        **({} if recorded.day is None else {"sheets_of": recorded.day.isoformat()}),
        "readings": [reading.model_dump() for reading in recorded.readings],
        "recorded": dict(recorded.counts),
        "rejected": recorded.rejects.height,
        "rejects": None
        if recorded.rejects_file is None
        else str(recorded.rejects_file),
        "void": [
            {
                "plan": void.plan,
                "day": void.day.isoformat(),
                "printer": void.printer,
                "cards": void.cards,
            }
            for void in recorded.void
        ],
    }


def _rejects(recorded: Recorded) -> Iterator[Said]:
    """Yield which rows could not be used, and why."""
    for source, sheet, row, column, reason in recorded.rejects.head(_SHOWN).iter_rows():
        where = joined(", ", (source, place(sheet, row, column or None)))
        yield joined(": ", (where, in_words(reason)))
    if recorded.rejects.height and recorded.rejects_file is not None:
        yield said(
            "{count} rows were rejected; all are in {file}",
            "{count} baris ditolak; semuanya ada di {file}",
            count=recorded.rejects.height,
            file=str(recorded.rejects_file),
        )


def _counted(card: str, blanks: int, expected: int | None, day: date) -> Said:
    """Return how many blanks were counted, beside how many there should be."""
    figures: dict[str, Any] = {"card": card, "blanks": blanks, "day": str(day)}
    if expected is None or expected == blanks:
        return said(
            "{card}: {blanks} blanks on the morning of {day}.",
            "{card}: {blanks} blangko pada pagi {day}.",
            **figures,
        )
    more = blanks > expected
    return said(
        "{card}: {blanks} blanks on the morning of {day}; there should be "
        "{expected}: {number} {word}.",
        "{card}: {blanks} blangko pada pagi {day}; seharusnya {expected}: "
        "{word} {number}.",
        expected=expected,
        number=abs(blanks - expected),
        word=said("more", "lebih") if more else said("fewer", "kurang"),
        **figures,
    )


def _beside_sheets(blanks: int, cards: int, day: date) -> Said:
    """Return what a count means on a day whose sheets are made."""
    figures: dict[str, Any] = {"cards": cards, "day": str(day)}
    if blanks < cards:
        return said(
            "That is {short} too few for the {cards} cards on the sheets of {day}: "
            "print from the top, and record in the evening who was not printed.",
            "Itu kurang {short} untuk {cards} kartu pada lembar {day}: cetaklah dari "
            "atas, dan sorenya catat siapa yang tidak tercetak.",
            short=cards - blanks,
            **figures,
        )
    return said(
        "It counts as the blanks before anything was printed on {day}; the sheets of "
        "that day ({cards} cards) stay as they are, and the next plan uses it.",
        "Ini dihitung sebagai isi gudang sebelum ada yang dicetak pada {day}; lembar "
        "hari itu ({cards} kartu) tetap berlaku, dan rencana berikutnya memakainya.",
        **figures,
    )
