"""The command ``record``: what became of the cards, and what else the office says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ektp_sched.cli.console import as_date, echo, emit, say
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.options import (
    ByOption,
    JsonOption,
    LangOption,
    LedgerOption,
    as_share,
    signed_by,
)
from ektp_sched.cli.reading import read_folder
from ektp_sched.errors import UsageError, place
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.record import Recorded
    from ektp_sched.days.signature import Signature
    from ektp_sched.output.languages import Language

_SHOWN: Final = 5
"""Rejects that are told on the screen; the file has all."""

FilesArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR] FILE...",
        help="The office folder, this one if left out; then filled sheets, folders of "
        "a day's sheets, lists of queue numbers or printers' logs.",
    ),
]
AllOption = Annotated[
    bool,
    typer.Option(
        "--all",
        help="All cards are printed of the last day of whose sheets something is not "
        "known, or of --on.",
    ),
]
ExceptOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--except",
        metavar="FILE",
        help="With --all: who was not printed; a column result says who was spoilt.",
    ),
]
HandedOption = Annotated[
    list[Path] | None,
    typer.Option("--handed-over", metavar="FILE", help="Whose card was handed over."),
]
CountOption = Annotated[
    list[str] | None,
    typer.Option(
        "--count",
        metavar="[CARD=]N",
        help="Blanks counted on the morning of the day, such as KTP-el=8731.",
    ),
]
OutageOption = Annotated[
    str | None,
    typer.Option(
        "--outage",
        metavar="MACHINE",
        help="A server or printer that is out from --from to --to, until further "
        "notice without --to; with --left 1 it works again.",
    ),
]
FromOption = Annotated[
    date | None,
    typer.Option("--from", metavar="DATE", parser=as_date, help="First day of it."),
]
ToOption = Annotated[
    date | None,
    typer.Option("--to", metavar="DATE", parser=as_date, help="Last day of it."),
]
LeftOption = Annotated[
    str | None,
    typer.Option(
        "--left",
        metavar="SHARE",
        help="What it can still do, such as 0.5 or 50%; nothing if left out.",
    ),
]
PriorityListOption = Annotated[
    Path | None,
    typer.Option(
        "--priority",
        metavar="FILE",
        help="Authorised priorities: id or NIK, urgency, due_on, reason, by.",
    ),
]
ToldOption = Annotated[
    Path | None,
    typer.Option(
        "--told", metavar="FILE", help="Dates that people were told: promises.csv."
    ),
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="WHO",
        help="Accept what an export says that puts somebody ahead: queue number, id, "
        "NIK or a list of them; with --reason and --approved-by.",
    ),
]
ReprintOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reprint",
        metavar="WHO",
        help="Print a card anew, as an application of its own; with --reason and "
        "--approved-by.",
    ),
]
UndoOption = Annotated[
    int | None,
    typer.Option(
        "--undo",
        metavar="ACT",
        min=1,
        help="Take back an act, with --reason, and --approved-by where a plan rests "
        "on it.",
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why, such as misclick."),
]
ApprovedOption = Annotated[
    str | None,
    typer.Option(
        "--approved-by",
        metavar="NAME",
        help="A second name, other than --by: a name, and no proof.",
    ),
]
OnOption = Annotated[
    date | None,
    typer.Option(
        "--on",
        metavar="DATE",
        parser=as_date,
        help="The day at the office, today if left out; also confirms it where the "
        "clock is wrong.",
    ),
]


def record(
    places: FilesArgument = None,
    all_printed: AllOption = False,
    excepted: ExceptOption = None,
    handed_over: HandedOption = None,
    count: CountOption = None,
    outage: OutageOption = None,
    begins: FromOption = None,
    ends: ToOption = None,
    left: LeftOption = None,
    priority: PriorityListOption = None,
    told: ToldOption = None,
    accept: AcceptOption = None,
    reprint: ReprintOption = None,
    undo: UndoOption = None,
    by: ByOption = None,
    reason: ReasonOption = None,
    approved_by: ApprovedOption = None,
    on: OnOption = None,
    ledger: LedgerOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what was printed, and whatever else the office knows.

    Hand in the filled sheets as they are. The same twice changes nothing; what a plan
    rests on is corrected with a second name alone.
    """
    from ektp_sched.days.committed import finish
    from ektp_sched.days.signature import Signature

    where, *paths = _with_folder(places or [])
    folder, words = read_folder(where, ledger, lang)
    given: dict[str, Any] = {
        "FILE": paths,
        "--all": all_printed,
        "--handed-over": handed_over,
        "--count": count,
        "--outage": outage,
        "--priority": priority,
        "--told": told,
        "--accept": accept,
        "--reprint": reprint,
        "--undo": undo,
    }
    what = _alone({name: value for name, value in given.items() if value})
    _only_with(what, "--all", {"--except": excepted})
    _only_with(what, "--outage", {"--from": begins, "--to": ends, "--left": left})
    signature = Signature.of(
        signed_by(by),
        on,
        reason=(reason or "").strip() or None,
        approved_by=approved_by,
    )
    finish(folder)
    adopted = _adopt(folder, signature) if what in ("FILE", "--all") else []
    tellers: dict[str, Callable[[], tuple[dict[str, Any], list[Said]]]] = {
        "FILE": lambda: _files(folder, paths, signature, words),
        "--all": lambda: _all(folder, excepted or [], signature),
        "--handed-over": lambda: _handed_over(folder, handed_over or [], signature),
        "--count": lambda: _counts(folder, count or [], signature),
        "--outage": lambda: _outage(
            folder, outage or "", begins, ends, left, signature
        ),
        "--priority": lambda: _priority(folder, priority or Path(), signature),
        "--told": lambda: _told(folder, told or Path(), signature),
        "--accept": lambda: _accepted(folder, accept or [], signature),
        "--reprint": lambda: _anew(folder, reprint or [], signature),
        "--undo": lambda: _undone(folder, undo or 0, signature),
    }
    document, sentences = tellers[what]()
    if adopted:
        document["adopted"] = adopted
        numbers = ", ".join(map(str, adopted))
        sentences.append(
            said(
                "The ledger did not know plan {numbers}; it was taken in from its "
                "folder.",
                "Buku besar belum mengenal rencana {numbers}; rencana itu diambil dari "
                "foldernya.",
                numbers=numbers,
            )
        )
    if as_json:
        emit({"schema_version": 1, "day": signature.day.isoformat(), **document})
        return
    for sentence in sentences:
        echo(in_spoken(sentence))


