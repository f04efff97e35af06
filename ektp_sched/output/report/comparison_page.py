"""The report of a comparison, from the figures to the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.languages import language
from ektp_sched.output.report.charts import available, need_charts
from ektp_sched.output.report.comparison_figures import (
    days_part,
    fan_part,
    pays_parts,
    trips_part,
    waits_parts,
)
from ektp_sched.output.report.comparison_file import ComparisonPart, parsed
from ektp_sched.output.report.comparison_tables import (
    area_parts,
    difference_parts,
    input_ids,
    input_parts,
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

    import polars as pl

    from ektp_sched.output.languages import Language

__all__ = ["comparison_report", "write_comparison_report"]

_MONEY: Final = ("cost_idr", "trip_cost_idr")
_VISITS: Final = ("visits",)
_RESTS: Final = {
    "short": (),
    "limits": (*_MONEY, *_VISITS),
    "days": (*_MONEY, *_VISITS),
    "waits": (*_MONEY, *_VISITS),
    "trips": ("cost_idr",),
    "pays": (),
    "differences": (),
}
"""Headline → what its figures do not rest on, as parts of an input's key."""


def write_comparison_report(
    document: dict[str, Any],
    daily: pl.DataFrame,
    folder: Path,
    *,
    lang: str | None = None,
) -> bool:
    """Write report.html into the folder of a comparison."""
    if not available():
        return False
    texts = language(lang or parsed(document).language)
    try:
        html = comparison_report(document, daily, texts)
    except ChartsError:  # the figures do not hang on their pictures
        return False
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8", newline="\n")
    return True


def comparison_report(
    document: dict[str, Any] | ComparisonPart, daily: pl.DataFrame, texts: Language
) -> str:
    """Return a comparison's report: one HTML file that needs no other.

    Parameters
    ----------
    document
        As comparison.json holds it.
    daily
        scenario, day, and waiting at P10, P50, P90.
    texts
        Language.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the packages that draw charts are not installed.
    ektp_sched.errors.FolderError
        If the document is no comparison.
    """
    need_charts()
    found = document if isinstance(document, ComparisonPart) else parsed(document)
    words = Words(found, texts)
    page = Page(
        kicker=words.say("kicker", office=found.office),
        title=headline(words),
        under=words.say(
            "under",
            start=found.start,
            end=words.end,
            count=found.replications,
            scenarios=len(found.scenarios),
        ),
        tiles=(),
        sections=_sections(words, daily),
        footer=(words.say("made", seed=found.seed),),
    )
    return render(page, texts)


def _sections(words: Words, daily: pl.DataFrame) -> tuple[Section, ...]:
    parts: dict[str, list[Part]] = {
        "short": [Paragraph(press_paragraph(words), "press"), overview_table(words)],
        "limits": [Items(limit_sentences(words))],
        "days": [days_part(words), fan_part(words, daily)],
        "waits": [*waits_parts(words), *area_parts(words)],
        "trips": [trips_part(words), Paragraph(words.say("trips.purse"), "note")],
        "pays": pays_parts(words),
        "differences": difference_parts(words),
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
    inputs = words.found.assumptions
    facts: list[str] = []
    assumed: list[str] = []
    for name, one in zip(input_ids(inputs), inputs, strict=True):
        if not set(one.key.split(".")) & set(others):
            (facts if one.kind == "fact" else assumed).append(name)
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
