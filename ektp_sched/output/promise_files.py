"""Dates on paper: promises.csv for programs, who must be told anew, the poster.

The poster names nobody: rows are bands of recording dates with at least five people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jinja2
import polars as pl

from ektp_sched.backlog.statuses import already_printed
from ektp_sched.documents.seal import PROMISES
from ektp_sched.output.draw.page import page_html
from ektp_sched.output.languages import language
from ektp_sched.output.placing import sealed_folder
from ektp_sched.public import FEWEST
from ektp_sched.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language
    from ektp_sched.scenarios.dates.promise import Promises


_MOST_BANDS: Final = 6
_MOST_OTHER_BANDS: Final = 2
_MOST_CLASSES: Final = 3
_BAND: Final = ("urgency", "first", "last", "cards", "earliest", "latest")


_TWICE = ("only_in_export", "earlier_in_export", "earlier_in_file", "dropped")


@dataclass(frozen=True, slots=True)
class Band:
    """People of one class recorded in some days.

    Parameters
    ----------
    urgency
        Class.
    first, last
        Days of recording; `first` is None for "up to".
    cards
        How many, at least five.
    earliest
        Day before which none of them can be ready; None for no date yet.
    latest
        Day by which they are ready; None for no date yet.
    """

    urgency: str
    first: date | None
    last: date
    cards: int
    earliest: date | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """One area's A4.

    Parameters
    ----------
    area
        Its name; None where none was recorded, "" for all small ones together.
    bands
        Those of the class that most people are in, by recording date.
    others
        Those of other classes.
    incomplete
        Whether there are people in classes too small to be shown.
    held
        Records that cannot be printed yet; None for one to four.
    slipped
        Who was told a date that no longer holds; 0 for one to four.
    """

    area: str | None
    bands: tuple[Band, ...]
    others: tuple[tuple[str, tuple[Band, ...]], ...]
    incomplete: bool
    held: int | None
    slipped: int = 0


def poster_pages(promises: Promises) -> list[Page]:
    """Return what stands on each page, by name of the area."""
    people = promises.people.select(
        "area", "urgency", "waiting_since", "earliest", "ready_by"
    )
    held = promises.backlog.held
    printed = already_printed(held["status"], promises.office)
    held = held.filter(~printed).select("area")
    late = _late(promises)
    size = pl.concat([people.select("area"), held]).group_by("area").len()
    small = size.filter(pl.col("len") < FEWEST).select("area", pool=pl.lit(""))
    people, held, late = (_pooled(frame, small) for frame in (people, held, late))
    counts = dict(held.group_by("area").len().rows())
    slipped = dict(late.group_by("area").len().rows())
    areas = pl.concat([people.select("area"), held]).group_by("area").len()
    shown = areas.filter(pl.col("len") >= FEWEST)["area"].to_list()
    bands = _bands(people, promises.office.default_urgency)
    return [
        replace(
            _page(
                area, bands.get(area, []), counts.get(area, 0), people, promises.office
            ),
            slipped=slipped.get(area, 0) if slipped.get(area, 0) >= FEWEST else 0,
        )
        for area in sorted(shown, key=lambda name: (not name, name == "", name or ""))
    ]


def _late(promises: Promises) -> pl.DataFrame:
    """Return the areas of those whose date told before no longer holds."""
    if promises.slipped is None:
        return promises.people.select("area").clear()
    return promises.people.join(
        promises.slipped, on="application_id", how="semi"
    ).select("area")


def _pooled(frame: pl.DataFrame, small: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(small, on="area", how="left", nulls_equal=True)
    area = pl.coalesce("pool", "area").alias("area")
    return joined.with_columns(area).drop("pool")


def _bands(people: pl.DataFrame, usual: str) -> dict[str | None, list[Band]]:
    """Return bands by area, each with at least five people of one class."""
    by_day = (
        people.group_by("area", "urgency", "waiting_since")
        .agg(
            cards=pl.len(),
            earliest=pl.col("earliest").min(),
            latest=pl.col("ready_by").max(),
            dateless=pl.col("ready_by").is_null().any(),
        )
        .sort("area", "urgency", "waiting_since")
    )
    group = ("area", "urgency")
    total = pl.col("cards").sum().over(group)
    usually = pl.when(pl.col("urgency") == usual).then(_MOST_BANDS)
    most = usually.otherwise(_MOST_OTHER_BANDS)
    begin = pl.col("cards").cum_sum().over(group) - pl.col("cards")
    banded = (
        by_day.with_columns(band=begin * most // total)
        .group_by(*group, "band", maintain_order=True)
        .agg(
            first=pl.col("waiting_since").min(),
            last=pl.col("waiting_since").max(),
            cards=pl.col("cards").sum(),
            earliest=pl.col("earliest").min(),
            latest=pl.when(~pl.col("dateless").any()).then(pl.col("latest").max()),
        )
    )
    by_area: dict[str | None, list[Band]] = {}
    for (area, *_), rows in banded.group_by(*group, maintain_order=True):
        bands = [Band(*row) for row in rows.select(_BAND).iter_rows()]
        by_area.setdefault(str(area) if area is not None else None, []).extend(
            _joined(bands)
        )
    return by_area


def _joined(bands: list[Band]) -> Iterator[Band]:
    """Yield bands of five and more, equal ones as one, each after the last."""
    kept: list[Band] = []
    for band in bands:
        alike = kept and (kept[-1].earliest, kept[-1].latest) == (
            band.earliest,
            band.latest,
        )
        if kept and (alike or kept[-1].cards < FEWEST):
            kept[-1] = _together(kept[-1], band)
        else:
            kept.append(band)
    if len(kept) > 1 and kept[-1].cards < FEWEST:
        last = kept.pop()
        kept[-1] = _together(kept[-1], last)
    before: date | None = None
    for band in kept:
        if band.cards >= FEWEST:
            first = None if before is None else before + timedelta(days=1)
            yield Band(
                band.urgency, first, band.last, band.cards, band.earliest, band.latest
            )
        before = band.last


def _together(a: Band, b: Band) -> Band:
    early = [day for day in (a.earliest, b.earliest) if day is not None]
    late = None if a.latest is None or b.latest is None else max(a.latest, b.latest)
    return Band(
        a.urgency, a.first, b.last, a.cards + b.cards, min(early, default=None), late
    )


def _page(
    area: str | None, bands: list[Band], held: int, people: pl.DataFrame, office: Office
) -> Page:
    usual = office.default_urgency
    others = [
        (name, [b for b in bands if b.urgency == name]) for name in office.urgency
    ]
    shown = [(n, part) for n, part in others if part and n != usual][:_MOST_CLASSES]
    here = people.filter(pl.col("area").eq_missing(pl.lit(area)))
    counted = sum(b.cards for _, part in shown for b in part)
    ordinary = tuple(b for b in bands if b.urgency == usual)
    counted += sum(b.cards for b in ordinary)
    return Page(
        area=area,
        bands=ordinary,
        others=tuple((name, tuple(part)) for name, part in shown),
        incomplete=counted < here.height,
        held=None if 0 < held < FEWEST else held,
    )


def poster_html(promises: Promises, words: Language) -> str:
    """Return all pages as one file that prints on A4."""
    pages = poster_pages(promises)
    folder = resources.files("ektp_sched.output")
    template = folder / "poster.html.jinja"
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return page_html(
        environment.from_string(template.read_text("utf-8")),
        (folder / "poster.css").read_text("utf-8"),
        pages=[(page, _area_name(page, pages, words)) for page in pages],
        office=promises.office,
        start=promises.start,
        percent=words.number(100 * promises.confidence, 1),
        replications=words.number(promises.replications),
        certain=promises.certain,
        words=words,
        text=_texts(words),
    )


def _texts(words: Language) -> Mapping[str, str]:
    return {
        key.removeprefix("poster."): value
        for key, value in words.texts.items()
        if key.startswith("poster.")
    }


def _area_name(page: Page, pages: list[Page], words: Language) -> str:
    if page.area:
        return page.area
    if len(pages) == 1:
        return words.text("poster.everywhere")
    return words.text("poster.others" if page.area == "" else "poster.no_area")


def save_promises(
    promises: Promises,
    path: str | Path,
    *,
    force: bool = False,
    files: Mapping[Path, bytes] | None = None,
) -> None:
    """Write promises.csv, promises.json and posters, whole or not at all.

    Where dates were told before, also slipped.csv: whose date no longer holds.

    Parameters
    ----------
    promises
        Dates for everybody.
    path
        The folder.  A missing or empty one, and earlier dates that were not
        changed, are replaced.
    force
        Also replace earlier ones that were changed since.
    files
        What else is put in place with the folder, or not at all, by path.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    document = promises.document()
    options: dict[str, Any] = {"index": PROMISES, "force": force, "files": files}
    with sealed_folder(path, document, **options) as folder:
        promises.frame.sort("application_id").write_csv(folder / "promises.csv")
        if promises.slipped is not None:
            promises.slipped.write_csv(folder / "slipped.csv")
        for code in LANGUAGES:
            poster = poster_html(promises, language(code))
            (folder / f"poster.{code}.html").write_bytes(poster.encode())


