"""What was printed, spoilt and handed over: filled sheets, lists and logs go in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from ektp_sched.backlog.identity import is_made
from ektp_sched.backlog.known import DONE_REJECTS, Reading
from ektp_sched.backlog.prints import PRINTED, SPOILT, UNPRINTED
from ektp_sched.days.folder import PLANS
from ektp_sched.days.people import People, refuse_unknown
from ektp_sched.days.places import Places
from ektp_sched.days.prints import Void, few, known_to, with_corrections, write_prints
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import InputError
from ektp_sched.ledger.state import state_of
from ektp_sched.output.tables import write_csv
from ektp_sched.words import Said, said, typed
from ektp_sched.yesterday.filled import (
    judged,
    readings_of,
    rejects_of,
    rows_of,
    sheets_in,
    together,
)
from ektp_sched.yesterday.sheets import OPEN, SHEETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.days.people import Whom
    from ektp_sched.days.signature import Signature
    from ektp_sched.ledger import Reader
    from ektp_sched.office import Office
    from ektp_sched.yesterday.sheets import Filled

REJECTS: Final = "rejects"
"""Folder in an office folder: rows of what was handed in that say nothing usable."""

_NOT_THERE: Final = (
    "names somebody who stands on no sheet of {day}, or whose card there is recorded "
    "as printed already, or cannot be read ({rows} such rows); correct it, nothing was "
    "recorded",
    "menyebut orang yang tidak ada pada satu pun lembar {day}, atau yang kartunya di "
    "situ sudah dicatat tercetak, atau tidak terbaca ({rows} baris seperti itu); "
    "perbaiki, belum ada yang dicatat",
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded.

    Parameters
    ----------
    act
        Its number; None if nothing of it was new.
    day
        The day of the sheets, where it was about one.
    readings
        How each file was read.
    counts
        Cards ``printed``, ``spoilt``, ``unprinted`` and ``handed`` over that are new;
        ``known`` before, ``corrected``, ``beside`` (known people on no sheet of that
        day), ``off_sheet`` (cards from the reserve), and ``open``, boxes left empty.
    rejects
        The columns of `ektp_sched.backlog.known.DONE_REJECTS`.
    void
        Sheets that were void and printed all the same.
    rejects_file
        Where the rejects are; None if there are none.
    """

    act: int | None
    day: date | None = None
    readings: tuple[Reading, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    rejects: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=dict(DONE_REJECTS))
    )
    void: tuple[Void, ...] = ()
    rejects_file: Path | None = None


def record(
    folder: OfficeFolder,
    paths: Sequence[Path],
    signature: Signature,
    *,
    of: int | None = None,
) -> Recorded:
    """Record filled sheets, lists of cards and printers' logs.

    Parameters
    ----------
    folder
        The office.
    paths
        Files in the order in which they were written; a folder stands for the sheets
        of a day in it.
    signature
        Who hands them in.  With a reason, cards of people whom no export had are cards
        from the reserve; with a second name, what is said otherwise than before counts
        though a plan rests on it.
    of
        Number of the plan whose sheets the files are about; where they lie says so if
        left out.

    Raises
    ------
    ektp_sched.errors.InputError
        A file cannot be read, or has rows and none that can be used.
    ektp_sched.errors.LedgerError
        There is no ledger, or it cannot be written.
    """
    files = _files(folder, paths)
    with folder.ledger.reading() as reader:
        number = reader.number
        filled, rows = _read(People(reader, folder.office), files)
    digests = [digest_of(path) for path in files.values()]
    with folder.ledger.writing() as writer:
        if writer.number != number:  # others may have named the same people meanwhile
            filled, rows = _read(People(writer, folder.office), files)
        places = Places(writer, few(rows["ref"]), signature.day)
        plans = places.numbers(_in_folders(folder, files.values()))
        if of is not None:
            plans = pl.Series([of] * len(files), dtype=pl.Int64)
        rows = places.laid_beside(rows, plans)
        rows = known_to(writer, rows)
        # Of the boxes of this very day the empty ones are counted, too.
        tomorrow = signature.day + timedelta(days=1)
        rows = judged(rows, places.first, signature.day, over=tomorrow)
        rows = _in_own_words(rows, signature, folder.office)
        again = _handed_in_before(writer, digests)
        may = signature.has_second_name
        rows = with_corrections(writer, rows, may=may, again=again)
        usable = rows.filter(pl.col("why").is_null())
        rejects = rejects_of(filled, rows)
        readings = readings_of(filled, [*files.values()], usable, rejects)
        counted = write_prints(
            writer, usable, signature, folder.office, _told(readings, digests, plans)
        )
    rejects = together(rejects, pl.Series([*files], dtype=pl.String))
    return Recorded(
        act=counted.act,
        readings=readings,
        counts=counted.counts,
        rejects=rejects,
        void=counted.void,
        rejects_file=_write_rejects(folder, rejects, signature.day, digests),
    )


