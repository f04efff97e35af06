"""The month's report for the council: plan against fact, without anybody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from ektp_sched.ledger import short_head
from ektp_sched.output.draw.page import Page, render
from ektp_sched.output.report.charts import (
    BAD,
    INK,
    SERIES,
    Spec,
    finished,
    layer,
    need_charts,
    number_axis,
    rows,
    text_layer,
    time_axis,
)
from ektp_sched.output.report.plan_charts import wait_chart
from ektp_sched.output.view.figures import wait_table
from ektp_sched.output.view.parts import (
    Column,
    Figure,
    Items,
    Paragraph,
    Section,
    Table,
    Tile,
    columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ektp_sched.month.figures import Month
    from ektp_sched.output.languages import Language
    from ektp_sched.output.report.plan_data import Wait
    from ektp_sched.output.view.parts import Part

_DAYS: Final = (
    *("on_sheets", "printed_from_sheets", "spoilt_on_sheets", "unprinted", "void"),
    *("open", "beside_sheets", "printed", "spoilt", "capacity", "idle", "waiting"),
)
_AREAS: Final = 12


def month_report(month: Month, texts: Language) -> str:
    """Return the report: one HTML file that needs no other.

    Parameters
    ----------
    month
        What happened.
    texts
        Language.

    Raises
    ------
    ektp_sched.errors.MissingExtraError
        If the packages that draw charts are not installed.
    """
    need_charts()
    accused = month.judged.out_of_turn.height
    printed = month.total("printed")
    page = Page(
        kicker=texts.text("month.kicker", office=month.office.name),
        title=texts.text(
            "month.title_clean" if not accused else "month.title",
            count=accused,
            printed=printed,
        ),
        under=texts.text("month.period", start=month.first, end=month.last),
        banner=_banner(month, texts),
        tiles=tuple(Tile(*line) for line in figures_of(month, texts)),
        sections=sections_of(month, texts),
        footer=(
            texts.text("month.head", head=short_head(month.head), count=month.acts),
            texts.text("month.made"),
        ),
    )
    return render(page, texts)


def _banner(month: Month, texts: Language) -> str:
    if not month.broken:
        return ""
    return texts.text("month.broken", count=len(month.broken))


def figures_of(month: Month, texts: Language) -> Iterator[tuple[str, str, str]]:
    """Yield the figures at the top: label, value, what is to be said of it."""
    number, text = texts.number, texts.text
    sheets = month.total("on_sheets")
    printed = month.total("printed")
    beside = month.total("beside_sheets")
    yield (
        text("month.figure.printed"),
        number(printed),
        text("month.figure.printed_note", sheets=sheets, beside=beside),
    )
    _, end = month.waits("")
    yield (
        text("month.figure.waiting"),
        number(end.people),
        text("month.figure.longest", days=end.longest or 0) if end.people else "",
    )
    outcomes = month.outcomes()
    due = outcomes["kept"] + outcomes["missed"]
    kept = texts.percent(outcomes["kept"] / due) if due else text("digest.none")
    yield text("month.figure.kept"), kept, text("month.figure.kept_note", due=due)
    used = printed + month.total("spoilt")
    could = month.total("capacity")
    share = texts.percent(used / could) if could else text("digest.none")
    note = text("month.figure.used_note", idle=month.total("idle"))
    if month.total("open"):
        note = f"{note}; {text('month.figure.unknown', count=month.total('open'))}"
    yield text("month.figure.used"), share, note
    yield text("month.figure.spoilt"), number(month.total("spoilt")), ""
    yield (
        text("month.figure.out_of_turn"),
        number(month.judged.out_of_turn.height),
        text("month.figure.out_of_turn_note", printed=printed),
    )


def sections_of(month: Month, texts: Language) -> tuple[Section, ...]:
    """Return the sections of the report; none names anybody."""
    return (
        _day_section(month, texts),
        _wait_section(month, texts),
        _promise_section(month, texts),
        _order_section(month, texts),
        _machine_section(month, texts),
        _blank_section(month, texts),
        _record_section(month, texts),
    )


def _day_section(month: Month, texts: Language) -> Section:
    days = month.days
    headings = [Column(texts.text("month.column.day"), "day")]
    headings += [Column(texts.text(f"month.column.{name}"), "number") for name in _DAYS]
    table = Table(
        texts.text("month.days.caption"),
        tuple(headings),
        tuple(days.select("day", *_DAYS).iter_rows()),
    )
    figure = Figure(
        "cards-by-day",
        _day_finding(month, texts),
        texts.text("month.days.note"),
        table,
        lambda: _day_chart(days, texts),
    )
    sums = {name: month.total(name) for name in _DAYS[:-1]}
    return Section(
        "days",
        texts.text("month.days.title"),
        (figure, Paragraph(texts.text("month.days.sum", **sums))),
    )


def _day_finding(month: Month, texts: Language) -> str:
    worst = month.days.sort("idle", "day", descending=[True, False]).row(0, named=True)
    unknown = month.total("unknown")
    if not worst["idle"]:
        return texts.text(
            "month.days.unknown" if unknown else "month.days.full", count=unknown
        )
    return texts.text(
        "month.days.idle_or_unknown" if unknown else "month.days.idle",
        idle=month.total("idle"),
        could=month.total("capacity"),
        day=worst["day"],
        most=worst["idle"],
        count=unknown,
    )


def _day_chart(days: pl.DataFrame, texts: Language) -> Spec:
    """Return printed and spoilt cards by day below what could have been made."""
    first, last = days["day"][0], days["day"][-1]
    x = time_axis("day", first.isoformat(), f"{last.isoformat()}T24:00:00Z")
    printed, spoilt, could = (
        days[name].to_list() for name in ("printed", "spoilt", "capacity")
    )
    y = number_axis("cards", max(*days["printed"] + days["spoilt"], *could, 1) * 1.12)
    sides = {"x": x, "x2": {"field": "until"}, "y": y}
    spans = [(d.isoformat(), f"{d.isoformat()}T20:00:00Z") for d in days["day"]]
    names = ("day", "until", "cards", "from")
    good = [(*s, n, 0) for s, n in zip(spans, printed, strict=True)]
    bad = [
        (*s, n + more, n)
        for s, n, more in zip(spans, printed, spoilt, strict=True)
        if more
    ]
    lines = [(*s, n, 0) for s, n in zip(spans, could, strict=True)]
    layers = [
        layer(
            rows(names, cards), "rect", sides | {"y2": {"field": "from"}}, color=colour
        )
        for cards, colour in ((good, SERIES[0]), (bad, BAD))
        if cards
    ]
    layers.append(layer(rows(names, lines), "rule", sides, color=INK, strokeWidth=2))
    label = texts.text("month.days.could", cards=max(could))
    at = rows(
        ("day", "cards", "text"),
        [(spans[could.index(max(could))][0], max(could), label)],
    )
    mark = {"align": "left", "baseline": "bottom", "dy": -4, "color": INK}
    if could.index(max(could)) > len(could) // 2:
        mark["align"] = "right"
    layers.append(text_layer(at, {"x": x, "y": y}, **mark))
    return finished(layers, 230, texts)


def _wait_section(month: Month, texts: Language) -> Section:
    targets = {name: each.target_days for name, each in month.office.urgency.items()}
    parts: list[Part] = []
    every = month.waits("")
    parts.append(Paragraph(_wait_sentence(every, texts), "lead"))
    by_class = month.waits("urgency")
    if by_class:
        parts.append(
            Figure(
                "waits-by-class",
                texts.text("report.waits.plain"),
                texts.text("report.waits.note"),
                wait_table(by_class, "caption", "urgency", texts),
                lambda: wait_chart(by_class, targets, texts),
            )
        )
    by_area = month.waits("area")
    shown = by_area[: 2 * _AREAS]
    if len(by_area) > 2:
        parts.append(
            Figure(
                "waits-by-area",
                texts.text("report.waits.area_plain"),
                texts.text("report.waits.area_note"),
                wait_table(by_area, "area_caption", "area", texts),
                lambda: wait_chart(shown, {}, texts),
            )
        )
    return Section("waits", texts.text("month.waits.title"), tuple(parts))


def _wait_sentence(waits: tuple[Wait, ...], texts: Language) -> str:
    printed, end = waits
    said = []
    for wait in (printed, end):
        if wait.longest is None:
            said.append(texts.text(f"month.waits.none_{wait.moment}"))
            continue
        figures = {"count": wait.people, "middle": wait.middle, "high": wait.high}
        figures["longest"] = wait.longest
        said.append(
            texts.text(
                f"month.waits.{wait.moment}",
                **{name: value or 0 for name, value in figures.items()},
            )
        )
    return " ".join(said)


def _promise_section(month: Month, texts: Language) -> Section:
    title = texts.text("month.promises.title")
    outcomes = month.outcomes()
    if not month.promises.height:
        nobody = Paragraph(texts.text("month.promises.nobody"))
        return Section("promises", title, (nobody,))
    late = month.promises.filter(
        pl.col("outcome") == "missed", pl.col("printed_on").is_not_null()
    )
    days = (late["printed_on"] - late["promised_on"]).dt.total_days()
    sentences = [
        texts.text(f"month.promises.{name}", count=count)
        for name, count in outcomes.items()
        if count or name in {"kept", "missed"}
    ]
    if len(days):
        worst = int(days.max())  # type: ignore[arg-type]
        sentences.append(texts.text("month.promises.latest", count=worst))
    return Section(
        "promises",
        title,
        (
            Paragraph(texts.text("month.promises.told", count=month.promises.height)),
            Items(tuple(sentences)),
        ),
    )


def _order_section(month: Month, texts: Language) -> Section:
    accused = month.judged.out_of_turn.height
    deviations = month.judged.deviations
    key = "clean" if not accused else "found"
    parts: list[Part] = [Paragraph(texts.text(f"month.order.{key}", count=accused))]
    if deviations.height:
        accounts = (
            deviations.group_by("deviation", "accounted_by")
            .agg(cards=pl.len().cast(pl.Int64))
            .sort("deviation", "accounted_by", nulls_last=True)
        )
        lines = tuple(
            (
                texts.name("audit.deviation", deviation),
                texts.text("month.order.nothing")
                if account is None
                else texts.name("month.account", account),
                cards,
            )
            for deviation, account, cards in accounts.iter_rows()
        )
        names = ("deviation", "accounted_by", "cards")
        headings = (texts.text(f"month.column.{name}") for name in names)
        caption = texts.text("month.order.caption")
        parts.append(Table(caption, columns(headings, 2), lines))
    parts.append(Paragraph(texts.text("month.order.note"), "note"))
    return Section("order", texts.text("month.order.title"), tuple(parts))


def _machine_section(month: Month, texts: Language) -> Section:
    parts: list[Part] = []
    if month.outages.height:
        headings = (
            Column(texts.text("month.column.resource")),
            Column(texts.text("month.column.begins"), "day"),
            Column(texts.text("month.column.ends"), "day"),
            Column(texts.text("month.column.left")),
            Column(texts.text("month.column.act"), "number"),
        )
        lines = tuple(
            (
                resource,
                begins,
                texts.text("month.machines.on") if ends is None else ends,
                texts.percent(left / 1_000_000),
                act,
            )
            for act, resource, begins, ends, left in month.outages.iter_rows()
        )
        parts.append(Table(texts.text("month.machines.caption"), headings, lines))
    else:
        parts.append(Paragraph(texts.text("month.machines.none")))
    stopped = month.judged.stopped
    if stopped.height:
        text = texts.text(
            "month.machines.stopped",
            count=stopped.height,
            left=int(stopped["left"].sum()),
        )
        parts.append(Paragraph(text))
    idle = int(month.judged.idle["idle"].sum())
    if idle:
        parts.append(Paragraph(texts.text("month.machines.idle", count=idle)))
    return Section("machines", texts.text("month.machines.title"), tuple(parts))


def _blank_section(month: Month, texts: Language) -> Section:
    parts: list[Part] = []
    dash = texts.text("digest.none")
    if month.blanks:
        names = ("card", "printed", "spoilt", "blanks_left")
        headings = columns(texts.text(f"month.column.{name}") for name in names)
        lines = tuple(
            (
                each.card,
                each.printed,
                each.spoilt,
                dash if each.left is None else each.left,
            )
            for each in month.blanks
        )
        parts.append(Table(texts.text("month.blanks.caption"), headings, lines))
    for each in month.blanks:
        if each.ask:
            key = "ask" if each.gone_on is not None else "ask_later"
            text = texts.text(
                f"month.blanks.{key}",
                count=each.ask,
                card=each.card,
                day=each.gone_on or month.last,
            )
            parts.append(Paragraph(text, "lead"))
        elif each.ask == 0:
            parts.append(Paragraph(texts.text("month.blanks.enough", card=each.card)))
    if month.counts.height:
        names = ("card", "blanks", "expected", "difference")
        headings = (
            Column(texts.text("month.column.day"), "day"),
            *columns(texts.text(f"month.column.{name}") for name in names),
        )
        lines = tuple(
            (day, card, blanks, *(dash if n is None else n for n in more))
            for day, card, blanks, *more in month.counts.iter_rows()
        )
        parts.append(Table(texts.text("month.blanks.counted"), headings, lines))
    return Section("blanks", texts.text("month.blanks.title"), tuple(parts))


def _record_section(month: Month, texts: Language) -> Section:
    """Return what was decided and corrected, and whether anything was edited."""
    counts = dict(month.decisions["kind"].value_counts().iter_rows())
    lines = [
        texts.text(f"month.acts.{kind}", count=counts[kind])
        for kind in ("priority", "accept", "reprint", "outage", "count", "forget")
        if counts.get(kind)
    ]
    undone = month.decisions.filter(pl.col("kind") == "undo")
    lines += [
        texts.text("month.acts.undo", act=str(act), day=day, undone=str(undoes))
        for act, day, undoes in undone.select("act", "day", "undoes").iter_rows()
    ]
    if month.withheld.height:
        waiting = int(month.withheld["people"].sum())
        lines.append(texts.text("month.acts.withheld", count=waiting))
    parts: list[Part] = [Items(tuple(lines))] if lines else []
    if month.broken:
        broken = tuple(
            texts.text(
                "month.acts.broken",
                what=texts.name("month.break", each.what),
                act="–" if each.act is None else str(each.act),
                table=each.table,
            )
            for each in month.broken
        )
        parts.append(Items(broken))
    else:
        parts.append(Paragraph(texts.text("month.acts.whole", count=month.acts)))
    return Section("record", texts.text("month.acts.title"), tuple(parts))
