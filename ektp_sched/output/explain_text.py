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
    explanation: Explanation, words: Language, *, last: date | None = None
) -> list[str]:
    """Return the sentences that explain one application."""
    if explanation.outcome == "unknown":
        return _unknown(explanation, words)
    if explanation.outcome == "done":
        said = {"id": explanation.application_id, "status": explanation.status or "–"}
        return [words.text("explain.done", **said), words.text("explain.done-next")]
    if explanation.outcome == "carried":
        return _carried(explanation, words)
    if explanation.outcome == "left":
        day = _date(None if explanation.given is None else explanation.given.day)
        key = f"explain.left.{explanation.rule}"
        return [words.text(key, id=explanation.application_id, day=day)]
    if explanation.outcome == "held":
        status = (
            "–"
            if not explanation.status
            else cell_shown(explanation.status, "status", words)
        )
        said = {"id": explanation.application_id, "status": status}
        key = "perhaps-done" if explanation.rule == "status-means-done" else "held"
        lines = [words.text(f"explain.{key}{part}", **said) for part in ("", "-next")]
        return [*lines, *_given(explanation, words)]
    return [
        *_who(explanation, words, last or explanation.last_day),
        *_dates(explanation, words),
        *_records(explanation, words),
        *_given(explanation, words),
        _rule(explanation, words),
        *_limits(explanation, words),
        *_holds(explanation, words),
        *_supplies(explanation, words),
        *_idle(explanation, words),
        *_ahead(explanation, words),
        *_prices(explanation, words),
        *(_move(move, explanation, words) for move in explanation.moves),
    ]


def _carried(explanation: Explanation, words: Language) -> list[str]:
    """Return since when it is not planned, and which sheet says so."""
    told = explanation.carried
    if told is None:
        return []
    said = {"id": explanation.application_id, "day": _date(told.date)}
    source = told.source or "–"
    keys = ("carried",) if told.result == "printed" else ("open", "open-next")
    return [words.text(f"explain.{key}", source=source, **said) for key in keys]


def _given(explanation: Explanation, words: Language) -> list[str]:
    """Return what the plan before gave it, and why that changed."""
    given = explanation.given
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
        if explanation.slot is not None:
            here = (
                explanation.slot.printer,
                explanation.slot.batch,
                explanation.slot.position,
            )
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


def _unknown(explanation: Explanation, words: Language) -> list[str]:
    # What was asked for may be a person's number, which no message repeats whole.
    said = _NUMBER.sub(rf"\1{STARS}", explanation.application_id)
    lines = [words.text("explain.unknown", id=said)]
    if explanation.hint is not None:
        lines.append(words.text("explain.hint", hint=explanation.hint))
    elif explanation.rejected:
        lines.append(words.text("explain.rejected", count=explanation.rejected))
    return lines


def _who(explanation: Explanation, words: Language, last: date | None) -> list[str]:
    lines = [
        words.text(
            "explain.who",
            id=explanation.application_id,
            urgency=explanation.urgency or "–",
            since=_date(explanation.waiting_since),
            count=explanation.target_days or 0,
        )
    ]
    if (slot := explanation.slot) is None:
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
    if explanation.shifts:
        key = "explain.only-shift" if explanation.only_shift else "explain.shift"
        lines.append(words.text(key, shifts=", ".join(explanation.shifts)))
    pressure = words.number(slot.pressure, _PLACES)
    said = words.text("explain.waited", count=slot.wait_days, pressure=pressure)
    return [*lines, said]


def _dates(explanation: Explanation, words: Language) -> list[str]:
    lines = []
    day = None if explanation.slot is None else explanation.slot.day
    if (due := explanation.due_on) is not None:
        met = day is not None and day <= due
        open_ = (
            day is None
            and explanation.last_day is not None
            and due > explanation.last_day
        )
        key = "due-met" if met else "due" if open_ else "due-missed"
        lines.append(words.text(f"explain.{key}", day=due))
    if (promised := explanation.promised_on) is not None:
        if day is None:
            lines.append(words.text("explain.promise-open", day=promised))
        elif day <= promised:
            lines.append(words.text("explain.promise-met", day=promised))
        else:
            late = (day - promised) // timedelta(days=1)
            said = words.text("explain.promise-missed", day=promised, count=late)
            lines.append(said)
    return lines


