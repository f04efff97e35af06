"""An explanation in plain sentences, in the office's language."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from ektp_sched.output.rows import STARS
from ektp_sched.output.understood import cell_shown
from ektp_sched.output.view.records import record_words

if TYPE_CHECKING:
    from datetime import date

    from ektp_sched.output.languages import Language
    from ektp_sched.trust.explain.model import Explanation, Move, Price

_PLACES = 2
_NUMBER = re.compile(r"(\d{6})\d{10,}")


def explanation_lines(
    found: Explanation, words: Language, *, last: date | None = None
) -> list[str]:
    """Return the sentences that explain one application."""
    if found.outcome == "unknown":
        return _unknown(found, words)
    if found.outcome == "done":
        said = {"id": found.application_id, "status": found.status or "–"}
        return [words.text("explain.done", **said), words.text("explain.done-next")]
    if found.outcome == "carried":
        return _carried(found, words)
    if found.outcome == "left":
        day = _date(None if found.given is None else found.given.day)
        key = f"explain.left.{found.rule}"
        return [words.text(key, id=found.application_id, day=day)]
    if found.outcome == "held":
        status = "–" if not found.status else cell_shown(found.status, "status", words)
        said = {"id": found.application_id, "status": status}
        key = "perhaps-done" if found.rule == "status-means-done" else "held"
        lines = [words.text(f"explain.{key}{part}", **said) for part in ("", "-next")]
        return [*lines, *_given(found, words)]
    return [
        *_who(found, words, last or found.last_day),
        *_dates(found, words),
        *_records(found, words),
        *_given(found, words),
        _rule(found, words),
        *_limits(found, words),
        *_holds(found, words),
        *_supplies(found, words),
        *_idle(found, words),
        *_ahead(found, words),
        *_prices(found, words),
        *(_move(move, found, words) for move in found.moves),
    ]


def _carried(found: Explanation, words: Language) -> list[str]:
    """Return since when it is not planned, and which sheet says so."""
    told = found.carried
    if told is None:
        return []
    said = {"id": found.application_id, "day": _date(told.date)}
    source = told.source or "–"
    keys = ("carried",) if told.result == "printed" else ("open", "open-next")
    return [words.text(f"explain.{key}", source=source, **said) for key in keys]


def _given(found: Explanation, words: Language) -> list[str]:
    """Return what the plan before gave it, and why that changed."""
    given = found.given
    if given is None or given.day is None:
        return []
    place = words.text("explain.given.no-place")
    if given.printer is not None:
        place = words.text(
            "explain.given.place",
            printer=given.printer,
            batch=given.batch or "–",
            position=given.position or "–",
        )
    lines = [words.text("explain.given.day", day=given.day, place=place)]
    if given.because is None:
        if found.slot is not None:
            here = (found.slot.printer, found.slot.batch, found.slot.position)
            same = here == (given.printer, given.batch, given.position)
            lines.append(words.text(f"explain.given.{'same' if same else 'same-day'}"))
        return lines
    because = words.text(f"explain.given.{given.because}")
    if given.days is None:
        key = "explain.given.not-now"
    else:
        key = "explain.given.sooner" if given.days < 0 else "explain.given.later"
    days = abs(given.days or 0)
    return [*lines, words.text(key, count=days, because=because)]


def _unknown(found: Explanation, words: Language) -> list[str]:
    # What was asked for may be a person's number, which no message repeats whole.
    said = _NUMBER.sub(rf"\1{STARS}", found.application_id)
    lines = [words.text("explain.unknown", id=said)]
    if found.hint is not None:
        lines.append(words.text("explain.hint", hint=found.hint))
    elif found.rejected:
        lines.append(words.text("explain.rejected", count=found.rejected))
    return lines


def _who(found: Explanation, words: Language, last: date | None) -> list[str]:
    lines = [
        words.text(
            "explain.who",
            id=found.application_id,
            urgency=found.urgency or "–",
            since=_date(found.waiting_since),
            count=found.target_days or 0,
        )
    ]
    if (slot := found.slot) is None:
        lines.append(words.text("explain.unprinted", day=_date(last)))
        return lines
    lines.append(
        words.text(
            "explain.printed",
            day=words.long_date(slot.day),
            printer=slot.printer,
            server=slot.server,
            batch=slot.batch,
            position=slot.position,
        )
    )
    if found.shifts:
        key = "explain.only-shift" if found.only_shift else "explain.shift"
        lines.append(words.text(key, shifts=", ".join(found.shifts)))
    pressure = words.number(slot.pressure, _PLACES)
    said = words.text("explain.waited", count=slot.wait_days, pressure=pressure)
    return [*lines, said]


def _dates(found: Explanation, words: Language) -> list[str]:
    lines = []
    day = None if found.slot is None else found.slot.day
    if (due := found.due_on) is not None:
        met = day is not None and day <= due
        open_ = day is None and found.last_day is not None and due > found.last_day
        key = "due-met" if met else "due" if open_ else "due-missed"
        lines.append(words.text(f"explain.{key}", day=due))
    if (promised := found.promised_on) is not None:
        if day is None:
            lines.append(words.text("explain.promise-open", day=promised))
        elif day <= promised:
            lines.append(words.text("explain.promise-met", day=promised))
        else:
            late = (day - promised) // timedelta(days=1)
            said = words.text("explain.promise-missed", day=promised, count=late)
            lines.append(said)
    return lines


def _records(found: Explanation, words: Language) -> list[str]:
    """Return what of its record has changed, and what is used in its place."""
    return [
        words.text(
            f"explain.record.{each.because}",
            field=words.name("field", each.field),
            **{
                name: record_words(each.field, word, words)
                for name, word in (
                    ("was", each.was),
                    ("is", each.exported),
                    ("used", each.used),
                )
            },
        )
        for each in found.records
        if each.field != "ready_on"
    ]


def _rule(found: Explanation, words: Language) -> str:
    never = found.rule == "capacity" and found.slot is None
    return words.text(
        f"explain.rule.{'capacity-never' if never else found.rule}",
        ready=_date(found.ready_on),
        pinned=_date(found.pinned_on),
    )


def _limits(found: Explanation, words: Language) -> list[str]:
    return [
        "- "
        + words.text(
            "explain.limit-line", name=limit.resource, full=limit.full, days=limit.days
        )
        for limit in found.limits
    ]


def _idle(found: Explanation, words: Language) -> list[str]:
    """Return which shifts would have made room, and what speaks against them."""
    lines = []
    for idle in found.idle:
        key = "idle" if idle.rules else "idle-by-aims"
        said = {"shift": idle.shift, "rules": ", ".join(idle.rules)}
        lines.append("- " + words.text(f"explain.{key}", day=idle.day, **said))
    return lines


def _holds(found: Explanation, words: Language) -> list[str]:
    """Return which numbers of rules, such as quotas, stand against an earlier day."""
    return [
        "- "
        + words.text("explain.hold", place=hold.place, held=hold.held, days=hold.days)
        for hold in found.holds
    ]


def _supplies(found: Explanation, words: Language) -> list[str]:
    """Return which ribbons are used up, and which blanks set aside or expired."""
    return [
        "- "
        + words.text(
            f"explain.supply.{hold.code}",
            name=hold.name or "–",
            count=hold.cards,
            day=_date(hold.day),
        )
        for hold in found.supplies
    ]


def _ahead(found: Explanation, words: Language) -> list[str]:
    if not found.printers:
        return []
    if not found.ahead:
        return [words.text("explain.ahead-none")]
    reasons = [
        "- " + words.text(f"explain.reason.{part.reason}", count=part.cards)
        for part in found.ahead
    ]
    return [words.text("explain.ahead", count=found.before), *reasons]


def _prices(found: Explanation, words: Language) -> list[str]:
    lines = []
    for key in ("more", "less"):
        for resource in dict.fromkeys(price.resource for price in found.prices):
            mine = [price for price in found.prices if price.resource == resource]
            changes = _changes(mine, words, "more" if key == "more" else "less")
            if changes:
                lines.append(
                    words.text(
                        f"explain.{key}.intro",
                        resource=resource,
                        day=mine[0].day,
                        changes=", ".join(changes),
                    )
                )
    if found.priced and found.printers and found.priced_on is not None:
        if found.closed:
            return [words.text("explain.more.closed", day=found.priced_on)]
        if not any(price.one_more for price in found.prices):
            lines.insert(0, words.text("explain.more.nothing", day=found.priced_on))
    return lines


def _changes(
    prices: list[Price], words: Language, side: Literal["more", "less"]
) -> list[str]:
    """Return what one card more or less changes, tier by tier."""
    found = []
    ranked = any(price.rank is not None for price in prices)
    for price in prices:
        change = price.one_more if side == "more" else price.one_less
        if not change:
            continue
        usual = (change < 0) == (side == "more")
        value = words.number(abs(change), _PLACES)
        if usual:
            text = words.text(f"explain.{side}.{price.tier}", value=value)
        else:
            key = "explain.more.worse" if side == "more" else "explain.less.better"
            text = words.text(key, tier=words.name("tier", price.tier), value=value)
        if ranked:
            key = "explain.more.no-rank" if price.rank is None else "explain.more.rank"
            text = words.text(key, change=text, rank=str(price.rank))
        found.append(text)
    return found


def _move(move: Move, found: Explanation, words: Language) -> str:
    unprinted = move.code == "cards" and found.slot is None
    return words.text(
        f"explain.move.{'cards-unprinted' if unprinted else move.code}",
        day=_date(move.day),
        own_day=_date(None if found.slot is None else found.slot.day),
        count=move.cards or 0,
        others=(move.cards or 1) - 1,
        own=words.number(move.own or 0, _PLACES),
        needed=words.number(move.needed or 0, _PLACES),
    )


def _date(day: date | None) -> date | str:
    return "–" if day is None else day
