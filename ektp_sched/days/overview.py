"""How a day stands at an office: what is to be settled, printed, counted and said.

Asked of the ledger for those sheets alone that have anything open, so that it is there
at once, however many wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from ektp_sched.days.committed import came_since, finish, last_plan
from ektp_sched.days.folder import PLANS, newest_export
from ektp_sched.days.paper import Paper, printed_before
from ektp_sched.days.sheets import Sheet, Sheets, unsettled_days
from ektp_sched.days.supplies import blanks_left, counts, outages
from ektp_sched.documents.plan import SLIPPED
from ektp_sched.documents.seal import digest_of
from ektp_sched.errors import FolderError, LedgerError
from ektp_sched.ledger.state import cards_of, words_of
from ektp_sched.ledger.tables import FACTS, PERSONAL
from ektp_sched.office import Office
from ektp_sched.words import in_full, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.days.supplies import Down
    from ektp_sched.ledger import Act, Reader

_WITHHELD: Final = {
    "application_id": pl.String(),
    "field": pl.String(),
    "export": pl.String(),
    "used": pl.String(),
}
_PRINTS: Final = FACTS["prints"].c


@dataclass(frozen=True, slots=True)
class Blanks:
    """Blanks of a card type: last counted when, and what should be there now."""

    card: str
    counted: int
    counted_on: date
    expected: int


@dataclass(frozen=True, slots=True)
class Export:
    """The newest export: its file, its time, and whether the ledger has taken it in."""

    path: Path
    at: datetime
    taken_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a day stands.

    Parameters
    ----------
    day
        The day.
    begun
        Whether the office has a ledger; without one nothing else is known but the
        export.
    earlier
        Sheets of earlier days that are not settled: some of their cards are unknown, or
        left open.
    plan
        The last plan of the day; None where there is none yet.
    sheets
        Those of the day, of all its plans.
    came_since
        Whether something came after that plan, so that the rest of the day is to be
        planned; an export that is not taken in is not looked at.
    blanks
        By card type, of those that were ever counted.
    outages
        That are not over.
    withheld
        application_id, field, export, used: what exports say and waits to be accepted.
    slipped
        The columns of `ektp_sched.documents.plan.SLIPPED`, and ``is_new``, whether
        the plan before kept the date: of the last plan, without cards printed since and
        without those who were told that day since.
    export
        The newest; None where there is none.
    """

    day: date
    begun: bool
    earlier: tuple[Sheet, ...] = ()
    plan: PlanFolder | None = None
    sheets: tuple[Sheet, ...] = ()
    came_since: bool = False
    blanks: tuple[Blanks, ...] = ()
    outages: tuple[Down, ...] = ()
    withheld: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=_WITHHELD)
    )
    slipped: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=SLIPPED | {"is_new": pl.Boolean()})
    )
    export: Export | None = None


def overview(folder: OfficeFolder, on: date | None = None) -> Overview:
    """Return how a day stands; nothing is changed.

    Parameters
    ----------
    folder
        Where the office lives; see `ektp_sched.days.open_office`.
    on
        The day; the system's if left out.

    Raises
    ------
    ektp_sched.errors.FolderError
        The folder of the last plan is not there.
    ektp_sched.errors.LedgerError
        The ledger cannot be read.
    """
    day = on or date.today()
    if any((folder.path / PLANS).glob(".plan-*")):
        finish(folder)  # what a killed command left is a plan all the same
    path = _newest(folder)
    if not folder.ledger.exists:
        return Overview(day=day, begun=False, export=_export(path, ()))
    with folder.ledger.reading() as reader:
        acts = {act.number: act for act in reader.acts()}
        imports = [act for act in acts.values() if act.kind == "import"]
        last = last_plan(folder, reader)
        of_day = last if last is not None and last.day == day else None
        unsettled = unsettled_days(reader, acts, day)
        sheets = Sheets.of(folder, reader, acts, {*unsettled, day}).listed(
            printed_before(acts.values())
        )
        return Overview(
            day=day,
            begun=True,
            earlier=tuple(
                each for each in sheets if each.day < day and each.unknown + each.open
            ),
            plan=of_day,
            sheets=tuple(each for each in sheets if each.day == day)
            if of_day is not None
            else (),
            came_since=of_day is not None
            and came_since(
                folder, reader, of_day, Office.load(of_day.path / "office.toml")
            ),
            blanks=tuple(_blanks(folder.office, reader, day)),
            outages=tuple(
                each
                for each in outages(reader)
                if each.ends is None or each.ends >= day
            ),
            withheld=_withheld(reader),
            slipped=_slipped(folder, reader, acts, last),
            export=_export(path, imports),
        )


