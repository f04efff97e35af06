"""The rest of a day: after a jam, or for an emergency at noon.

Everybody on a working machine's sheet stays there.  Who stood on the sheet of a stopped
one, and who is new, is planned from this day on, into what the machines have left of
it: what they can do, less what was printed, less who stands on sheets that still hold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from ektp_sched.backlog.prints import STANDING, UNPRINTED
from ektp_sched.days.committed import finish, last_plan
from ektp_sched.days.folder import newest_export
from ektp_sched.days.signature import Signature
from ektp_sched.days.supplies import office_of, used
from ektp_sched.documents import Status
from ektp_sched.documents.reading import load
from ektp_sched.documents.seal import DONE_FILE
from ektp_sched.errors import UsageError
from ektp_sched.ledger import refs_of
from ektp_sched.morning.basis import Basis, basis_of, made_of
from ektp_sched.morning.intake import read_export, refuse_later, take_in
from ektp_sched.morning.morning import (
    ATTEMPTS,
    filled_and_void,
    morning_of,
    others_record,
)
from ektp_sched.morning.plans import put_plan
from ektp_sched.office import Outage, calendar, capacity
from ektp_sched.output.batches import file_stems
from ektp_sched.output.tables import csv_bytes
from ektp_sched.rules import HOLDING
from ektp_sched.rules.capacity import day_shares
from ektp_sched.words import said, typed
from ektp_sched.yesterday.filled import marked_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike

    from ektp_sched.arguments import Progress
    from ektp_sched.days.folder import OfficeFolder
    from ektp_sched.documents import Plan, SavedPlan
    from ektp_sched.documents.entries import ShiftUse
    from ektp_sched.ledger import Reader
    from ektp_sched.ledger.state import State
    from ektp_sched.morning.morning import Morning
    from ektp_sched.office import Office, Server
    from ektp_sched.yesterday.reconcile import GoneChoice, OpenChoice


_ID: Final = "application_id"

_LOOKED_AT: Final = (
    *(_ID, "waiting_since", "ready_on", "urgency", "due_on", "card", "area"),
    *("recorded_at", "pinned_on"),
)
"""What of a person decides when the card is printed, but for the date told."""

_YEAR: Final = 366


@dataclass(frozen=True, slots=True)
class Rest:
    """What came of planning the rest of a day.

    Parameters
    ----------
    day
        That day.
    morning
        The plan from this day on and all that goes with it; None where there is nothing
        to do.
    voids
        Sheets that no longer count: plan, day, printer, cards (of those not printed).
    stay
        How many stand on sheets of this day that still hold.
    again
        How many are planned who stood on a void sheet, are new, or have changed, or
        whose card was spoilt or not printed.
    uncounted
        Rules that hold over a day, as office.toml calls them, which count the cards of
        this plan alone and not those of the day's other sheets.
    """

    day: date
    morning: Morning | None
    voids: pl.DataFrame
    stay: int
    again: int
    uncounted: tuple[str, ...] = ()

    @property
    def today(self) -> int:
        """Return how many the plan prints on its first day."""
        if self.morning is None:
            return 0
        return self.morning.plan.assignments.filter(pl.col("day") == self.day).height


@dataclass(frozen=True, slots=True)
class _Day:
    """The sheets of a day, and what became of their cards so far.

    Parameters
    ----------
    plans
        By number.
    rows
        person, application_id, card, printer, server, plan (number): the one place of
        everybody on the day's sheets.
    standing
        Of those, who has neither card nor mishap yet.
    used
        The cards printed or spoilt on the day; see `ektp_sched.days.supplies.used`.
    shifts
        Those that are worked on the day.
    """

    plans: Mapping[int, SavedPlan]
    rows: pl.DataFrame
    standing: pl.DataFrame
    used: pl.DataFrame
    shifts: tuple[ShiftUse, ...]

    @classmethod
    def of(cls, folder: OfficeFolder, reader: Reader, state: State, day: date) -> _Day:
        """Read the plans of a day."""
        numbers = {act.plan for act in reader.acts("plan", "adopt")}
        plans = {
            each.number: load(each.path)
            for each in folder.plans()
            if each.day == day and each.number in numbers
        }
        sheets = [
            plan.assignments.filter(pl.col("day") == day)
            .select(_ID, "printer", "server", plan=pl.lit(number, pl.Int64))
            .join(plan.backlog.frame.select(_ID, "card"), on=_ID)
            for number, plan in plans.items()
        ]
        rows = pl.concat(sheets).unique(_ID, keep="last", maintain_order=True)
        rows = rows.with_columns(person=refs_of(state.people, rows[_ID]))
        prints = used(reader, day).filter(pl.col("day") == day)
        uses = [use for plan in plans.values() for use in plan.shifts]
        return cls(
            plans=plans,
            rows=rows,
            standing=rows.join(state.standing(day), on="person", how="semi"),
            used=prints,
            shifts=tuple({use.shift: use for use in uses if use.day == day}.values()),
        )


def rest(
    folder: OfficeFolder,
    *,
    on: date | None = None,
    export: str | PathLike[str] | None = None,
    left: Decimal | int = 1,
    open: OpenChoice | None = None,  # noqa: A002 (the option's name)
    gone: GoneChoice = "ask",
    by: str | None = None,
    days: int | None = None,
    max_rejects: float = 0.01,
    heads: Sequence[str] = (),
    lang: str | None = None,
    report: bool = True,
    progress: Progress | None = None,
) -> Rest:
    """Take in the newest export and plan what is left of today.

    Parameters
    ----------
    folder
        Where the office lives; see `ektp_sched.days.open_office`.
    on, export, open, gone, by, days, max_rejects, heads, lang, report, progress
        As of `ektp_sched.morning.today`.
    left
        Part of what is left of the day that can still be used, 0 to 1, exact: hours may
        be lost.

    Returns
    -------
    Rest
        Its plan is written, if there is anything to plan.

    Raises
    ------
    ektp_sched.errors.AskedError
        Only the office can say how to go on.
    ektp_sched.errors.InputError
        A file, folder or ledger is not what it should be.
    ektp_sched.errors.UsageError
        An argument is out of its range, or no sheets of today are there yet.
    """
    share = Fraction(left)
    if not 0 <= share <= 1:
        message = said(
            "left is {value}; it must be from 0 to 1",
            "left berisi {value}; seharusnya dari 0 sampai 1",
            value=str(left),
        )
        raise UsageError(message)
    signature = Signature.of(by, on)
    finish(folder)
    _refuse_first(folder, signature.day)
    path = newest_export(folder) if export is None else Path(export)
    refuse_later(folder, signature, heads, open)
    backlog = read_export(folder, path, signature.day, max_rejects)
    imported = take_in(folder, backlog, signature, open=open, gone=gone)
    for _ in range(ATTEMPTS):
        basis = basis_of(folder, backlog, signature.day)
        with folder.ledger.reading() as reader:
            if reader.number != basis.state.number:
                continue
            day = _Day.of(folder, reader, basis.state, signature.day)
            voids, stay = _stopped(day, basis.office, signature.day)
            _ask_for_sheets(day, voids)
            cards = _cards(stay, signature.day)
            office = office_of(folder.office, reader, signature.day, cards)
        horizon = days or basis.days
        basis = replace(
            basis,
            office=_what_is_left(office, day, stay, signature.day, share, horizon),
            files=_files(basis, day, stay, signature.day),
        )
        made = made_of(folder, basis, signature.day, horizon, progress)
        again = _again(made, basis.previous)
        came = Rest(signature.day, None, voids, stay.height, again)
        if not again:
            return came
        place = None
        if made.status in (Status.OPTIMAL, Status.FEASIBLE):
            put = put_plan(
                folder,
                made,
                basis.state,
                signature,
                lang=lang,
                beside=basis.files,
                voids=voids.drop("cards"),
                stay=stay["person"],
                report=report,
            )
            if put is None:
                continue
            place, made = put
        return replace(
            came,
            morning=morning_of(made, place, path, imported, None, basis),
            uncounted=_uncounted(office, day, stay),
        )
    raise others_record(folder)


def _refuse_first(folder: OfficeFolder, day: date) -> None:
    """Refuse a day of which there are no sheets yet."""
    last = None
    if folder.ledger.exists:
        with folder.ledger.reading() as reader:
            last = last_plan(folder, reader)
    if last is None or last.day < day:
        message = said(
            "there are no sheets of {day} yet; make them first{how}",
            "belum ada lembar untuk {day}; buat dahulu{how}",
            how=typed(" with `ektp-sched today`", " dengan `ektp-sched today`"),
            day=str(day),
        )
        raise UsageError(message)


def _ask_for_sheets(day: _Day, voids: pl.DataFrame) -> None:
    """Ask for sheets that are void, were filled in, and are not recorded.

    They are not read without a word: on a sheet that is half done an empty box is no
    print yet.
    """
    for number, on, printer, _ in voids.iter_rows():
        sheet = day.rows.filter(plan=number, printer=printer)
        if sheet.join(day.used, on="person", how="semi").height:
            continue
        plan = day.plans[number]
        stems = file_stems(plan.assignments["printer"].unique())
        for path in marked_in(plan):
            if path.parent.name == str(on) and path.stem == stems[printer]:
                raise filled_and_void(path)


def _stopped(day: _Day, office: Office, on: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sheets that cannot be printed as they stand, and who stays on others.

    A sheet is void as a whole if one of its cards has no printer or no server left.
    """
    most = _cards_of(office, on, day.shifts)
    works = [name for name, cards in most.items() if cards]
    standing = day.standing.with_columns(
        works=pl.col("printer").is_in(works) & pl.col("server").is_in(works)
    ).with_columns(holds=pl.col("works").all().over("plan", "printer"))
    voids = (
        standing.filter(~pl.col("holds"))
        .group_by("plan", "printer")
        .agg(cards=pl.len().cast(pl.Int64))
        .sort("plan", "printer")
        .select("plan", pl.lit(on, pl.Date).alias("day"), "printer", "cards")
    )
    return voids, standing.filter("holds").select(day.standing.columns)


