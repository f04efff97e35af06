"""The answer of a comparison in sentences: warning, verdict, cards, what turns it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from ektp_sched.output.report.comparison_words import millions
from ektp_sched.output.view.parts import Card, Cards
from ektp_sched.scenarios.world.laws import DATES_ONLY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.output.report.comparison_words import Words
    from ektp_sched.scenarios.compare.answer import (
        Answer,
        Edge,
        Sensitivity,
        Turn,
        Verdict,
    )
    from ektp_sched.scenarios.compare.comparison import ScenarioFigures
    from ektp_sched.scenarios.world.laws import Assumption, Question

_FIRST_TURNS: Final = 3
"""Sentences of what would turn the answer for which a first screen has room."""
_ASSUMED: Final = 3
"""Assumptions named on it."""
_LEADING: Final = (
    "per_working_day",
    "from",
    "mean_days_down",
    "mean_days_between",
    "heeded",
    "trip_cost_idr",
    "day_without_card_idr",
    "years_of_use",
    "replaced_after",
)
"""Inputs on which most hangs, by the last part of their key."""


def verdict_sentence(words: Words, verdict: Verdict) -> str:
    """Return the answer to a question in one sentence, without its full stop."""
    question = verdict.question
    by = words.say(f"verdict.by_{question.by}")
    if verdict.tie_share == 1:
        return words.say(
            "verdict.equal",
            by=by,
            name=words.label(question.choose),
            against=words.label(question.against),
            futures=_all(words, verdict),
        )
    text = _by_money if question.by == "money" else _by_days
    return words.say(
        f"verdict.{verdict.answer}",
        by=by,
        what=text(words, question, verdict),
        share=words.say(f"verdict.share_{question.by}", share=_share(words, verdict)),
    )


def against_told(words: Words) -> str:
    """Return the answer against the remedy that buys nothing; empty where unknown."""
    verdict = words.comparison.verdict_against_told
    if verdict is None:
        return ""
    return words.say(
        "verdict.against_told",
        answer=words.say(f"turn.answer.{verdict.answer}"),
        share=_percent(words, verdict.share),
    )


def _share(words: Words, verdict: Verdict) -> str:
    """Return in how many futures the chosen one is better; none, all as such."""
    count = verdict.futures or words.comparison.replications
    if verdict.share in (0, 1):
        said = _all(words, verdict, "all" if verdict.share else "none")
    else:
        percent = _percent(words, verdict.share)
        said = words.say("verdict.some", percent=percent, futures=count)
    if not verdict.tie_share:
        return said
    tie = words.say("verdict.tie", percent=_percent(words, verdict.tie_share))
    return f"{said} {tie}"


def _all(words: Words, verdict: Verdict, key: str = "all") -> str:
    count = verdict.futures or words.comparison.replications
    return words.say(f"verdict.{key}", count=count)


def _percent(words: Words, share: float) -> str:
    """Return a share that neither rounds to none nor to all."""
    enough = (places for places in range(6) if 0 < round(100 * share, places) < 100)
    return words.texts.percent(share, next(enough, 0))


def _by_money(words: Words, question: Question, verdict: Verdict) -> str:
    name = words.label(question.choose)
    against = words.label(question.against)
    if verdict.answer == "not-on-these-dates" and verdict.pays_until is not None:
        return words.say(
            "verdict.too_late",
            name=name,
            day=verdict.pays_until,
            earliest=words.say("verdict.earliest", day=verdict.earliest)
            if verdict.earliest
            else "",
        )
    if verdict.saved_idr is None or verdict.cost_idr is None:
        part = verdict.advantage.mean
        key = "verdict.ahead" if part >= 0 else "verdict.behind"
        return words.say(key, name=name, against=against, idr=rupiah(words, abs(part)))
    saved, cost = verdict.saved_idr, verdict.cost_idr
    key = "free" if not cost else "cost"
    if cost > 0:
        other = next(one for one in words.everything if one.name == question.against)
        spent = other.total_cost_idr
        # Beside what costs something itself it is the difference that is said.
        key = "costs_more" if spent is not None and spent.mean else "costs"
    return words.say(
        "verdict.saves" if saved >= 0 else "verdict.loses",
        name=name,
        against=against,
        idr=rupiah(words, abs(saved)),
        cost=words.say(
            f"verdict.{key}",
            idr=rupiah(words, abs(cost)),
        ),
    )


def _by_days(words: Words, question: Question, verdict: Verdict) -> str:
    days = verdict.advantage.mean
    sign = "more" if days >= 0 else "less"
    said = words.say(
        f"verdict.{question.by}_{sign}",
        name=words.label(question.choose),
        against=words.label(question.against),
        days=words.number(abs(days), 1 if abs(days) < 10 else 0),
    )
    sides = {question.choose, question.against}
    spreads = [one.nobody_waits_on for one in words.everything if one.name in sides]
    if question.by == "date" and any(one and one.never_share for one in spreads):
        # Of those that see no such day in this time, it is not known.
        said += words.say("verdict.capped", end=words.comparison.last_day)
    return said


def rupiah(words: Words, amount: float, places: int | None = None) -> str:
    """Return rupiah, from a million on in millions of them."""
    if abs(amount) < 1e6:
        return words.say("verdict.rupiah", idr=words.number(amount))
    short = millions(amount)
    if places is None:
        places = 1 if abs(short) < 10 else 0
    shown = words.number(short, places)
    return words.say("verdict.millions", idr=shown)


def warning_sentence(words: Words) -> str:
    """Return that blanks run out, or how far they are known; empty for neither."""
    known = next(
        (
            one.value
            for one in words.comparison.assumptions
            if one.key == "deliveries_known_until"
        ),
        None,
    )
    short = [
        (limits.share["blanks"], one.name)
        for one in words.comparison.scenarios
        if (limits := one.limits) is not None and limits.share.get("blanks", 0) > 0
    ]
    said = []
    if known is not None and str(known) < words.comparison.last_day.isoformat():
        said.append(words.say("warning.known", day=str(known)))
    if short:
        share, name = max(short, key=lambda pair: pair[0])
        said.append(
            words.say(
                "warning.short",
                name=words.label(name),
                share=words.texts.percent(share, 1),
                end=words.texts.short_date(words.comparison.last_day),
            )
        )
    return " ".join(said)


def cards_of(words: Words) -> Cards:
    """Return one card a scenario, those that the question names first."""
    asked = words.comparison.question
    names = () if asked is None else (asked.choose, asked.against)
    every = sorted(
        words.everything,
        key=lambda one: names.index(one.name) if one.name in names else len(names),
    )
    return Cards(tuple(_card(words, one) for one in every))


def _card(words: Words, scenario: ScenarioFigures) -> Card:
    queue, cleared = scenario.queue, scenario.backlog_cleared_on
    returns = ""
    if queue is not None and queue.on is not None and queue.returns_share is not None:
        key, share = "returns", queue.returns_share
        if queue.queue_days_share is not None and not queue.is_lasting:
            key, share = "mostly", queue.queue_days_share
        returns = words.say(f"card.{key}", percent=_percent(words, share))
    total = scenario.total_cost_idr
    price = (
        rupiah(words, scenario.cost_idr)
        if scenario.cost_idr
        else words.say("card.free")
    )
    if scenario.name == DATES_ONLY and not scenario.cost_idr:
        price = ""  # its name says that nothing is bought
    in_all = ""
    if total is not None and round(total.mean) != scenario.cost_idr:
        in_all = words.say("card.in_all", idr=rupiah(words, total.mean))
    figures = (
        ("nobody_waits", "" if queue is None else _on(words, queue.on), returns),
        ("cleared", "" if cleared is None else _on(words, cleared.p50), ""),
        ("longest", _middle(words, scenario, "longest_wait_days", "card.days"), ""),
        ("trips", _middle(words, scenario, "wasted_trips", "card.trips_count"), ""),
    )
    return Card(
        words.label(scenario.name),
        f"{price} {in_all}".strip(),
        words.colour(scenario.name),
        tuple(
            (words.say(f"card.{key}"), value, note)
            for key, value, note in figures
            if value
        ),
    )


def _on(words: Words, day: date | None) -> str:
    if day is None:
        end = words.texts.short_date(words.comparison.last_day)
        return words.say("card.not_by", end=end)
    return words.texts.short_date(day)


def _middle(words: Words, scenario: ScenarioFigures, field: str, key: str) -> str:
    part = getattr(scenario, field)
    return "" if part is None else words.say(key, number=words.number(part.p50))


def assumed_sentence(words: Words) -> str:
    """Return what the answer assumes, in few words; empty where nothing is."""
    assumed = [one for one in words.comparison.assumptions if one.kind != "fact"]
    leading = sorted(
        (
            one
            for one in assumed
            if one.key.rpartition(".")[2] in _LEADING
            and not one.key.startswith("held")
            and ".office." not in one.key
        ),
        key=lambda one: _LEADING.index(one.key.rpartition(".")[2]),
    )
    named = [_briefly(words, one) for one in leading[:_ASSUMED]]
    rest = len(assumed) - len(named)
    if rest:
        named.append(words.say("assumed.more", count=rest))
    return "; ".join(named)


def _briefly(words: Words, assumption: Assumption) -> str:
    parts = assumption.key.split(".")
    # A resource's id may have dots.
    name, place = parts[-1], {"breakdowns": 1, "scenarios": 3}.get(parts[0], -1)
    resource = ".".join(parts[place:-1])
    value = words.input_value(assumption.value)
    if isinstance(assumption.value, dict):
        ends = tuple(assumption.value.values())
        value = words.input_value({"low": ends[0], "high": ends[-1]})
    if isinstance(assumption.value, int | float) and name == "heeded":
        value = words.texts.percent(assumption.value, 1)
    return words.say(f"assumed.{name}", value=value, resource=resource)


# --- what would turn it -------------------------------------------------------------


def first_turns(words: Words) -> tuple[str, ...]:
    """Return what would turn the answer, as a first screen has room.

    Arrivals stand first in any case, as everything hangs on them; then those nearest
    to what the scenarios have.
    """
    moved = [turn for turn in words.comparison.turns if turn.state != "no-input"]
    moved.sort(
        key=lambda turn: (
            turn.input != "arrivals",
            turn.state != "edges",
            _distance(words, turn),
        )
    )
    return tuple(turn_sentence(words, turn) for turn in moved[:_FIRST_TURNS])


def turn_sentences(words: Words) -> tuple[str, ...]:
    """Return what would turn the answer, input by input; edges first."""
    moved = [turn for turn in words.comparison.turns if turn.state != "no-input"]
    moved.sort(key=lambda turn: turn.state != "edges")
    return (*(turn_sentence(words, turn) for turn in moved), *_not_moved(words))


def _not_moved(words: Words) -> Iterator[str]:
    """Yield what was not moved, a sentence for each reason."""
    left: dict[str, dict[str, None]] = {}
    for turn in words.comparison.turns:
        if turn.state == "no-input":
            name = turn.resource or _name(words, turn)
            left.setdefault(turn.reason or "", {})[name] = None
    for reason, names in left.items():
        why = words.texts.name("report.cmp.no-turn", reason)
        yield words.say("turn.nothing", names="; ".join(names), why=why)


def _distance(words: Words, turn: Turn) -> float:
    """Return how far the nearest edge is, as a share of the value or of the time."""
    here = turn.value
    if here is None or not turn.edges:
        return float("inf")
    if isinstance(here, date):
        days = (
            abs((edge.below - here).days)
            for edge in turn.edges
            if isinstance(edge.below, date)
        )
        return min(days, default=float("inf")) / words.comparison.days
    steps = (
        abs(float(edge.below) - here)
        for edge in turn.edges
        if not isinstance(edge.below, date)
    )
    return min(steps, default=float("inf")) / abs(here) if here else float("inf")


def _name(words: Words, turn: Turn) -> str:
    return words.say(f"turn.name.{turn.input}", resource=turn.resource or "")


def turn_sentence(words: Words, turn: Turn) -> str:
    """Return where an input that was moved turns the answer, or that it never does."""
    if turn.state != "edges":
        tried = turn.tried
        span = (
            ""
            if tried is None or turn.closed_form
            else words.say(
                "turn.tried",
                low=value_of(words, turn, tried[0], bare=True),
                high=value_of(words, turn, tried[1], bare=True),
            )
        )
        chosen = words.comparison.question
        return words.say(
            f"turn.{turn.state}",
            name=_name(words, turn),
            tried=span,
            chosen=words.label(chosen.choose) if chosen else "",
        )
    turn = turn.model_copy(update={"edges": _crossings(turn)})
    below, above = _below(turn), _above(turn)
    clauses = [
        *_clauses(words, turn, below, "below", "turns"),
        *_clauses(words, turn, above, "above", "also" if below else "turns"),
    ]
    here = ""
    if turn.value is not None:
        kind = input_of(words, turn)
        here = words.say(
            "turn.here",
            value=value_of(words, turn, turn.value, bare=True),
            kind="" if kind is None else words.say(f"turn.{kind.kind}"),
        )
    return words.say("turn.sentence", clauses="".join(clauses), here=here)


def _clauses(
    words: Words,
    turn: Turn,
    edges: list[tuple[Edge, Answer]],
    side: str,
    first: str,
) -> Iterator[str]:
    """Yield the edges on one side of the value, from it outwards."""
    for place, (edge, answer) in enumerate(edges):
        key = first
        if place:
            inner = edges[0][0]
            here = inner.answer_above if side == "below" else inner.answer_below
            key = "again" if answer == here else "further"
        yield words.say(
            f"turn.{key}",
            answer=words.say(f"turn.to.{answer}"),
            where=_where(words, turn, edge, side),
        )


def _crossings(turn: Turn) -> tuple[Edge, ...]:
    """Return the edges; two around one number that comes to exactly 0 are one at it.

    Not where the scenarios have that very number.
    """
    edges: list[Edge] = []
    for edge in turn.edges:
        last = edges[-1] if edges else edge
        zero = edge.below
        if (
            last.above == zero != turn.value
            and last.answer_below != edge.answer_above
            and edge.answer_below == "cannot-be-told"
            and not isinstance(zero, date)
        ):
            interval = last.interval[0], edge.interval[1]
            at = {"below": zero, "above": zero, "interval": interval}
            edges[-1] = last.model_copy(update=at | {"answer_above": edge.answer_above})
        else:
            edges.append(edge)
    return tuple(edges)


def _below(turn: Turn) -> list[tuple[Edge, Answer]]:
    """Return the edges below the value, the nearest first, and what lies beyond."""
    edges = [
        (edge, edge.answer_below)
        for edge in turn.edges
        if turn.value is not None and edge.above <= turn.value  # type: ignore[operator]
    ]
    return edges[::-1]


def _above(turn: Turn) -> list[tuple[Edge, Answer]]:
    below = {id(edge) for edge, _ in _below(turn)}
    return [(edge, edge.answer_above) for edge in turn.edges if id(edge) not in below]


def _where(words: Words, turn: Turn, edge: Edge, side: str) -> str:
    """Return beyond which value the answer is another one, and how sure that is."""
    at = edge.above if side == "below" else edge.below
    resource, interval = turn.resource or "", _interval(words, turn, edge)
    if not isinstance(at, date):
        value = value_of(words, turn, at)
        return words.say(f"turn.{side}", value=value) + interval
    if side == "above":
        return words.say("turn.after", resource=resource, day=at) + interval
    where = words.say("turn.by", resource=resource, day=edge.below) + interval
    earliest = words.earliest(turn.resource)
    if isinstance(edge.below, date) and earliest and edge.below < earliest:
        where += words.say("turn.unreached", earliest=earliest)
    return where


def _interval(words: Words, turn: Turn, edge: Edge) -> str:
    low, high = edge.interval
    dated = "_day" if isinstance(edge.below, date) else ""
    if low is None and high is None:
        return words.say("turn.interval_none")
    key = "both"
    if None in edge.interval:
        key = ("from" if high is None else "to") + dated
    if low == high:
        return ""
    return words.say(
        f"turn.interval_{key}",
        low="" if low is None else value_of(words, turn, low, bare=True),
        high="" if high is None else value_of(words, turn, high, bare=True),
    )


def value_of(
    words: Words,
    turn: Turn | Sensitivity,
    value: float | date,
    *,
    bare: bool = False,
) -> str:
    """Return a value of an input with its unit, or without."""
    if isinstance(value, date):
        return words.texts.short_date(value)
    if turn.input == "heeded":
        number = words.texts.percent(value, 1)
    elif turn.input == "price":
        number = rupiah(words, value, 1)
    else:
        number = words.number(value, 2)
    if bare:
        return number
    return words.say(
        f"turn.value.{turn.input}",
        n=number,
        resource=turn.resource or "",
        count=value,
    )


def input_of(words: Words, turn: Turn | Sensitivity) -> Assumption | None:
    """Return the input of the scenarios that a turn moves; None where there is none."""
    named: dict[str, str] = {
        "arrivals": "arrivals.per_working_day",
        "heeded": "told.heeded",
        "trip_cost_idr": "visits.trip_cost_idr",
        "day_without_card_idr": "worth.day_without_card_idr",
        "years_of_use": "years_of_use",
        "first_day": f"{turn.resource}.from",
        "cards_per_day": f"{turn.resource}.cards_per_day",
    }
    question = words.comparison.question
    if turn.input == "price" and question is not None:
        suffix = f"scenarios.{question.choose}.cost_idr"
    else:
        suffix = named.get(turn.input, f"breakdowns.{turn.resource}.{turn.input}")
    return next(
        (
            one
            for one in words.comparison.assumptions
            if one.key == suffix or one.key.endswith(f".{suffix}")
        ),
        None,
    )
