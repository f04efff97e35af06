"""The sheets of some days at an office, card by card: what is known of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl
import sqlalchemy as sa

from ektp_sched.documents.seal import BATCHES
from ektp_sched.ledger.state import last_words, silent
from ektp_sched.ledger.tables import FACTS, PERSONAL
from ektp_sched.output.batches import file_stems

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from ektp_sched.days.folder import OfficeFolder, PlanFolder
    from ektp_sched.ledger import Act, Reader

CARDS: Final = {
    "batch": pl.Int64(),
    "position": pl.Int64(),
    "application_id": pl.String(),
    "state": pl.String(),
}
"""Columns of `cards_on`."""

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
    paper
        How often it was printed on paper.
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
    paper: int


def unsettled_days(reader: Reader, acts: Mapping[int, Act], day: date) -> set[date]:
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
class Sheets:
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
    ) -> Sheets:
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

    def listed(self, on_paper: Mapping[tuple[int, date, str], int]) -> list[Sheet]:
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
            Sheet(
                path=_file(self.folder.path / paths[plan], day, stem),
                paper=on_paper.get((plan, day, printer), 0),
                **row,
            )
            for row in counted.iter_rows(named=True)
            for plan, day, printer in [(row["plan"], row["day"], row["printer"])]
            for stem in [stems[plan].get(printer)]
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


def sheet_file(plan: Path, day: date, printer: str) -> Path | None:
    """Return the file of a printer's sheet in a plan's folder; None for none."""
    return _file(plan, day, _stems(plan).get(printer))


def cards_on(
    folder: OfficeFolder, reader: Reader, plan: int, day: date, printer: str
) -> pl.DataFrame:
    """Return the cards of one sheet, in its order, and what is known of each.

    Parameters
    ----------
    folder, reader
        The office, and its ledger.
    plan, day, printer
        Which sheet.

    Returns
    -------
    polars.DataFrame
        The columns of `CARDS`; ``state`` as `Sheet` counts it, null of somebody who was
        forgotten.  No row where there is no such sheet.
    """
    acts = {act.number: act for act in reader.acts()}
    sheets = Sheets.of(folder, reader, acts, {day})
    own = sheets.cards.filter(plan=plan, day=day, printer=printer)
    paths = dict(sheets.plans.select("plan", "path").iter_rows())
    if own.is_empty() or plan not in paths:
        return pl.DataFrame(schema=CARDS)
    query = sa.select(PERSONAL.c.ref, PERSONAL.c.text).where(
        PERSONAL.c.ref.in_(own["person"].to_list())
    )
    rows = [tuple(row) for row in reader.connection.execute(query)]
    schema = {"person": pl.Int64, "application_id": pl.String}
    known = own.join(pl.DataFrame(rows, schema=schema, orient="row"), on="person")
    kinds = {name: kind for name, kind in CARDS.items() if name != "state"}
    return (
        pl.scan_csv(folder.path / paths[plan] / "plan.csv", infer_schema=False)
        .filter(pl.col("day") == day.isoformat(), pl.col("printer") == printer)
        .select(pl.col(name).cast(kind) for name, kind in kinds.items())
        .collect()
        .join(
            known.select("application_id", "state"),
            on="application_id",
            how="left",
            maintain_order="left",
        )
    )


def sheets_ahead(plan: PlanFolder) -> tuple[date, list[str]] | None:
    """Return the next day that a plan prints after its own, and on which printers."""
    rows = pl.scan_csv(plan.path / "plan.csv", infer_schema=False)
    later = rows.filter(pl.col("day") > plan.day.isoformat())
    days = later.select("day", "printer").unique().sort("day", "printer").collect()
    if days.is_empty():
        return None
    day = days["day"][0]
    return date.fromisoformat(day), days.filter(day=day)["printer"].to_list()
