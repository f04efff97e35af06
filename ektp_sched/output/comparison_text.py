"""What a head of office reads at the end of `compare` and `need`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.report.comparison_answer import (
    against_told,
    assumed_sentence,
    turn_sentences,
    warning_sentence,
)
from ektp_sched.output.report.comparison_tables import overview_table
from ektp_sched.output.report.comparison_text import (
    difference_sentences,
    gap_sentences,
    headline,
    limit_sentences,
    pays_sentence,
)
from ektp_sched.output.report.comparison_words import Words
from ektp_sched.output.view.parts import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.comparison import Comparison
    from ektp_sched.scenarios.compare.need import Enough, Need


_FIGURES: Final = (
    "nobody_waits",
    "returns",
    "cleared",
    "on_target",
    "trips",
    "trip_cost",
    "cost",
)
"""Those of the overview for which a screen has room."""


def aligned(rows: Iterable[Sequence[str]], texts: int = 1) -> Iterator[str]:
    """Yield a line a row: so many columns are text, the others numbers."""
    cells = [[" ".join(cell.split("\n")) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        placed = (
            cell.ljust(width) if place < texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(placed).rstrip()


def comparison_lines(
    comparison: Comparison, out: Path, texts: Language
) -> Iterator[str]:
    """Yield the lines that `compare` prints."""
    words = Words(comparison, texts)
    answer = f"{headline(words)}."
    yield from filter(None, (warning_sentence(words), answer, against_told(words)))
    assumed = assumed_sentence(words)
    if assumed:
        yield words.say("assumed.list", list=assumed)
    yield ""
    yield from (f"- {sentence}" for sentence in turn_sentences(words))
    yield texts.text(
        "compare.title",
        office=comparison.office,
        start=comparison.start,
        days=comparison.days,
        count=comparison.replications,
        seed=comparison.seed,
    )
    yield from (f"- {sentence}" for sentence in limit_sentences(words))
    yield ""
    table = overview_table(words, _FIGURES)
    yield f"{table.caption}:"
    figures, *scenarios = zip(*written(table, texts), strict=True)
    headings = (words.say("trips.scenario"), *figures)
    named = zip(table.columns[1:], scenarios, strict=True)
    yield from aligned([headings, *((of.heading, *cells) for of, cells in named)])
    yield words.say("days.what")
    yield ""
    for difference in comparison.differences:
        yield from difference_sentences(words, difference)
    yield from (pays_sentence(words, edge) for edge in comparison.break_even)
    yield words.say("trips.purse")
    yield from gap_sentences(comparison.gap, texts)
    yield texts.text("cli.written", files=str(out))


def need_lines(need: Need, words: Language) -> Iterator[str]:
    """Yield the lines that `need` prints."""
    goal = words.text(
        f"need.goal.{need.goal.kind}", by=need.goal.by, days=need.goal.days or 0
    )
    if need.cards_per_day is None:
        why = "left-out" if need.without_them is not None else need.reason
        yield words.text(
            "need.none",
            resource=need.resource,
            goal=goal,
            confidence=words.percent(need.confidence, 1),
            why=words.text(f"need.why.{why}"),
        )
    else:
        yield words.text(
            "need.found",
            resource=need.resource,
            goal=goal,
            cards=need.cards_per_day,
            reached=words.percent(need.reached or 0, 1),
            now=need.now,
        )
    yield from _left_out(need, words)
    if need.without_them is not None:
        yield from _for_all_others(need, need.without_them, words)
        return
    exact = need.deterministic
    yield (
        words.text("need.no-exact")
        if exact is None
        else words.text("need.exact", cards=exact)
    )


def _left_out(need: Need, words: Language) -> Iterator[str]:
    """Yield who can be printed in no case by the goal's day, and why."""
    for reason, count in need.left_out.items():
        figures: dict[str, Any] = {"count": count, "by": need.goal.by}
        if reason == "no-printer":
            ids = ", ".join(need.left_out_ids[:count])
            more = ", …" if len(need.left_out_ids) < count else ""
            private = words.text("need.left-out.ids-kept-private")
            kinds = (
                " / ".join(
                    words.text(f"need.left-out.{kind}", name=name)
                    for kind, name in (("card", card), ("area", area))
                    if name is not None
                )
                for card, area in need.left_out_kinds
            )
            figures |= {"ids": ids + more if ids else private}
            figures |= {"what": "; ".join(kinds)}
        yield words.text(f"need.left-out.{reason}", **figures)


def _for_all_others(need: Need, enough: Enough, words: Language) -> Iterator[str]:
    """Yield what is enough if those left out are not counted."""
    if enough.cards_per_day is None:
        why = words.text(f"need.why.{enough.reason}")
        yield words.text("need.others.none", why=why)
    else:
        yield words.text(
            "need.others.found",
            resource=need.resource,
            cards=enough.cards_per_day,
            reached=words.percent(enough.reached or 0, 1),
            now=need.now,
        )
    exact = enough.deterministic
    yield (
        words.text("need.others.no-exact")
        if exact is None
        else words.text("need.others.exact", cards=exact)
    )
