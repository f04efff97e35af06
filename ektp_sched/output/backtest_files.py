"""A back-test on paper: backtest.json, backtest.csv and a page with its chart."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ektp_sched.documents.seal import BACKTEST
from ektp_sched.output.comparison_text import aligned
from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.placing import sealed_folder
from ektp_sched.output.report.charts import SERIES, available
from ektp_sched.output.report.converter import ChartsError
from ektp_sched.output.report.intervals import Bar, Group, interval_chart
from ektp_sched.output.view.parts import (
    Figure,
    Items,
    Paragraph,
    Part,
    Section,
    Table,
    Tile,
    columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.dates.backtest import Backtest, Case, Coverage

_COLUMNS: Final = ("group", "dates", "held", "p10", "p50")


def save_backtest(
    backtest: Backtest, path: str | Path, words: Language, *, force: bool = False
) -> None:
    """Write backtest.json, backtest.csv and the page, whole or not at all.

    Parameters
    ----------
    backtest
        What became of the dates.
    path
        The folder.  A missing or empty one, and an earlier back-test that was
        not changed, are replaced.
    words
        Language of backtest.html, which needs the packages that draw charts;
        without them there is none.
    force
        Also replace an earlier one that was changed since.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    with sealed_folder(
        path, backtest.document(), index=BACKTEST, force=force
    ) as folder:
        backtest.frame().write_csv(folder / "backtest.csv")
        if available():
            with suppress(ChartsError):
                page = backtest_page(backtest, words)
                (folder / "backtest.html").write_bytes(page.encode())


def backtest_lines(backtest: Backtest, words: Language) -> Iterator[str]:
    """Yield the lines that `backtest` prints."""
    yield words.text("backtest.title", percent=_stated(backtest, words))
    yield words.text(
        "promise.course",
        scenario=backtest.scenario,
        replications=backtest.replications,
        seed=backtest.seed,
    )
    for case in backtest.cases:
        yield ""
        yield f"{_name(case, words)} ({_size(case, words)})"
        rows = [[words.text(f"backtest.{name}") for name in _COLUMNS]]
        rows += _rows(case, words)
        yield from (f"  {line}" for line in aligned(rows))
        for label, value in _summary(backtest, case, words):
            yield f"  {label}: {value}"
    yield ""
    yield f"{words.text('backtest.assumes')}:"
    for line in assumptions(backtest, words):
        yield f"- {line}"


def assumptions(backtest: Backtest, words: Language) -> tuple[str, ...]:
    """Return what a back-test takes for granted, and when it fails."""
    names = ["same", "average", "slip"]
    if len(backtest.cases) > 1:
        names.append("prior")
    fail_a, fail_b = backtest.priors.failure
    repair_a, repair_b = backtest.priors.repair
    priors = {
        "fail_a": fail_a,
        "fail_b": fail_b,
        "repair_a": repair_a,
        "repair_b": repair_b,
    }
    return tuple(words.text(f"backtest.assumption_{n}", **priors) for n in names)


def backtest_page(backtest: Backtest, words: Language) -> str:
    """Return the page: one HTML file that needs no other.

    Parameters
    ----------
    backtest
        What became of the dates.
    words
        Language.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the packages that draw charts are not installed.
    """
    known = backtest.cases[0]
    percent = _stated(backtest, words)
    held = words.number(100 * known.all.share, 1)
    stated = words.number(100 * backtest.confidence, 1)
    tiles = [
        Tile(words.text("backtest.held"), words.percent(known.all.share, 1)),
        *(Tile(*line) for line in _summary(backtest, known, words)),
    ]
    sections = [
        Section(
            f"case-{n}", _name(case, words), tuple(_parts(backtest, case, n, words))
        )
        for n, case in enumerate(backtest.cases, 1)
    ]
    sections.append(
        Section(
            "assumes",
            words.text("backtest.assumes"),
            (Items(assumptions(backtest, words)),),
        )
    )
    page = Page(
        kicker=f"{backtest.office} · {words.text('backtest.title', percent=percent)}",
        title=words.text("backtest.finding", held=held, percent=stated),
        under=words.text(
            "promise.course",
            scenario=backtest.scenario,
            replications=backtest.replications,
            seed=backtest.seed,
        ),
        tiles=tuple(tiles),
        sections=tuple(sections),
        footer=(words.text("promise.title", start=backtest.start, days=backtest.days),),
    )
    return render(page, words)