def _read(
    people: People, files: Mapping[str, Path]
) -> tuple[list[Filled], pl.DataFrame]:
    """Return files as they are read, and their rows with whom each is about."""
    filled = [people.listed(path, name) for name, path in files.items()]
    rows = rows_of(filled)
    refs = people.as_of(people.refs(rows["person"]), rows["date"])
    return filled, rows.with_columns(refs.alias("ref"))


def record_all(
    folder: OfficeFolder, excepted: Sequence[Path], signature: Signature
) -> Recorded:
    """Record that all cards of a day's sheets are printed, except those listed.

    Parameters
    ----------
    folder
        The office.
    excepted
        Lists of cards that are not: with a column result spoilt ones, else unprinted.
    signature
        Its day is that of the sheets if it was confirmed; else it is the last day
        before it, or that day, of whose sheets something is not known.

    Raises
    ------
    ektp_sched.errors.InputError
        A list names somebody who stands on none of those sheets.
    ektp_sched.errors.LedgerError
        There is no ledger, or it cannot be written.
    """
    with folder.ledger.reading() as reader:
        people = People(reader, folder.office)
        lists = [people.listed(path, path.name) for path in excepted]
    with folder.ledger.writing() as writer:
        state = state_of(writer)
        places = Places(writer, None, signature.day)
        unknown = state.unknown(signature.day + timedelta(days=1))
        day = _day_of_sheets(unknown["day"], signature)
        sheets = state.given.filter(pl.col("day") == day)
        rows = unknown.filter(pl.col("day") == day)
        printed = state.results.filter(pl.col("result") == PRINTED)
        not_yet = sheets.join(printed, on="person", how="anti")["person"]
        results = _excepted(people, lists, excepted, not_yet, day)
        rows = rows.join(results, on="person", how="left", maintain_order="left")
        usable = places.of_plans(rows).select(
            ref="person",
            application_id=pl.lit(None, pl.String),
            result=pl.col("result").fill_null(PRINTED),
            date="day",
            printer="printer",
            plan="plan",
            reason="reason",
            operator=pl.lit(None, pl.String),
            handed=pl.lit(value=False),
            is_new=pl.lit(value=True),
            off_sheet=pl.lit(value=False),
            corrects=pl.lit(value=False),
            elsewhere=pl.lit(value=False),
            at=pl.int_range(pl.len()),
        )
        counted = write_prints(
            writer, known_to(writer, usable), signature, folder.office, {}
        )
    known = sheets.height - rows.height
    return Recorded(
        act=counted.act,
        day=day,
        counts={**counted.counts, "known": known},
        void=counted.void,
    )