def _adopt(folder: OfficeFolder, signature: Signature) -> list[int]:
    """Take the plans that an older ledger does not know, whose sheets come now."""
    if not folder.ledger.exists:
        return []
    from ektp_sched.days.committed import unknown_plans

    with folder.ledger.reading() as reader:
        unknown = [plan.number for plan in unknown_plans(folder, reader)]
    if unknown:
        from ektp_sched.morning.plans import adopt_unknown

        adopt_unknown(folder, signature)
    return unknown


def _with_folder(paths: list[Path]) -> list[Path]:
    """Return the office folder, this one if none is named, and the files."""
    if not paths or not paths[0].is_dir():
        return [Path(), *paths]
    is_plan = (paths[0] / "summary.json").exists()  # with its own copy of the office
    offices = ("office.toml", "office.xlsx")
    has_office = any((paths[0] / name).is_file() for name in offices)
    is_here = any(Path(name).is_file() for name in offices)
    if not is_plan and (has_office or not is_here):
        return paths
    return [Path(), *paths]


def _alone(given: Mapping[str, Any]) -> str:
    """Return the one thing that is said."""
    if len(given) == 1:
        return next(iter(given))
    message = (
        said(
            "there is nothing to record; name a filled sheet, or say --all",
            "tidak ada yang dicatat; sebutkan lembar yang sudah diisi, atau tulislah "
            "--all",
        )
        if not given
        else said(
            "{names} are several things; record them one after the other",
            "{names} adalah beberapa hal; catatlah satu per satu",
            names=", ".join(given),
        )
    )
    raise UsageError(message)