def _cards_of(office: Office, on: date, shifts: Sequence[ShiftUse]) -> dict[str, int]:
    """Return what each printer and server can do on a day with the shifts worked."""
    known = {shift.id for shift in office.shifts}
    uses = [(use.shift, 0) for use in shifts if use.shift in known]
    here = capacity(office, on, 1, uses)
    cards = np.concatenate([here.printer_cards, here.server_cards])[:, 0].tolist()
    return dict(zip((*here.printers, *here.servers), cards, strict=True))


def _cards(stay: pl.DataFrame, on: date) -> pl.DataFrame:
    """Return whoever stays as cards that will be printed."""
    return stay.select(
        "person",
        pl.lit(on, pl.Date).alias("day"),
        "printer",
        "card",
        pl.lit("printed").alias("result"),
    )


def _taken(office: Office, day: _Day, stay: pl.DataFrame, on: date) -> Counter[str]:
    """Return how many cards of each printer and server are printed or spoken for.

    Who was printed beside the sheets, or on another printer, took a card of a server of
    that printer: of the one with the most left.
    """
    sheets = day.rows.select("person", "printer", "server")
    done = day.used.join(
        sheets, on=["person", "printer"], how="left", maintain_order="left"
    ).select("printer", "server")
    rows = pl.concat([stay.select("printer", "server"), done])
    taken: Counter[str] = Counter()
    for name in ("printer", "server"):
        counts = rows[name].drop_nulls().value_counts()
        taken.update(dict(counts.iter_rows()))
    most = _cards_of(office, on, day.shifts)
    reach = {p.id: p.servers for p in office.printers}
    every = [server.id for server in office.servers]
    beside = rows.filter(pl.col("server").is_null())["printer"].value_counts()
    for printer, cards in beside.sort("printer").iter_rows():
        servers = reach.get(printer) or every
        taken[max(servers, key=lambda name: most[name] - taken[name])] += cards
    return taken


