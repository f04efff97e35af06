"""The report of a comparison, from the figures to the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.languages import language
from ektp_sched.output.report.charts import available, need_charts
from ektp_sched.output.report.comparison_answer import (
    against_told,
    assumed_sentence,
    cards_of,
    first_turns,
    warning_sentence,
)
from ektp_sched.output.report.comparison_figures import (
    days_part,
    fan_part,
    pays_parts,
    trips_part,
    turns_parts,
    waits_parts,
)
from ektp_sched.output.report.comparison_tables import (
    area_parts,
    difference_parts,
    input_ids,
    input_parts,
    left_out_parts,
    overview_table,
)
from ektp_sched.output.report.comparison_text import (
    headline,
    limit_sentences,
    method_sentences,
    press_paragraph,
)
from ektp_sched.output.report.comparison_words import Words
from ektp_sched.output.report.converter import ChartsError
from ektp_sched.output.view.parts import Facts, Items, Paragraph, Part, Section

if TYPE_CHECKING:
    from pathlib import Path

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.compare.comparison import Comparison

_MONEY: Final = ("cost_idr", "trip_cost_idr")
_VISITS: Final = ("visits",)
_RESTS: Final = {
    "short": (),
    "turns": (),
    "limits": (*_MONEY, *_VISITS),
    "days": (*_MONEY, *_VISITS),
    "waits": (*_MONEY, *_VISITS),
    "trips": ("cost_idr",),
    "pays": (),
    "differences": (),
}
"""Headline → what its figures do not rest on, as parts of an input's key."""


def write_comparison_report(
    comparison: Comparison, folder: Path, *, lang: str | None = None
) -> bool:
    """Write report.html into the folder of a comparison."""
    if not available():
        return False
    try:
        html = comparison_report(comparison, language(lang or comparison.language))
    except ChartsError:  # the figures do not hang on their pictures
        return False
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    return True


def comparison_report(comparison: Comparison, texts: Language) -> str:
    """Return a comparison's report: one HTML file that needs no other.

    Parameters
    ----------
    comparison
        Just made, or read back.
    texts
        Language.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the packages that draw charts are not installed.
    """
    need_charts()
    words = Words(comparison, texts)
    page = Page(
        kicker=words.say("kicker", office=comparison.office),
        title=headline(words),
        under=against_told(words) or words.period(),
        warned=warning_sentence(words),
        tiles=(),
        first=_first(words),
        sections=_sections(words),
        footer=(words.say("made", seed=comparison.seed),),
    )
    return render(page, texts)


def _first(words: Words) -> tuple[Section, ...]:
    """Return what stands on the first screen below the verdict."""
    turns, facts = first_turns(words), _facts(words, ())
    answer: list[Part] = [Items(turns)] if turns else []
    if words.comparison.assumptions:
        answer.append(replace(facts, note=assumed_sentence(words)))
    return (
        Section("cmp-cards", words.say("card.title"), (cards_of(words),)),
        Section(
            "cmp-answer",
            words.say("turns.first" if turns else "assumed.title"),
            tuple(answer),
        ),
        Section("cmp-picture", words.say("fan.plain"), (fan_part(words),)),
    )


def _sections(words: Words) -> tuple[Section, ...]:
    parts: dict[str, list[Part]] = {
        "turns": turns_parts(words),
        "short": [Paragraph(press_paragraph(words), "press"), overview_table(words)],
        "limits": [Items(limit_sentences(words))],
        "days": [days_part(words)],
        "waits": [*waits_parts(words), *area_parts(words)],
        "trips": [trips_part(words), Paragraph(words.say("trips.purse"), "note")],
        "pays": pays_parts(words),
        "differences": difference_parts(words),
        "left": left_out_parts(words),
        "inputs": input_parts(words),
        "method": [Items(method_sentences(words))],
    }
    for name, others in _RESTS.items():
        if parts[name]:
            parts[name].insert(0, _facts(words, others))
    return tuple(
        Section(f"cmp-{name}", words.say(f"{name}.title"), tuple(each))
        for name, each in parts.items()
    )


def _facts(words: Words, others: tuple[str, ...]) -> Facts:
    """Return the inputs that a headline rests on, facts and assumptions apart."""
    inputs = words.comparison.assumptions
    facts: list[str] = []
    assumed: list[str] = []
    for name, assumption in zip(input_ids(inputs), inputs, strict=True):
        if not set(assumption.key.split(".")) & set(others):
            (facts if assumption.kind == "fact" else assumed).append(name)
    return Facts(_runs(facts), _runs(assumed))


def _runs(names: list[str]) -> tuple[tuple[str, str], ...]:
    """Return A1, A2, A3, A5 as (A1, A3), (A5, A5)."""
    runs: list[tuple[str, str]] = []
    for name in names:
        if runs and int(name[1:]) == int(runs[-1][1][1:]) + 1:
            runs[-1] = runs[-1][0], name
        else:
            runs.append((name, name))
    return tuple(runs)