def _only_with(what: str, option: str, parts: Mapping[str, Any]) -> None:
    for name, value in parts.items():
        if value and what != option:
            message = said(
                "{name} belongs to {option}; give that too, or leave it out",
                "{name} termasuk {option}; berikan juga, atau hilangkan",
                name=name,
                option=option,
            )
            raise UsageError(message)


_Told = tuple[dict[str, Any], list[Said]]


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


def _files(
    folder: OfficeFolder, paths: list[Path], signature: Signature, words: Language
) -> _Told:
    from ektp_sched.days.record import record as hand_in

    recorded = hand_in(folder, paths, signature)
    lines = [
        said(
            "{file}: read as {reading}.",
            "{file}: dibaca sebagai {reading}.",
            file=reading.source,
            reading=words.text(f"yesterday.read_as.{reading.read_as}"),
        )
        for reading in recorded.readings
    ]
    _tell_rejects(recorded)
    return _document(recorded), [*lines, *_sentences(recorded)]


def _all(folder: OfficeFolder, excepted: list[Path], signature: Signature) -> _Told:
    from ektp_sched.days.record import record_all

    recorded = record_all(folder, excepted, signature)
    day = said(
        "The sheets of {day}.",
        "Lembar tanggal {day}.",
        day=str(recorded.day),
    )
    return _document(recorded), [day, *_sentences(recorded)]


def _handed_over(
    folder: OfficeFolder, paths: list[Path], signature: Signature
) -> _Told:
    from ektp_sched.days.record import record_handed_over

    recorded = record_handed_over(folder, paths, signature)
    return _document(recorded), _sentences(recorded)


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
}
"""What was recorded, in the order in which it is told."""


def _sentences(recorded: Recorded) -> list[Said]:
    """Return what was recorded, in numbers."""
    counted = [
        said(*texts, n=recorded.counts[name])
        for name, texts in _COUNTS.items()
        if recorded.counts.get(name)
    ]
    if recorded.rejects.height:
        counted.append(said("rejected {n}", "ditolak {n}", n=recorded.rejects.height))
    lines = [_as_act(recorded.act, joined(", ", counted))]
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


def _tell_rejects(recorded: Recorded) -> None:
    """Say on stderr which rows could not be used, and why."""
    from ektp_sched.backlog.reasons import in_words

    for source, sheet, row, column, reason in recorded.rejects.head(_SHOWN).iter_rows():
        where = joined(", ", (source, place(sheet, row, column or None)))
        say(in_spoken(joined(": ", (where, in_words(reason)))))
    if recorded.rejects.height and recorded.rejects_file is not None:
        sentence = said(
            "{count} rows were rejected; all are in {file}",
            "{count} baris ditolak; semuanya ada di {file}",
            count=recorded.rejects.height,
            file=str(recorded.rejects_file),
        )
        say(in_spoken(sentence))


def _counts(folder: OfficeFolder, texts: list[str], signature: Signature) -> _Told:
    from ektp_sched.days.notes import record_counts

    act, frame = record_counts(folder, dict(map(_count, texts)), signature)
    lines = [_as_act(act)]
    for card, blanks, expected, on_sheets in frame.iter_rows():
        figures: dict[str, Any] = {
            "card": card,
            "blanks": blanks,
            "day": str(signature.day),
        }
        if expected is None or expected == blanks:
            lines.append(
                said(
                    "{card}: {blanks} blanks on the morning of {day}.",
                    "{card}: {blanks} blangko pada pagi {day}.",
                    **figures,
                )
            )
        else:
            more = blanks > expected
            lines.append(
                said(
                    "{card}: {blanks} blanks on the morning of {day}; there should be "
                    "{expected}: {number} {word}.",
                    "{card}: {blanks} blangko pada pagi {day}; seharusnya {expected}: "
                    "{word} {number}.",
                    expected=expected,
                    number=abs(blanks - expected),
                    word=said("more", "lebih") if more else said("fewer", "kurang"),
                    **figures,
                )
            )
        if on_sheets is not None:
            lines.append(_beside_sheets(blanks, on_sheets, signature.day))
    return {"act": act, "counts": frame.to_dicts()}, lines


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


