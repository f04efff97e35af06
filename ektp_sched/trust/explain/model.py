"""What an explanation holds: codes and figures, no sentences."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ektp_sched.rules import HOLDING
from ektp_sched.showing import OneLine

if TYPE_CHECKING:
    from ektp_sched.trust.explain.ahead import Ahead


@dataclass(frozen=True, slots=True)
class Limit:
    """A resource on the days on which a card could have been printed earlier."""

    resource: str  # id of a printer or server, or reserve
    full: int  # days on which all its cards were used
    days: int  # days on which it worked


@dataclass(frozen=True, slots=True)
class Slot:
    """Where and when a card is printed."""

    # day, printer, server, batch, position: as in plan.csv
    day: date
    printer: str
    server: str
    batch: int
    position: int
    wait_days: int  # calendar days since the recording
    pressure: float  # on that day


@dataclass(frozen=True, slots=True)
class Given:
    """What the plan before gave a card, and why that changed."""

    day: date | None  # None: left unprinted, but no longer planned
    # printer, batch, position: None where only the day is left, its card having been on
    # an earlier sheet and not made
    printer: str | None = None
    batch: int | None = None
    position: int | None = None
    # days later than that it is printed now, negative for sooner; None if it is not
    days: int | None = None
    because: str | None = None  # as in changes.csv; None if the day is the same


@dataclass(frozen=True, slots=True)
class Carried:
    """Since when a card is printed or asked about, and which sheet or file says so."""

    result: str  # printed or open
    date: date | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Changed:
    """What of its record has changed, or is not used as the export has it."""

    # field, was, used, because: as in records.csv
    field: str
    was: str | None
    exported: str | None  # there ``is``
    used: str | None
    because: str


@dataclass(frozen=True, slots=True)
class Price:
    """What one card more or less on a resource would change, in a tier's unit."""

    # resource, day, tier, rank: as in prices.csv
    resource: str
    day: date
    tier: str
    rank: int | str | None
    # one_more, one_less: change of the tier's value; None where there is no card to
    # take away
    one_more: float | None
    one_less: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """Something that could bring an application's turn forward."""

    # cards (so many more on day, the working day before its own, would print it and all
    # of its own day, or of the unprinted, who stand before it by rank, pressure and
    # tie-break and were ready), pressure (needed, the lowest of its rank that its
    # printers print on day, above its own), free (the first day with a free place on
    # one of its printers, which only blanks or a fixed date keep from it), due (it has
    # no due date yet)
    code: str
    day: date | None = None  # the day meant, if any
    cards: int | None = None  # of the code cards
    # own, needed: pressures, of the code pressure
    own: float | None = None
    needed: float | None = None


@dataclass(frozen=True, slots=True)
class IdleShift:
    """A shift that could have made room for a card, and why it is not worked."""

    # shift, day: which, and the last such day before the card's own
    shift: str
    day: date
    # places in office.toml of the rules that leave no room for it; empty where only the
    # aims, in their order, speak against it
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleHold:
    """A number of a rule that keeps a card from an earlier day."""

    rule: str  # name of the rule in office.toml, such as quotas
    place: str  # the number's place in office.toml, with its id if it has one
    # days on which the card could not be printed, or could not change places with one
    # that comes behind it, without breaking it
    held: int
    days: int  # days before its own on which it could otherwise have been printed