def promise_lines(
    document: Mapping[str, Any], words: Language, folder: str = ""
) -> Iterator[str]:
    """Yield what promises.json says; lists lie in its folder."""
    start = date.fromisoformat(document["start"])
    days = int(document["days"])
    percent = words.percent(float(document["confidence"]), 1)
    yield words.text("promise.title", start=start, days=days)
    yield words.text("promise.made", count=document["dated"], percent=percent)
    if document["dated"]:
        names = ("first", "middle", "last")
        dates = {name: date.fromisoformat(document[name]) for name in names}
        yield words.text("promise.span", **dates)
    if document["no_date_yet"]:
        last = start + timedelta(days=days - 1)
        yield words.text("promise.beyond", count=document["no_date_yet"], last=last)
    if document["never"]:
        yield words.text("promise.never", count=document["never"])
    yield from _kept_lines(document.get("previous"), words, folder)
    policy = words.name("report.cmp.policy", document["policy"])
    yield words.text("promise.policy", policy=policy)
    if document["certain"]:
        yield words.text("promise.certain")
    else:
        yield words.text(
            "promise.course",
            scenario=document["scenario"],
            replications=document["replications"],
            seed=document["seed"],
        )
        yield words.text("promise.meaning")


def _kept_lines(
    before: Mapping[str, int] | None, words: Language, folder: str
) -> Iterator[str]:
    """Say what became of the dates told before."""
    if before is None:
        return
    yield words.text("promise.before", kept=before["kept"], told_now=before["told_now"])
    for name in ("told_anew", *_TWICE):
        if count := before[name]:
            yield words.text(f"promise.{name}", count=count)
    if before["slipped"]:
        file = str(Path(folder, "slipped.csv"))
        yield words.text("promise.slipped", count=before["slipped"], file=file)
    else:
        yield words.text("promise.none_slipped")