def _records(explanation: Explanation, words: Language) -> list[str]:
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
        for each in explanation.records
        if each.field != "ready_on"
    ]


def _rule(explanation: Explanation, words: Language) -> str:
    never = explanation.rule == "capacity" and explanation.slot is None
    return words.text(
        f"explain.rule.{'capacity-never' if never else explanation.rule}",
        ready=_date(explanation.ready_on),
        pinned=_date(explanation.pinned_on),
    )


def _limits(explanation: Explanation, words: Language) -> list[str]:
    return [
        "- "
        + words.text(
            "explain.limit-line", name=limit.resource, full=limit.full, days=limit.days
        )
        for limit in explanation.limits
    ]


def _idle(explanation: Explanation, words: Language) -> list[str]:
    """Return which shifts would have made room, and what speaks against them."""
    lines = []
    for idle in explanation.idle:
        key = "idle" if idle.rules else "idle-by-aims"
        said = {"shift": idle.shift, "rules": ", ".join(idle.rules)}
        lines.append("- " + words.text(f"explain.{key}", day=idle.day, **said))
    return lines


def _holds(explanation: Explanation, words: Language) -> list[str]:
    """Return which numbers of rules, that hold back, stand against an earlier day."""
    return [
        "- "
        + words.text("explain.hold", place=hold.place, held=hold.held, days=hold.days)
        for hold in explanation.holds
    ]


def _supplies(explanation: Explanation, words: Language) -> list[str]:
    """Return what is used up, and which blanks are set aside or expired."""
    return [
        "- "
        + words.text(
            f"explain.supply.{hold.code}",
            name=hold.name or "–",
            count=hold.cards,
            day=_date(hold.day),
        )
        for hold in explanation.supplies
    ]


def _ahead(explanation: Explanation, words: Language) -> list[str]:
    if not explanation.printers:
        return []
    if not explanation.ahead:
        return [words.text("explain.ahead-none")]
    reasons = [
        "- " + words.text(f"explain.reason.{part.reason}", count=part.cards)
        for part in explanation.ahead
    ]
    return [words.text("explain.ahead", count=explanation.before), *reasons]


def _prices(explanation: Explanation, words: Language) -> list[str]:
    lines = []
    for key in ("more", "less"):
        for resource in dict.fromkeys(price.resource for price in explanation.prices):
            prices = [
                price for price in explanation.prices if price.resource == resource
            ]
            changes = _changes(prices, words, "more" if key == "more" else "less")
            if changes:
                lines.append(
                    words.text(
                        f"explain.{key}.intro",
                        resource=resource,
                        day=prices[0].day,
                        changes=", ".join(changes),
                    )
                )
    if (
        explanation.priced
        and explanation.printers
        and explanation.priced_on is not None
    ):
        if explanation.closed:
            return [words.text("explain.more.closed", day=explanation.priced_on)]
        if not any(price.one_more for price in explanation.prices):
            lines.insert(
                0, words.text("explain.more.nothing", day=explanation.priced_on)
            )
    return lines


def _changes(
    prices: list[Price], words: Language, side: Literal["more", "less"]
) -> list[str]:
    """Return what one card more or less changes, tier by tier."""
    changes = []
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
        changes.append(text)
    return changes


def _move(move: Move, explanation: Explanation, words: Language) -> str:
    unprinted = move.code == "cards" and explanation.slot is None
    return words.text(
        f"explain.move.{'cards-unprinted' if unprinted else move.code}",
        day=_date(move.day),
        own_day=_date(None if explanation.slot is None else explanation.slot.day),
        count=move.cards or 0,
        others=(move.cards or 1) - 1,
        own=words.number(move.own or 0, _PLACES),
        needed=words.number(move.needed or 0, _PLACES),
    )


def _date(day: date | None) -> date | str:
    return "–" if day is None else day