def record_handed_over(
    folder: OfficeFolder, whom: Whom, signature: Signature
) -> Recorded:
    """Record which cards were given to their owners.

    Whose card is not known to be printed yet, and who stands on a sheet of that day or
    before, was printed there.  The date of a row is the day of handing over.

    Raises
    ------
    ektp_sched.errors.InputError
        A name or a row names nobody, or nobody whose card can be printed.
    ektp_sched.errors.LedgerError
        There is no ledger, or it cannot be written.
    """
    with folder.ledger.reading() as reader:
        lines = People(reader, folder.office).lines_of(whom)
    rows = (
        lines.rename({"person": "ref"})
        .with_columns(pl.col("date").fill_null(signature.day))
        .unique("ref", keep="first", maintain_order=True)
    )
    with folder.ledger.writing() as writer:
        state = state_of(writer)
        known = state.results.select("person", known="result", printed_on="day")
        given = state.given.filter(pl.col("day") <= signature.day)
        rows = rows.join(
            known, left_on="ref", right_on="person", how="left", maintain_order="left"
        ).join(
            given.select("person", "day", "plan", "printer"),
            left_on="ref",
            right_on="person",
            how="left",
            maintain_order="left",
        )
        asked = pl.col("known").is_null() | (pl.col("known") == OPEN)
        wrong = rows.filter(
            (asked & pl.col("day").is_null())
            | (~asked & (pl.col("known") != PRINTED))
            | (pl.col("date") > signature.day)
        )
        _refuse_first(wrong, _NO_CARD)
        printed_on = pl.when(asked).then("day").otherwise("printed_on")
        _refuse_first(rows.filter(pl.col("date") < printed_on), _TOO_EARLY)
        places = Places(writer, None, signature.day)
        handed = rows.join(state.handed, left_on="ref", right_on="person", how="anti")
        asked_now = asked & pl.col("ref").is_in(handed["ref"].implode())
        printed = places.of_plans(
            rows.filter(asked_now).select("ref", "day", "plan", "printer")
        )
        new = known_to(writer, printed).select(
            "day",
            "printer",
            "plan",
            person="ref",
            card=pl.col("card").fill_null(
                pl.lit(folder.office.default_card, pl.String)
            ),
            result=pl.lit(PRINTED),
        )
        act = None
        if handed.height:
            detail = {"cards": handed.height, "printed": new.height}
            facts = {"prints": new, "handed": handed.select(person="ref", day="date")}
            act = signature.write(writer, "handed", facts, detail=detail).number
    counts = {
        "handed": handed.height,
        "printed": new.height,
        "known": rows.height - handed.height,
    }
    return Recorded(act=act, counts=counts)


_NO_CARD: Final = (
    said(
        "the card is not known to be printed; hand in its sheet first; nothing was "
        "recorded",
        "kartunya belum diketahui tercetak; catat dahulu lembarnya; belum ada yang "
        "dicatat",
    ),
    said(
        "names a card that is not known to be printed, or a day that is still to come; "
        "hand in its sheet first, or correct the row; nothing was recorded",
        "menyebut kartu yang belum diketahui tercetak, atau hari yang belum tiba; "
        "catat dahulu lembarnya, atau perbaiki barisnya; belum ada yang dicatat",
    ),
)
_TOO_EARLY: Final = (
    said(
        "the day is before that of the card's sheet or of its print; nothing was "
        "recorded",
        "harinya sebelum hari lembar atau hari cetak kartunya; belum ada yang dicatat",
    ),
    said(
        "says that a card was handed over before the day of its sheet or of its print; "
        "correct the date; nothing was recorded",
        "menyebut kartu diserahkan sebelum hari lembarnya atau hari cetaknya; perbaiki "
        "tanggalnya; belum ada yang dicatat",
    ),
)


def _refuse_first(wrong: pl.DataFrame, messages: tuple[Said, Said]) -> None:
    """Refuse the first of some names, or of some rows of a list."""
    if wrong.is_empty():
        return
    file, sheet, row = wrong.select("file", "sheet", "row").row(0)
    raise InputError(messages[file is not None], file=file, sheet=sheet, row=row)


def _files(folder: OfficeFolder, paths: Sequence[Path]) -> dict[str, Path]:
    """Return the files that are handed in, by names of their own."""
    files: dict[str, Path] = {}
    root = folder.path.resolve()
    handed_in: list[Path] = []
    for path in paths:
        if path.is_dir():
            sheets = sheets_in(_day_in(path), folder.office)
            if not sheets:
                message = said(
                    "holds no sheet; name the folder of a day, such as {example}",
                    "tidak berisi lembar; sebutkan folder satu hari, misalnya "
                    "{example}",
                    example="plans/2017-09-12",
                )
                raise InputError(message, file=str(path))
            handed_in += sheets
        else:
            handed_in.append(path)
    for absolute, path in {each.resolve(): each for each in handed_in}.items():
        names = [path.name, f"{absolute.parent.name}/{path.name}", str(absolute)]
        if absolute.is_relative_to(root):
            names.insert(0, absolute.relative_to(root).as_posix())
        files[next(name for name in names if name not in files)] = path
    return files


def _day_in(path: Path) -> Path:
    """Return the folder of the first day's sheets, where a plan folder was named."""
    name = path.resolve()
    day = name.parent.name if name.name.isdigit() else name.name
    sheets = path / "batches" / day
    return sheets if sheets.is_dir() else path


