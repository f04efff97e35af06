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

from ektp_sched.days.committed import finish, last_plan
from ektp_sched.days.folder import PLANS, newest_export
from ektp_sched.days.since import came_since
from ektp_sched.days.supplies import blanks_left, counts, outages
from ektp_sched.documents.seal import BATCHES, digest_of
from ektp_sched.documents.tables import SLIPPED
from ektp_sched.errors import FolderError
from ektp_sched.ledger.prints import cards_of, last_words, words_of
from ektp_sched.ledger.state import silent
from ektp_sched.ledger.tables import FACTS, PERSONAL
from ektp_sched.office import Office
from ektp_sched.output.batches import file_stems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.days.supplies import Down
    from ektp_sched.ledger import Act, Reader

__all__ = ["Blanks", "Export", "Overview", "Sheet", "overview"]

_WITHHELD: Final = {
    "application_id": pl.String(),
    "field": pl.String(),
    "export": pl.String(),
    "used": pl.String(),
}
_PLANNED: Final = FACTS["planned"].c
_PRINTS: Final = FACTS["prints"].c


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printer's sheet of a day, and what is known of its cards.

    Parameters
    ----------
    plan, day, printer
        Number of the plan, day of the sheet, and whose it is.
    path
        The file; None where it is not there.
    void
        Whether it counts no longer.
    cards
        That stand on it.
    printed, spoilt, unprinted
        Of which that is recorded, or which stand on another sheet since.
    open
        Of which somebody said that nobody knows.
    unknown
        Of which nothing is recorded.
    """

    plan: int
    day: date
    printer: str
    path: Path | None
    void: bool
    cards: int
    printed: int
    spoilt: int
    unprinted: int
    open: int
    unknown: int


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
        The columns of `ektp_sched.documents.tables.SLIPPED`, and ``is_new``, whether
        the plan before kept the date: of the last plan, without cards printed since.
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
        unsettled = _unsettled(reader, acts, day)
        sheets = _Sheets.of(folder, reader, acts, {*unsettled, day}).listed()
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


def _unsettled(reader: Reader, acts: Mapping[int, Act], day: date) -> set[date]:
    """Return the earlier days on whose sheets somebody may be of whom nothing is known.

    All those are among them, and few others.
    """
    planned, word = FACTS["planned"], FACTS["prints"].alias()
    later = planned.alias()
    known_later = sa.exists().where(
        later.c.person == planned.c.person,
        later.c.act > planned.c.act,
        _live(reader, later.c.act),
    )
    said_since = sa.exists().where(
        word.c.person == planned.c.person,
        _live(reader, word.c.act),
        sa.or_(
            word.c.day > planned.c.day,
            sa.and_(word.c.day == planned.c.day, word.c.act > planned.c.act),
        ),
    )
    silent_days = (
        sa.select(planned.c.day)
        .distinct()
        .where(
            planned.c.day < day.isoformat(),
            planned.c.day >= _settled_before(acts),
            _live(reader, planned.c.act),
            ~known_later,
            ~said_since,
        )
    )
    prints = FACTS["prints"]
    settled = sa.exists().where(
        word.c.person == prints.c.person,
        word.c.result != "open",
        word.c.act > prints.c.act,
        _live(reader, word.c.act),
    )
    open_days = (
        sa.select(prints.c.day)
        .distinct()
        .where(
            prints.c.result == "open",
            prints.c.day < day.isoformat(),
            _live(reader, prints.c.act),
            ~settled,
        )
    )
    rows = reader.connection.execute(sa.union(silent_days, open_days)).scalars()
    return {*map(date.fromisoformat, rows)}


def _live(reader: Reader, act: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    return act.not_in(sorted(reader.undone)) if reader.undone else sa.true()


def _settled_before(acts: Mapping[int, Act]) -> str:
    """Return the day before which every sheet has a word, as ISO text.

    A morning asks about all of them.  What is taken back since, or taken in from a
    plan's folder, may be of any day.
    """
    plans = [act for act in acts.values() if act.kind == "plan"]
    since = plans[-1].number if plans else 0
    if not plans or any(
        act.kind in ("undo", "adopt") for act in acts.values() if act.number > since
    ):
        return date.min.isoformat()
    return str(plans[-1].detail["start"])


@dataclass(frozen=True, slots=True)
class _Sheets:
    """The sheets of some days, card by card.

    Parameters
    ----------
    folder
        The office.
    plans
        act, plan, start, path, of every plan, in the order of acts.
    cards
        person, plan, day, printer, state: each card of each sheet.
    void
        plan, day, printer.
    """

    folder: OfficeFolder
    plans: pl.DataFrame
    cards: pl.DataFrame
    void: pl.DataFrame

    @classmethod
    def of(
        cls,
        folder: OfficeFolder,
        reader: Reader,
        acts: Mapping[int, Act],
        days: Collection[date],
    ) -> _Sheets:
        """Read who stands on the sheets of some days, and what became of it."""
        plans = pl.DataFrame(
            [
                (
                    act.number,
                    act.plan,
                    date.fromisoformat(act.detail["start"]),
                    act.detail["path"],
                )
                for act in acts.values()
                if act.kind in ("plan", "adopt")
            ],
            schema={
                "act": pl.Int64,
                "plan": pl.Int64,
                "start": pl.Date,
                "path": pl.String,
            },
            orient="row",
        )
        texts = sorted(day.isoformat() for day in days)
        there = sa.select(_PLANNED.person).where(
            _PLANNED.day.in_(texts), _live(reader, _PLANNED.act)
        )
        places = reader.facts("planned", _PLANNED.person.in_(there)).join(
            plans.select("act", "plan"), on="act", how="left", maintain_order="left"
        )
        prints = reader.facts("prints", _PRINTS.person.in_(there))
        cards = [_on_sheets(places, plans, day) for day in sorted(days)]
        return cls(
            folder=folder,
            plans=plans,
            cards=_with_states(pl.concat(cards), places, prints),
            void=reader.facts("voids").select("plan", "day", "printer"),
        )

    def listed(self) -> list[Sheet]:
        """Return the sheets, by day, plan and printer."""
        kinds = ("printed", "spoilt", "unprinted", "open", "unknown")
        counted = (
            self.cards.group_by("day", "plan", "printer")
            .agg(
                cards=pl.len(),
                **{kind: (pl.col("state") == kind).sum() for kind in kinds},
            )
            .join(
                self.void.with_columns(void=pl.lit(value=True)),
                on=["day", "plan", "printer"],
                how="left",
            )
            .with_columns(pl.col("void").fill_null(value=False))
            .sort("day", "plan", "printer")
        )
        paths = dict(self.plans.select("plan", "path").iter_rows())
        stems = {
            plan: _stems(self.folder.path / paths[plan])
            for plan in counted["plan"].unique()
        }
        return [
            Sheet(path=_file(self.folder.path / paths[plan], day, stem), **row)
            for row in counted.iter_rows(named=True)
            for plan, day in [(row["plan"], row["day"])]
            for stem in [stems[plan].get(row["printer"])]
        ]


def _on_sheets(places: pl.DataFrame, plans: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return who stands on each sheet of a day: person, plan, day, printer.

    On those of the last morning up to that day everybody does whose place was there
    when its plan was made; on those of a later plan of the day whom that plan put
    there.
    """
    is_first = pl.col("path").str.ends_with(pl.col("start").dt.to_string("iso"))
    mornings = plans.filter(is_first, pl.col("start") <= day).sort("start", "act")
    base = mornings.tail(1)
    rest = plans.filter(~is_first, start=day)
    columns = ("person", "plan", "day", "printer")
    sheets = []
    for act, plan in base.select("act", "plan").iter_rows():
        then = places.filter(pl.col("act") <= act)
        then = then.unique("person", keep="last", maintain_order=True)
        sheets.append(then.with_columns(plan=pl.lit(plan, pl.Int64)))
    sheets += [places.filter(act=act) for act in rest["act"]]
    none = places.clear().select(columns)
    return pl.concat([none, *(s.filter(day=day).select(columns) for s in sheets)])


