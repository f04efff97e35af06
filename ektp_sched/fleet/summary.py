"""What became of all offices: a table, a document and a page, worst first."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.languages import language
from ektp_sched.output.view.parts import Column, Paragraph, Section, Table, Tile
from ektp_sched.places import replace_file
from ektp_sched.words import in_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ektp_sched.fleet.one import Outcome
    from ektp_sched.output.languages import Language

NAME: Final = "fleet.json"
TABLE: Final = "fleet.csv"
PAGE: Final = "index.html"

COLUMNS: Final = (
    *("office", "name", "state", "planned", "printed", "unprinted", "rejected"),
    *("longest_wait", "longest_wait_after", "cleared_on", "blanks_lacking", "why"),
)
"""Of fleet.csv; ``why`` only where a plan could not be made."""

SHARES: Final = ("population", "blanks", "blanks_by_backlog", "blanks_by_population")
"""Further ones where the ministry's blanks are divided."""

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
    blanks
        How the ministry's blanks are divided, as in blanks.json; None: they are not.
    """

    outcomes: tuple[Outcome, ...]
    ordered: Mapping[str, Any]
    blanks: Mapping[str, Any] | None = None

    @classmethod
    def of(
        cls,
        outcomes: Iterable[Outcome],
        ordered: Mapping[str, Any],
        blanks: Mapping[str, Any] | None = None,
    ) -> Fleet:
        """Return outcomes in the order in which they are read."""
        return cls(tuple(sorted(outcomes, key=_worst_first)), ordered, blanks)

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings of fleet.csv."""
        if self.blanks is None:
            return COLUMNS
        return (*COLUMNS[:-1], *SHARES, *self.later, "why")

    @property
    def later(self) -> tuple[str, ...]:
        """Headings of the blanks that come later, one a delivery."""
        deliveries = self.blanks["deliveries"] if self.blanks else ()
        return tuple(f"blanks_{delivery['on']}" for delivery in deliveries)

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
    rows = [_row(outcome, lang) for outcome in fleet.outcomes]
    if fleet.blanks is not None:
        rules = fleet.blanks["rules"]
        for row in rows:
            key = row["office"]
            share = fleet.blanks["offices"].get(key, {})
            row |= {name: share.get(name) for name in ("population", "blanks")}
            row |= dict.fromkeys(fleet.later)
            row |= dict(zip(fleet.later, share.get("later", ()), strict=False))
            for rule in ("backlog", "population"):
                by_rule = rules[rule].get("blanks", {})
                row[f"blanks_by_{rule}"] = by_rule.get(key)
    return rows


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
    writer = csv.DictWriter(table, fleet.columns, lineterminator="\n")
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
    sections = (_failed(fleet, texts), _blanks(fleet, texts), _planned(fleet, texts))
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


def blanks_said(fleet: Fleet, texts: Language) -> tuple[str, ...]:
    """Return what the price of a blank means, and what two simple rules would cost."""
    if fleet.blanks is None:
        return ()
    worth = [
        texts.text(
            f"fleet.worth.{tier['name']}",
            value=texts.number(Fraction(tier["price"], tier["scale"])),
            rank="" if tier["rank"] is None else f" ({tier['rank']})",
        )
        for tier in fleet.blanks["tiers"]
        if tier["price"]
    ]
    kept, given = fleet.blanks["kept"], fleet.blanks["blanks"]
    for delivery in fleet.blanks["deliveries"]:
        kept, given = kept + delivery["kept"], given + delivery["cards"]
    sentences = [
        texts.text("fleet.price", count=given, worth=", ".join(worth))
        if worth
        else texts.text("fleet.enough", count=given, kept=kept)
    ]
    for name, rule in fleet.blanks["rules"].items():
        more = rule.get("more")
        if rule["unknown"]:
            sentences.append(texts.text(f"fleet.unknown.{name}", count=rule["unknown"]))
        elif more is None:
            sentences.append(texts.text(f"fleet.pinned.{name}"))
        else:
            figures = {key: more[key] for key in ("unprinted", "overdue")}
            days = more["waiting_days"]
            sentences.append(texts.text(f"fleet.rule.{name}", **figures, days=days))
    return tuple(sentences)


def _blanks(fleet: Fleet, texts: Language) -> Section | None:
    if fleet.blanks is None:
        return None
    names = ("office", "waiting", *SHARES)
    rules = fleet.blanks["rules"]
    rows = [
        (
            key,
            share["waiting"],
            share["population"],
            share["blanks"],
            *(rules[n].get("blanks", {}).get(key) for n in ("backlog", "population")),
            *share["later"],
        )
        for key, share in fleet.blanks["offices"].items()
    ]
    columns = tuple(
        Column(texts.text(f"fleet.share.{name}"), "number" if at else "text")
        for at, name in enumerate(names)
    )
    columns += tuple(
        Column(texts.text("fleet.delivery", on=date.fromisoformat(d["on"])), "number")
        for d in fleet.blanks["deliveries"]
    )
    rows.sort(key=lambda row: (-(row[3] or 0), row[0]))
    said = tuple(map(Paragraph, blanks_said(fleet, texts)))
    caption = texts.text("fleet.shares")
    table = Table(caption, columns, tuple(rows), texts.text("fleet.shares_note"))
    return Section("blanks", caption, (*said, table))


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