def _count(text: str) -> tuple[str | None, int]:
    """Return card type and blanks of ``CARD=N`` or ``N``."""
    card, sign, number = text.rpartition("=")
    digits = number.strip()
    if (sign and not card.strip()) or not (digits.isascii() and digits.isdigit()):
        message = said(
            "--count must be a number of blanks, or a card type and a number, such as "
            "KTP-el=8731",
            "--count harus jumlah blangko, atau jenis kartu dan jumlahnya, misalnya "
            "KTP-el=8731",
        )
        raise UsageError(message)
    return (card.strip() or None), int(digits)


def _outage(
    folder: OfficeFolder,
    machine: str,
    begins: date | None,
    ends: date | None,
    left: str | None,
    signature: Signature,
) -> _Told:
    from ektp_sched.days.notes import record_outage
    from ektp_sched.days.supplies import WHOLE, Down

    share = as_share(left or "0")
    down = Down(machine, begins or signature.day, ends, int(share * WHOLE))
    act = record_outage(folder, down, signature)
    until = (
        said("until further notice", "sampai ada kabar lagi")
        if ends is None
        else said("to {day}", "sampai {day}", day=str(ends))
    )
    from_to = {"begins": str(down.begins), "until": until}
    if down.left == WHOLE:
        what = said(
            "works again from {begins}", "bekerja lagi mulai {begins}", **from_to
        )
    elif down.left:
        percent = f"{share * 100:.4f}".rstrip("0").rstrip(".")
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
    sentence = said(
        "{machine} {what}.", "{machine} {what}.", machine=machine, what=what
    )
    return {"act": act}, [_as_act(act), sentence]


def _priority(folder: OfficeFolder, path: Path, signature: Signature) -> _Told:
    from ektp_sched.days.notes import record_priorities

    new, known = record_priorities(folder, path, signature)
    sentence = said(
        "{new} people are to be printed sooner from the next plan on; {known} were "
        "known.",
        "{new} orang didahulukan mulai rencana berikutnya; {known} sudah tercatat.",
        new=new,
        known=known,
    )
    return {"new": new, "known": known}, [sentence]


def _told(folder: OfficeFolder, path: Path, signature: Signature) -> _Told:
    from ektp_sched.days.notes import record_told

    act, new, strangers = record_told(folder, path, signature)
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
    return {"act": act, "new": new, "strangers": strangers}, lines


def _accepted(folder: OfficeFolder, who: list[str], signature: Signature) -> _Told:
    from ektp_sched.backlog.records import FIELDS
    from ektp_sched.days.corrections import accept

    act, values, replaced = accept(folder, who, signature)
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
    return {"act": act, "values": values, "replaced": replaced.height}, lines


def _anew(folder: OfficeFolder, who: list[str], signature: Signature) -> _Told:
    from ektp_sched.days.corrections import reprint

    act, cards = reprint(folder, who, signature)
    sentence = said(
        "{n} cards are to be printed anew; they wait since {day}.",
        "{n} kartu akan dicetak ulang; menunggu sejak {day}.",
        n=cards,
        day=str(signature.day),
    )
    return {"act": act, "cards": cards}, _of_act(act, sentence)


def _undone(folder: OfficeFolder, number: int, signature: Signature) -> _Told:
    from ektp_sched.days.corrections import undo

    act = undo(folder, number, signature)
    sentence = said(
        "Act {n} counts no longer.",
        "Catatan {n} tidak berlaku lagi.",
        n=str(number),
    )
    return {"act": act, "undoes": number}, _of_act(act, sentence)