def _in_folders(folder: OfficeFolder, paths: Iterable[Path]) -> list[str | None]:
    """Return in which plan folder each file lies, as acts name it; None for none."""
    root = folder.path.resolve()
    inside: list[str | None] = []
    for path in paths:
        absolute = path.resolve()
        parts = (
            absolute.relative_to(root).parts if absolute.is_relative_to(root) else ()
        )
        if parts[:1] != (PLANS,) or len(parts) < 3:
            inside.append(None)
        else:
            depth = 3 if parts[2].isdigit() else 2
            inside.append("/".join(parts[:depth]))
    return inside


def _in_own_words(
    rows: pl.DataFrame, signature: Signature, office: Office
) -> pl.DataFrame:
    """Say why rows cannot be used as a ledger sees it, and which are off-sheet.

    Without what nobody marked: of such a card nothing is known.
    """
    ids = rows["application_id"]
    could_be = is_made(ids) & ~ids.str.contains("-") | (office.identity is None)
    is_card = could_be & (signature.reason is not None)
    unknown = pl.col("why") == "unknown-in-plan"
    off_sheet = unknown & is_card & pl.col("result").is_in([PRINTED, SPOILT])
    off_sheet &= pl.col("date") <= signature.day
    return rows.with_columns(
        off_sheet=off_sheet.fill_null(value=False),
        why=pl.when(off_sheet)
        .then(None)
        .otherwise(
            pl.col("why").replace(
                {
                    "unknown-in-plan": "unknown-in-ledger",
                    "unknown-queue-number": "unknown-number-in-ledger",
                    "printed-in-future": "day-to-come",
                }
            )
        ),
    )


def _told(
    readings: Sequence[Reading], digests: Sequence[str], plans: pl.Series
) -> dict[str, Any]:
    """Return what an act says of the files: never their names."""
    files = [
        {"sha256": digest, "plan": plan, **reading.model_dump(exclude={"source"})}
        for reading, digest, plan in zip(readings, digests, plans, strict=True)
    ]
    return {"files": files}


def _handed_in_before(reader: Reader, digests: Sequence[str]) -> list[int]:
    """Return which files an act that counts has told of already."""
    known = {
        file["sha256"]
        for act in reader.acts("prints")
        for file in act.detail.get("files", ())
    }
    return [number for number, digest in enumerate(digests) if digest in known]


def _day_of_sheets(days: pl.Series, signature: Signature) -> date:
    """Return the day whose sheets somebody means without a date."""
    if signature.confirmed:
        return signature.day
    before: list[date] = days.filter(days < signature.day).to_list()
    return max(before, default=signature.day)


def _excepted(
    people: People,
    lists: Sequence[Filled],
    paths: Sequence[Path],
    on_sheets: pl.Series,
    day: date,
) -> pl.DataFrame:
    """Return who of a day's sheets was not printed: person, result, reason."""
    parts = []
    for listed, path in zip(lists, paths, strict=True):
        if listed.read_as in SHEETS:
            message = said(
                "is a filled sheet; hand it in as it is{how}",
                "adalah lembar yang sudah diisi; catat apa adanya{how}",
                how=typed(
                    ", `ektp-sched record FILE`, without --all",
                    " dengan `ektp-sched record BERKAS`, tanpa --all",
                ),
            )
            raise InputError(message, file=str(path))
        refs = people.refs(listed.rows["person"])
        there = refs.is_in(on_sheets.implode()).fill_null(value=False)
        rows = listed.rows["person"].set(~there, None)
        refuse_unknown(listed, rows, str(path), _NOT_THERE, day=str(day))
        spoilt = pl.col("result") == SPOILT
        parts.append(
            listed.rows.select(
                refs.alias("person"),
                pl.when(spoilt).then("result").otherwise(pl.lit(UNPRINTED)),
                "reason",
            )
        )
    schema = {"person": pl.Int64, "result": pl.String, "reason": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *parts]).unique(
        "person", keep="last", maintain_order=True
    )


def _write_rejects(
    folder: OfficeFolder, rejects: pl.DataFrame, day: date, digests: Sequence[str]
) -> Path | None:
    """Write the rejects beside the ledger; the same files, the same name."""
    if rejects.is_empty():
        return None
    name = hashlib.sha256("".join(digests).encode()).hexdigest()[:8]
    path = folder.path / REJECTS / f"{day}-{name}.csv"
    path.parent.mkdir(exist_ok=True)
    write_csv(rejects, path)
    return path
