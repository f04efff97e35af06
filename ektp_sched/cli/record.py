"""The command ``record``: what became of the cards, and what else the office says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from ektp_sched.cli.console import echo, emit, say
from ektp_sched.cli.language import in_spoken
from ektp_sched.cli.options import (
    ByOption,
    JsonOption,
    LangOption,
    LedgerOption,
    argument,
    as_share,
    option,
    signed_by,
)
from ektp_sched.cli.reading import read_folder
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ektp_sched.telling.told import Told

FilesArgument = Annotated[
    list[Path] | None,
    argument(
        "[DIR] FILE...",
        "The office folder, this one if left out; then filled sheets, folders of "
        "a day's sheets, lists of queue numbers or printers' logs.",
    ),
]
AllOption = Annotated[
    bool,
    option(
        "--all",
        "All cards are printed of the last day of whose sheets something is not "
        "known, or of --on.",
    ),
]
ExceptOption = Annotated[
    list[Path] | None,
    option(
        "--except FILE",
        "With --all: who was not printed; a column result says who was spoilt.",
    ),
]
HandedOption = Annotated[
    list[Path] | None,
    option("--handed-over FILE", "Whose card was handed over."),
]
CountOption = Annotated[
    list[str] | None,
    option(
        "--count [CARD=]N",
        "Blanks counted on the morning of the day, such as KTP-el=8731.",
    ),
]
OutageOption = Annotated[
    str | None,
    option(
        "--outage MACHINE",
        "A server or printer that is out from --from to --to, until further "
        "notice without --to; with --left 1 it works again.",
    ),
]
FromOption = Annotated[
    date | None,
    option("--from DATE", "First day of it."),
]
ToOption = Annotated[
    date | None,
    option("--to DATE", "Last day of it."),
]
LeftOption = Annotated[
    str | None,
    option(
        "--left SHARE", "What it can still do, such as 0.5 or 50%; nothing if left out."
    ),
]
PriorityListOption = Annotated[
    Path | None,
    option(
        "--priority FILE",
        "Authorised priorities: id or NIK, urgency, due_on, reason, by.",
    ),
]
ToldOption = Annotated[
    Path | None,
    option("--told FILE", "Dates that people were told: promises.csv."),
]
ToldAnewOption = Annotated[
    Path | None,
    option(
        "--told-anew FILE",
        "Who was told another date, as the first cannot be kept: slipped.csv.",
    ),
]
PaperOption = Annotated[
    list[str] | None,
    option(
        "--paper PRINTER",
        "Today's sheet of a printer is printed on paper now; a second time it is "
        "a copy, a void one is refused.",
    ),
]
AcceptOption = Annotated[
    list[str] | None,
    option(
        "--accept WHO",
        "Accept what an export says that puts somebody ahead: queue number, id, "
        "NIK or a list of them; with --reason and --approved-by.",
    ),
]
ReprintOption = Annotated[
    list[str] | None,
    option(
        "--reprint WHO",
        "Print a card anew, as an application of its own; with --reason and "
        "--approved-by.",
    ),
]
UndoOption = Annotated[
    int | None,
    option(
        "--undo ACT",
        "Take back an act, with --reason, and --approved-by where a plan rests on it.",
        min=1,
    ),
]
OfficeOption = Annotated[
    Path | None,
    option(
        "--office FILE",
        "A new office.toml or office.xlsx: it is checked, takes the place of the "
        "folder's, and what it says otherwise is told.",
    ),
]
ReasonOption = Annotated[
    str | None,
    option("--reason TEXT", "Why, such as misclick."),
]
ApprovedOption = Annotated[
    str | None,
    option(
        "--approved-by NAME", "A second name, other than --by: a name, and no proof."
    ),
]
OnOption = Annotated[
    date | None,
    option(
        "--on DATE",
        "The day at the office, today if left out; also confirms it where the "
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
    told_anew: ToldAnewOption = None,
    on_paper: PaperOption = None,
    accept: AcceptOption = None,
    reprint: ReprintOption = None,
    undo: UndoOption = None,
    office: OfficeOption = None,
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
    from ektp_sched.days.overview import papers
    from ektp_sched.days.signature import Signature
    from ektp_sched.days.supplies import WHOLE, Down
    from ektp_sched.telling import recording

    where, *paths = _with_folder(places or [])
    folder, _ = read_folder(where, ledger, lang)
    given: dict[str, Any] = {
        "FILE": paths,
        "--all": all_printed,
        "--handed-over": handed_over,
        "--count": count,
        "--outage": outage,
        "--priority": priority,
        "--told": told,
        "--told-anew": told_anew,
        "--paper": on_paper,
        "--accept": accept,
        "--reprint": reprint,
        "--undo": undo,
        "--office": office,
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
    verbs: dict[str, Callable[[], Told]] = {
        "FILE": lambda: recording.record_files(folder, paths, signature),
        "--all": lambda: recording.record_all(folder, excepted or [], signature),
        "--handed-over": lambda: recording.record_handed_over(
            folder, handed_over or [], signature
        ),
        "--count": lambda: recording.record_counts(
            folder, dict(map(_count, count or [])), signature
        ),
        "--outage": lambda: recording.record_outage(
            folder,
            Down(
                outage or "",
                begins or signature.day,
                ends,
                int(as_share(left or "0") * WHOLE),
            ),
            signature,
        ),
        "--priority": lambda: recording.record_priorities(
            folder, priority or Path(), signature
        ),
        "--told": lambda: recording.record_told(folder, told or Path(), signature),
        "--told-anew": lambda: recording.record_told(
            folder, told_anew or Path(), signature, anew=True
        ),
        "--paper": lambda: recording.record_paper(
            folder, papers(folder, signature.day, on_paper or []), signature
        ),
        "--accept": lambda: recording.accept(folder, _whom(accept), signature),
        "--reprint": lambda: recording.reprint(folder, _whom(reprint), signature),
        "--undo": lambda: recording.undo(folder, undo or 0, signature),
        "--office": lambda: recording.change_office(
            folder,
            office or Path(),
            signature,
            rests_on=folder.office.source_digest or "",
        ),
    }
    recorded = verbs[what]()
    for sentence in recorded.rejects:
        say(in_spoken(sentence))
    if as_json:
        emit(recorded.document)
        return
    for sentence in recorded.sentences:
        echo(in_spoken(sentence))


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


def _whom(words: list[str] | None) -> list[str | Path]:
    """Return names, and lists of them where a word is that of a file."""
    return [Path(word) if Path(word).is_file() else word for word in words or []]


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