def papers(folder: OfficeFolder, day: date, printers: Sequence[str]) -> list[Paper]:
    """Return the sheets of a day that printers may print now, as their next copies.

    Raises
    ------
    ektp_sched.errors.LedgerError
        A printer has none that holds.
    """
    valid = [sheet for sheet in overview(folder, day).sheets if not sheet.void]
    for printer in printers:
        if not any(sheet.printer == printer for sheet in valid):
            message = said(
                "{printer} has no sheet of {day} that holds; there are: {names}",
                "{printer} tidak punya lembar {day} yang berlaku; yang ada: {names}",
                printer=printer,
                day=in_full(day),
                names=", ".join(dict.fromkeys(sheet.printer for sheet in valid)) or "–",
            )
            raise LedgerError(message)
    return [
        Paper(each.plan, each.day, each.printer, each.paper + 1)
        for each in valid
        if each.printer in printers
    ]


def _newest(folder: OfficeFolder) -> Path | None:
    try:
        return newest_export(folder)
    except FolderError:
        return None


def _export(path: Path | None, imports: Sequence[Act]) -> Export | None:
    """Return the newest export, and whether it is the one that was taken in last."""
    if path is None:
        return None
    stat = path.stat()
    digest = _digest(path, stat.st_mtime_ns, stat.st_size) if imports else ""
    at = datetime.fromtimestamp(stat.st_mtime).astimezone()
    taken_in = bool(imports) and imports[-1].detail["sha256"] == digest
    return Export(path, at, taken_in)


@lru_cache(maxsize=8)
def _digest(path: Path, changed: int, size: int) -> str:  # noqa: ARG001 (a key each)
    return digest_of(path)


def _blanks(office: Office, reader: Reader, day: date) -> Iterator[Blanks]:
    expected = blanks_left(office, reader, day)
    last = counts(reader).filter(pl.col("day") <= day).unique("card", keep="last")
    counted = {card: (on, n) for card, on, n in last["card", "day", "blanks"].rows()}
    for card, left in expected.items():
        on, number = counted[card]
        yield Blanks(card, number, on, left)


def _withheld(reader: Reader) -> pl.DataFrame:
    """Return what exports say and waits to be accepted, by person and field."""
    words = reader.facts("withheld").unique(
        ["person", "field"], keep="last", maintain_order=True
    )
    waits = words.filter(pl.col("export").is_not_null())
    if waits.is_empty():
        return pl.DataFrame(schema=_WITHHELD)
    there = sa.select(FACTS["withheld"].c.person)
    names = _texts(reader, there).rename({"text": "application_id"})
    return waits.join(names, on="person", maintain_order="left").select(*_WITHHELD)


def _texts(reader: Reader, people: sa.Select[int]) -> pl.DataFrame:
    """Return person and id of some people, without those forgotten."""
    query = sa.select(PERSONAL.c.ref, PERSONAL.c.text).where(PERSONAL.c.ref.in_(people))
    rows = [tuple(row) for row in reader.connection.execute(query)]
    schema = {"person": pl.Int64, "text": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _slipped(
    folder: OfficeFolder,
    reader: Reader,
    acts: Mapping[int, Act],
    last: PlanFolder | None,
) -> pl.DataFrame:
    """Return whose told date the last plan does not keep, and who has no card yet."""
    late = _late(None if last is None else last.path)
    if last is None or late.is_empty():
        return late.with_columns(is_new=pl.lit(value=True))
    plans = [act for act in acts.values() if act.kind in ("plan", "adopt")]
    before = [act for act in plans if act.number < last.act]
    older = _late(folder.path / str(before[-1].detail["path"]) if before else None)
    since = sa.select(_PRINTS.person).where(_PRINTS.act > last.act)
    said = reader.facts("prints", _PRINTS.person.in_(since))
    there = cards_of(words_of(said)).select("person")
    ids = _texts(reader, since).join(there, on="person")["text"]
    return (
        late.filter(~pl.col("application_id").is_in(ids.implode()))
        .with_columns(
            is_new=~pl.col("application_id").is_in(older["application_id"].implode())
        )
        .join(
            _told_anew(reader),
            on=["application_id", "day"],
            how="anti",
            maintain_order="left",
        )
    )


def _told_anew(reader: Reader) -> pl.DataFrame:
    """Return who was told which other date, as theirs could not be kept."""
    acts = [act.number for act in reader.acts("told") if act.detail.get("anew")]
    told = FACTS["told"].c
    words = reader.facts("told", told.act.in_(acts)).select("person", day="promised_on")
    names = _texts(reader, sa.select(told.person).where(told.act.in_(acts)))
    return words.join(names, on="person").select("day", application_id="text")


def _late(plan: Path | None) -> pl.DataFrame:
    """Return the slipped.csv of a plan; empty where it has none."""
    file = None if plan is None else plan / "slipped.csv"
    if file is None or not file.is_file():
        return pl.DataFrame(schema=SLIPPED)
    return pl.read_csv(file, schema=SLIPPED)