def _with_states(
    cards: pl.DataFrame, places: pl.DataFrame, prints: pl.DataFrame
) -> pl.DataFrame:
    """Add what is known of each card on its sheet.

    A word without a sheet is about that of its day.
    """
    given = places.unique("person", keep="last", maintain_order=True)
    results = last_words(prints, given)
    unknown = silent(given.rename({"act": "given_by"}), results)
    sheet = pl.col("plan").fill_null(pl.col("plan").max().over("person", "day"))
    words = prints.with_columns(sheet=sheet)
    own = ["person", "day", "plan"]
    numbered = cards.with_row_index("at")
    said = (
        numbered.join(words.drop("plan", "printer"), on=["person", "day"])
        .filter(pl.col("sheet").fill_null(pl.col("plan")) == pl.col("plan"))
        .sort("act", "row")
        .unique("at", keep="last")
        .select("at", said="result")
    )
    # A place is on the sheets of the newest plan of its day that holds it.
    newest = numbered.group_by("person", "day").agg(pl.col("plan").max())
    silent_now = unknown.select("person", "day").join(newest, on=["person", "day"])
    last = results.select("person", last="result")
    return (
        numbered.join(said, on="at", how="left", maintain_order="left")
        .join(
            silent_now.with_columns(silent=pl.lit(value=True)),
            on=own,
            how="left",
            maintain_order="left",
        )
        .join(last, on="person", how="left", maintain_order="left")
        .with_columns(
            state=pl.when(pl.col("silent").is_not_null())
            .then(pl.lit("unknown"))
            .when(pl.col("said") != "open")
            .then("said")
            .when(pl.col("said") == "open")
            .then("last")
            .otherwise(pl.lit("unprinted"))
        )
        .select(*cards.columns, "state")
    )


def _stems(plan: Path) -> dict[str, str]:
    """Return the names of a plan's sheets by printer; none where it is not there."""
    file = plan / "plan.csv"
    if not file.is_file():
        return {}
    printers = pl.scan_csv(file, infer_schema=False).select("printer").unique()
    return file_stems(printers.collect()["printer"])


def _file(plan: Path, day: date, stem: str | None) -> Path | None:
    """Return the file of a sheet; None where it is not there."""
    if stem is None:
        return None
    files = (plan / BATCHES / day.isoformat() / f"{stem}{e}" for e in (".xlsx", ".csv"))
    return next((file for file in files if file.is_file()), None)


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
    return late.filter(~pl.col("application_id").is_in(ids.implode())).with_columns(
        is_new=~pl.col("application_id").is_in(older["application_id"].implode())
    )


def _late(plan: Path | None) -> pl.DataFrame:
    """Return the slipped.csv of a plan; empty where it has none."""
    file = None if plan is None else plan / "slipped.csv"
    if file is None or not file.is_file():
        return pl.DataFrame(schema=SLIPPED)
    return pl.read_csv(file, schema=SLIPPED)