@dataclass(frozen=True, slots=True)
class SupplyHold:
    """What printing uses up, and a card lacks on each earlier day with a place."""

    # ribbon (a printer's ribbons allow no card more), set-aside (blanks are left, but
    # for another class) or expired
    code: str
    name: str | None = None  # the printer, or the class
    cards: int = 0  # blanks that are set aside, or could not be used any more
    # last day on which the ribbons allow no card more; last day with a place, on which
    # so many were set aside; or last day on which they could be used
    day: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(OneLine):
    """Why an application has its day.

    Parameters
    ----------
    application_id
        As in the backlog; as asked for where it is unknown.
    outcome
        ``printed``, ``unprinted``, ``held``, ``done`` (by its status) or ``unknown``;
        after a previous plan also ``carried`` (printed on an earlier sheet, or asked
        about) or ``left`` (planned before, and gone or rejected now).
    rule
        What decides: ``first-day`` (the first on which it was possible),
        ``ready`` (the same, the record being ready only after the start),
        ``pin``, ``capacity``, ``no-ribbon``, ``no-blanks``, ``not-ready``,
        ``no-printer``, ``pinned-later``, ``status``, the reason of a rule that holds
        cards back, such as ``quota`` (a place was free, and its limits alone forbid
        it), or ``exchange`` (a place was free that the plan does not use for it).
    status
        Of a held application.
    hint
        The id that was probably meant: the same letters and digits, written
        otherwise.
    rejected
        Rejected rows of the backlog, among which an unknown id may be.
    urgency, target_days, class_rank, area_rank, card, area
        Of the application.
    waiting_since, ready_on, due_on, promised_on, pinned_on
        Its dates.
    slot
        Where it is printed.
    ahead
        Cards before it on printers that it could use, by reason.
    printers
        Those that can print it.
    limits
        What was full on the days on which it could have been printed earlier.
    prices
        Of its printer and server on its day, or on the day asked for.
    priced_on
        The day meant, where there is one.
    closed
        Whether the office does not work on that day.
    shifts
        Ids of the shifts that are worked on its day.
    only_shift
        Whether the calendar keeps that day free, so that only they open it.
    idle
        Shifts that could have made room earlier, and why they are not worked.
    holds
        Numbers of rules that hold cards back, such as quotas, that stand against
        an earlier day.
    supplies
        Ribbons used up, and blanks set aside or expired, that do.
    moves
        What could bring it forward.
    last_day
        Last day of the plan.
    priced
        Whether the plan has prices.
    given
        What the previous plan gave it; None without one, or where it gave nothing.
    carried
        What is known of it from an earlier sheet, for which it is not planned.
    records
        What of its record has changed, or is not used as the export has it.
    """

    application_id: str
    outcome: str
    rule: str | None = None
    status: str | None = None
    hint: str | None = None
    rejected: int = 0
    urgency: str | None = None
    target_days: int | None = None
    class_rank: int | None = None
    area_rank: int | None = None
    card: str | None = None
    area: str | None = None
    waiting_since: date | None = None
    ready_on: date | None = None
    due_on: date | None = None
    promised_on: date | None = None
    pinned_on: date | None = None
    slot: Slot | None = None
    ahead: tuple[Ahead, ...] = ()
    printers: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    prices: tuple[Price, ...] = ()
    shifts: tuple[str, ...] = ()
    only_shift: bool = False
    idle: tuple[IdleShift, ...] = ()
    holds: tuple[RuleHold, ...] = ()
    supplies: tuple[SupplyHold, ...] = ()
    moves: tuple[Move, ...] = ()
    last_day: date | None = None
    priced: bool = False
    priced_on: date | None = None
    closed: bool = False
    given: Given | None = None
    carried: Carried | None = None
    records: tuple[Changed, ...] = ()

    @property
    def before(self) -> int:
        """Cards that stand before it."""
        return sum(part.cards for part in self.ahead)

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON; dates are text."""
        plain = _plain(asdict(self))
        assert isinstance(plain, dict)
        by_rule = {
            rule.name: [
                {rule.reason: hold.place, "held": hold.held, "days": hold.days}
                for hold in self.holds
                if hold.rule == rule.name
            ]
            for rule in HOLDING
        }
        del plain["holds"]
        for name in ("given", "carried", "records"):
            if not plain[name]:
                del plain[name]
        for record in plain.get("records", ()):
            record["is"] = record.pop("exported")
        return {**plain, **by_rule, "before": self.before}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