def _what_is_left(
    office: Office,
    day: _Day,
    stay: pl.DataFrame,
    on: date,
    share: Fraction,
    horizon: int,
) -> Office:
    """Return the office in which this day has only what is left of it.

    An outage of the day says so, of each printer and server: its share, times what the
    machine could do, is rounded down to the number of cards that are left.
    """
    most = _cards_of(office, on, day.shifts)
    taken = _taken(office, day, stay, on)
    rules = office.calendar
    if day.shifts and not calendar(office, on, 1).open[0]:
        rules = rules.model_copy(
            update={
                "open": tuple(sorted({*rules.open, on})),
                "closed": tuple(each for each in rules.closed if each != on),
            }
        )
    opened = office.model_copy(update={"calendar": rules})
    outages = []
    for machine in (*office.printers, *office.servers):
        cards = floor(max(most[machine.id] - taken[machine.id], 0) * share)
        whole = _whole(opened, machine, on)
        if cards < floor(whole):
            outages.append(
                Outage.model_validate(
                    {
                        "resource": machine.id,
                        "from": on,
                        "to": on,
                        "share": share_for(cards, whole),
                    }
                )
            )
    return opened.model_copy(
        update={
            "outages": (*office.outages, *outages),
            **_shifts_left(office, day.shifts, on, horizon),
        }
    )


