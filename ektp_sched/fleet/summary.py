"""What became of all offices: a table, a document and a page, worst first."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.languages import language
from ektp_sched.output.view.parts import Column, Section, Table, Tile
from ektp_sched.places import replace_file
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ektp_sched.fleet.one import Outcome
    from ektp_sched.output.languages import Language

__all__ = ["COLUMNS", "NAME", "PAGE", "Fleet", "rows_of", "save_fleet"]

NAME: Final = "fleet.json"
TABLE: Final = "fleet.csv"
PAGE: Final = "index.html"

COLUMNS: Final = (
    *("office", "name", "state", "planned", "printed", "unprinted", "rejected"),
    *("longest_wait", "longest_wait_after", "cleared_on", "blanks_lacking", "why"),
)
"""Of fleet.csv; ``why`` only where a plan could not be made."""

_LACKING: Final = "blanks"
"""Reason of applications for which there is no card to print on."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """What became of many offices.

    Parameters
    ----------
    outcomes
        Those that failed, then those that wait longest, first.
    ordered
        What the run was told: start, days and the like.
    """

    outcomes: tuple[Outcome, ...]
    ordered: Mapping[str, Any]

    @classmethod
    def of(cls, outcomes: Iterable[Outcome], ordered: Mapping[str, Any]) -> Fleet:
        """Return outcomes in the order in which they are read."""
        return cls(tuple(sorted(outcomes, key=_worst_first)), ordered)

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """Offices without a plan."""
        return tuple(each for each in self.outcomes if each.state == "failed")

    def total(self, key: str) -> int:
        """Return the sum of a figure of summary.json over all offices with a plan."""
        return sum(each.summary[key] for each in self.outcomes if each.summary)


def _worst_first(outcome: Outcome) -> tuple[bool, int, int, str]:
    row = _row(outcome, "en")
    left, wait = row["unprinted"] or 0, row["longest_wait_after"] or 0
    return outcome.state != "failed", -left, -wait, outcome.key


def _row(outcome: Outcome, code: str) -> dict[str, Any]:
    summary = outcome.summary
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {"office": outcome.key, "state": outcome.state}
    if not summary:
        return row | {"why": in_language(outcome.why or "", code)}
    reasons = summary["unprinted_by_reason"]
    return row | {
        "name": summary["office"],
        "planned": summary["planned"],
        "printed": summary["printed"],
        "unprinted": summary["unprinted"],
        "rejected": summary["rejected"],
        "longest_wait": summary["waits"]["before"]["longest_days"],
        "longest_wait_after": summary["waits"]["after"]["longest_days"],
        "cleared_on": summary["clearance"]["cleared_on"],
        "blanks_lacking": reasons.get(_LACKING, 0),
    }


def rows_of(fleet: Fleet, lang: str) -> list[dict[str, Any]]:
    """Return the rows of fleet.csv, with sentences in a language."""
    return [_row(outcome, lang) for outcome in fleet.outcomes]


def save_fleet(fleet: Fleet, out: Path, lang: str, *, whole: bool = True) -> None:
    """Write fleet.json, and of a run that has ended fleet.csv and index.html too.

    Parameters
    ----------
    fleet
        What became of the offices.
    out
        The folder.
    lang
        Language of the page, and of the sentences in the table.
    whole
        False while offices are still planned: then the document alone is written, so
        that the next run knows what this one was told.
    """
    rows = rows_of(fleet, lang)
    document = {"schema_version": 1, "ordered": dict(fleet.ordered), "offices": rows}
    text = json.dumps(document, ensure_ascii=False, indent=2)
    replace_file(out / NAME, (text + "\n").encode())
    if not whole:
        return
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    replace_file(out / TABLE, table.getvalue().encode())
    replace_file(out / PAGE, _page(fleet, language(lang)).encode())


def _page(fleet: Fleet, texts: Language) -> str:
    states = Counter(outcome.state for outcome in fleet.outcomes)
    left = fleet.total("unprinted")
    tiles = (
        Tile(texts.text("fleet.offices"), texts.number(len(fleet.outcomes))),
        Tile(texts.text("fleet.waiting"), texts.number(fleet.total("planned"))),
        Tile(texts.text("fleet.printed"), texts.number(fleet.total("printed"))),
        Tile(texts.text("fleet.unprinted"), texts.number(left)),
    )
    start = date.fromisoformat(fleet.ordered["start"])
    sections = (_failed(fleet, texts), _planned(fleet, texts))
    page = Page(
        kicker=texts.text("fleet.kicker"),
        title=texts.text("fleet.title", count=left, offices=len(fleet.outcomes)),
        under=texts.text("fleet.under", start=start),
        tiles=tiles,
        sections=tuple(section for section in sections if section is not None),
        footer=(texts.text("fleet.footer"),),
        banner=texts.text("fleet.banner", count=states["failed"])
        if states["failed"]
        else "",
    )
    return render(page, texts)


def _failed(fleet: Fleet, texts: Language) -> Section | None:
    if not fleet.failed:
        return None
    rows = [_row(outcome, texts.code) for outcome in fleet.failed]
    table = Table(
        texts.text("fleet.failed"),
        (Column(texts.text("fleet.office")), Column(texts.text("fleet.why"))),
        tuple((row["office"], row["why"]) for row in rows),
    )
    return Section("failed", texts.text("fleet.failed"), (table,))


def _planned(fleet: Fleet, texts: Language) -> Section | None:
    planned = [outcome for outcome in fleet.outcomes if outcome.summary]
    if not planned:
        return None
    kinds = {"name": "text", "cleared_on": "date"}
    names = (
        *("name", "planned", "printed", "unprinted", "longest_wait"),
        *("longest_wait_after", "cleared_on", "blanks_lacking"),
    )
    rows = []
    for outcome in planned:
        row = _row(outcome, texts.code)
        cleared = row["cleared_on"]
        row["cleared_on"] = date.fromisoformat(cleared) if cleared else None
        row["name"] = f"{row['name']} ({row['office']})"
        rows.append(tuple(row[name] for name in names))
    columns = tuple(
        Column(texts.text(f"fleet.column.{name}"), kinds.get(name, "number"))  # type: ignore[arg-type]
        for name in names
    )
    caption, note = texts.text("fleet.rows"), texts.text("fleet.note")
    table = Table(caption, columns, tuple(rows), note)
    return Section("planned", texts.text("fleet.planned"), (table,))
