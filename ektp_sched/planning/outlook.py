"""A look ahead from a start, before anything is planned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from ektp_sched.office import Notice, calendar, capacity
from ektp_sched.rules import RULES
from ektp_sched.rules.calendar import LONGEST_HORIZON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.arrays import Ints
    from ektp_sched.backlog import Backlog
    from ektp_sched.office import Office

OUTLOOK_DAYS: Final = 30
"""Calendar days that ranked and due-dated cases should not fill; and a start
that many days after the last record is likely a mistake."""


def outlook(backlog: Backlog, office: Office, start: date) -> tuple[Notice, ...]:
    """Return what a planner should know of a start.

    That is what `start_notices` says; ``no-capacity-ahead`` with start and days where
    nothing can be printed for 30 days; what the calendar says for as long as the
    backlog needs by the office's total capacity; and what `starvation` and
    `supplies_short` say.  A calendar that ends before there could be a plan is refused.
    """
    left = date.max.toordinal() - start.toordinal() + 1
    filled = np.cumsum(_daily(office, start, min(LONGEST_HORIZON, left)))
    needed = int(np.searchsorted(filled, backlog.planned)) + 1
    days = needed if needed <= len(filled) else min(OUTLOOK_DAYS, left)
    notices = start_notices(backlog, office, start)
    if not filled[:OUTLOOK_DAYS][-1]:
        figures: dict[str, str | int] = {"start": start.isoformat()}
        notices.append(Notice("no-capacity-ahead", figures | {"days": OUTLOOK_DAYS}))
    notices += calendar(office, start, days).notices
    notices += starvation(backlog, office, start)
    return (*notices, *supplies_short(backlog, office, start))


def start_notices(backlog: Backlog, office: Office, start: date) -> list[Notice]:
    """Return whether a start fits the dates of the backlog and of the blanks.

    ``start-after-data`` with start, last (the latest waiting_since) and days between
    them, if more than 30; ``start-before-data`` with start and first, where nobody is
    recorded by then, else ``recorded-after-start`` with rows, row (the first), start
    and last; ``date-far-ahead`` with column, rows, row, last for dates more than ten
    years after the start; ``blanks-expired`` with card, count and expires_on for each
    stock that had expired; or nothing.
    """
    notices = [*_start_of_data(backlog, start), *_impossible(backlog, start)]
    return [*notices, *_expired(office, start)]


def _start_of_data(backlog: Backlog, start: date) -> list[Notice]:
    since = backlog.frame["waiting_since"]
    first, last = since.min(), since.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return []
    figures: dict[str, str | int] = {"start": start.isoformat()}
    days = (start - last).days
    if days > OUTLOOK_DAYS:
        figures |= {"last": last.isoformat(), "days": days}
        return [Notice("start-after-data", figures)]
    if start < first:
        return [Notice("start-before-data", figures | {"first": first.isoformat()})]
    return []


def _impossible(backlog: Backlog, start: date) -> Iterator[Notice]:
    """Notice dates that can be read, and cannot be meant."""

    def counted(column: str, late: pl.Series) -> dict[str, str | int]:
        figures = {"rows": int(late.sum()), "row": backlog.first_row(late)}
        return figures | {"last": str(backlog.frame[column].filter(late).max())}

    since, begin = backlog.frame["waiting_since"], start.isoformat()
    recorded = since <= start
    if recorded.any() and not recorded.all():
        figures = counted("waiting_since", ~recorded)
        yield Notice("recorded-after-start", {**figures, "start": begin})
    if start.toordinal() + LONGEST_HORIZON > date.max.toordinal():
        return
    for column in ("ready_on", "due_on", "promised_on", "pinned_on"):
        far = backlog.frame[column] > start + timedelta(days=LONGEST_HORIZON)
        far &= recorded
        if far.any():
            yield Notice("date-far-ahead", {"column": column, **counted(column, far)})


def _expired(office: Office, start: date) -> Iterator[Notice]:
    for name, card in office.cards.items():
        until = card.expires_on
        if card.stock and until is not None and until < start:
            figures: dict[str, str | int] = {"card": name, "count": card.stock}
            figures |= {"expires_on": until.isoformat(), "start": start.isoformat()}
            yield Notice("blanks-expired", figures)


def starvation(backlog: Backlog, office: Office, start: date) -> tuple[Notice, ...]:
    """Warn where ranked and due-dated cases leave nothing for the others.

    Pressure alone starves nobody; a strict rank or a due date does as soon as
    such cases fill the capacity.

    ``ranked-fill-capacity`` with count, capacity in cards and days; or nothing.
    """
    ranked = [name for name, kind in office.urgency.items() if kind.rank is not None]
    first = (
        pl.col("urgency").is_in(ranked)
        | pl.col("area").is_in(list(office.area_rank))
        | pl.col("due_on").is_not_null()
    )
    others = backlog.frame.select((~first.fill_null(value=False)).any()).item()
    count = int(backlog.frame.select(first.fill_null(value=False).sum()).item())
    left = date.max.toordinal() - start.toordinal() + 1
    room = int(_daily(office, start, min(OUTLOOK_DAYS, left)).sum())
    if not others or count <= room:
        return ()
    figures: dict[str, str | int] = {
        "count": count,
        "days": OUTLOOK_DAYS,
        "capacity": room,
    }
    return (Notice("ranked-fill-capacity", figures),)


def supplies_short(backlog: Backlog, office: Office, start: date) -> tuple[Notice, ...]:
    """Warn of what runs out within 30 days, at full work, before others come.

    As `Rule.short` says.
    """
    left = date.max.toordinal() - start.toordinal() + 1
    limits = capacity(office, start, min(OUTLOOK_DAYS, left))
    short = (rule.short(office, limits, backlog.planned) for rule in RULES)
    return tuple(notice for notices in short for notice in notices)


def _daily(office: Office, start: date, days: int) -> Ints:
    """Return the cards that all printers and servers could print on each day."""
    limits = capacity(office, start, days)
    least: Ints = np.minimum(
        limits.printer_cards.sum(axis=0), limits.server_cards.sum(axis=0)
    )
    return least if limits.total is None else np.minimum(least, limits.total)