def _whole(office: Office, machine: Server, on: date) -> Fraction:
    """Return what a machine can do on a day, exactly, without any shift."""
    (share,) = day_shares(office, machine, on, calendar(office, on, 1).open) or (0,)
    return Fraction(machine.cards_per_day) * share


def share_for(cards: int, whole: Fraction) -> Decimal:
    """Return the share of what a machine can do that is exactly so many cards.

    Parameters
    ----------
    cards
        From 0 to ``whole``.
    whole
        What it can do, above 0.

    Returns
    -------
    decimal.Decimal
        The least of its many places for which ``floor(whole * share) == cards``.
    """
    places = len(str(floor(whole))) + 1
    parts = ceil(cards * 10**places / whole)
    return Decimal(parts).scaleb(-places)


def _shifts_left(
    office: Office, worked: Sequence[ShiftUse], on: date, horizon: int
) -> dict[str, Any]:
    """Return the shifts that may still be decided, and the budget that is left.

    Those of this day were decided in the morning: they are paid for, and no more.
    """
    if not office.shifts:
        return {}
    last = on + timedelta(days=max(horizon, _YEAR))
    used = {use.shift: use.cost_idr for use in worked}
    shifts = [s.after(on, last, used=s.id in used) for s in office.shifts]
    budget = office.budget
    if budget is not None:
        rupiah = max(budget.idr - sum(used.values()), 0)
        budget = budget.model_copy(update={"idr": rupiah})
    return {"shifts": tuple(s for s in shifts if s is not None), "budget": budget}


def _files(basis: Basis, day: _Day, stay: pl.DataFrame, on: date) -> dict[str, bytes]:
    """Return the files of a plan with who stands where, and who no longer does."""
    words = pl.read_csv(basis.files[DONE_FILE], infer_schema=False)
    left = day.standing.join(stay, on=_ID, how="anti")
    new = pl.concat(
        [
            stay.select(_ID, result=pl.lit(STANDING)),
            left.select(_ID, result=pl.lit(UNPRINTED)),
        ]
    ).with_columns(printed_at=pl.lit(str(on)))
    whole = pl.concat([words.join(new, on=_ID, how="anti"), new], how="diagonal")
    return {**basis.files, DONE_FILE: csv_bytes(whole.sort(_ID))}


def _again(made: Plan, previous: Plan | None) -> int:
    """Return how many are planned who stood on a sheet, are new, or have changed."""
    assert previous is not None  # there are sheets of this day
    frame = made.backlog.frame.select(_LOOKED_AT)
    before = previous.backlog.frame.select(_LOOKED_AT)
    other = frame.join(before, on=_LOOKED_AT, how="anti", nulls_equal=True)
    sheets = previous.assignments.filter(pl.col("day") == made.start)
    stood = frame.join(sheets, on=_ID, how="semi")
    return pl.concat([other, stood])[_ID].n_unique()


def _uncounted(office: Office, day: _Day, stay: pl.DataFrame) -> tuple[str, ...]:
    """Return the rules that do not know of the cards of the day's other sheets."""
    if not (stay.height or day.used.height):
        return ()
    return tuple(
        f"{rule.name}[{number}]"
        for rule in HOLDING
        for number, _ in enumerate(getattr(office, rule.name), 1)
    )