def _parts(
    backtest: Backtest, case: Case, number: int, words: Language
) -> Iterator[Part]:
    headings = tuple(words.text(f"backtest.{name}") for name in _COLUMNS)
    rows = tuple(tuple(row) for row in _rows(case, words))
    caption = words.text("backtest.chart")
    table = Table(f"{caption} ({_name(case, words)})", columns(headings), rows)
    title = words.text(
        "backtest.finding",
        held=words.number(100 * case.all.share, 1),
        percent=words.number(100 * backtest.confidence, 1),
    )
    groups = [
        Group(title, bars, 100 * float(backtest.confidence))
        for title, bars in _groups(case, words)
        if bars
    ]
    yield Figure(
        f"coverage-{number}",
        title,
        words.text("backtest.chart_note", percent=_stated(backtest, words)),
        table,
        lambda: interval_chart(groups, words, ends=(0.0, 100.0)),
    )
    lines = tuple(
        f"{label}: {value}" for label, value in _summary(backtest, case, words)
    )
    yield Paragraph(_size(case, words), "note")
    yield Items(lines)


def _groups(case: Case, words: Language) -> Iterator[tuple[str, tuple[Bar, ...]]]:
    titles = {"all": "", "urgency": "backtest.urgency", "wait": "backtest.wait"}
    for colour, (by, title) in zip(SERIES, titles.items(), strict=False):
        bars = tuple(
            Bar(
                f"{_label(part, case, words)}: {words.percent(part.share, 1)}",
                100 * part.p10,
                100 * part.p50,
                100 * part.p90,
                colour,
            )
            for part in case.coverage
            if part.by == by
        )
        yield words.text(title) if title else "", bars


def _rows(case: Case, words: Language) -> list[list[str]]:
    return [
        [
            _label(part, case, words),
            words.number(part.dates, 1),
            words.percent(part.share, 1),
            words.percent(part.p10, 1),
            words.percent(part.p50, 1),
        ]
        for part in case.coverage
    ]


def _label(part: Coverage, case: Case, words: Language) -> str:
    """Return the name of a group for people."""
    if part.by == "all":
        return words.text("backtest.all")
    if part.by == "urgency":
        return part.name
    bands = [c.name for c in case.coverage if c.by == "wait"]
    at = bands.index(part.name)
    before = int(bands[at - 1]) if at else 0
    if not part.name:
        return words.text("backtest.wait_over", first=before)
    if not before:
        return words.text("backtest.wait_upto", last=int(part.name))
    return words.text("backtest.wait_between", first=before + 1, last=int(part.name))


def _summary(
    backtest: Backtest, case: Case, words: Language
) -> Iterator[tuple[str, str]]:
    percent = _stated(backtest, words)
    yield (
        words.text("backtest.futures", percent=percent),
        words.percent(case.good_share, 1),
    )
    margin = (
        words.text("backtest.margin_none")
        if case.margin_working_days is None
        else words.text("backtest.margin_days", count=case.margin_working_days)
    )
    yield words.text("backtest.margin", percent=percent), margin
    if case.undated:
        yield words.text("backtest.undated"), words.number(case.undated, 1)


def _name(case: Case, words: Language) -> str:
    if case.history_days is None:
        return words.text("backtest.known")
    return words.text(f"backtest.estimated.{case.truth}", history=case.history_days)


def _size(case: Case, words: Language) -> str:
    if case.history_days is None:
        return words.text("backtest.fresh", futures=case.futures)
    return words.text("backtest.worlds", worlds=case.worlds, futures=case.futures)


def _stated(backtest: Backtest, words: Language) -> str:
    return words.percent(float(backtest.confidence), 1)
