"""Interval bars: a tenth lies below, a tenth above, a dot at the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ektp_sched.output.report.charts import (
    INK,
    PAPER,
    Spec,
    finished,
    layer,
    number_line,
    pixels_down,
    rows,
    text_layer,
    time_axis,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ektp_sched.output.languages import Language

_HEAD: Final = 24
_LINE: Final = 16
_LETTERS: Final = 58
"""Letters in a line, as wide as the drawing; headings are bold and wider."""
_HEAD_LETTERS: Final = 50
_ROW: Final = 36
_BARE: Final = 20
_GAP: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval and what is written above it.

    Parameters
    ----------
    label
        Says whose it is, with its figures; a long one takes several lines.
    low, middle, high
        P10, P50, P90: numbers, or dates as ISO texts; a missing high end is
        beyond the axis, a missing middle is not drawn.
    colour
        Of the bar.
    """

    label: str
    low: float | str | None
    middle: float | str | None
    high: float | str | None
    colour: str


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading.

    Parameters
    ----------
    title
        Empty: no heading.
    bars
        In order, from the top.
    target
        A mark across the bars, such as the class target; None for none.
    """

    title: str
    bars: tuple[Bar, ...]
    target: float | str | None = None


def interval_chart(
    groups: Sequence[Group],
    texts: Language,
    *,
    ends: tuple[float, float] | tuple[str, str],
) -> Spec:
    """Return a chart of intervals, each below its own label.

    Labels stand above the bars and not beside them, so that a phone has room.
    """
    heads, labels, bars, targets = _placed(groups, ends)
    height = int(_height(groups))
    if isinstance(ends[0], str):
        x = time_axis("low", ends[0], str(ends[1]))
    else:
        x = number_line("low", ends[0], float(ends[1]))
    layers = [
        *_bars(bars, x, height),
        *_targets(targets, x, height),
        *_texts(heads, height, fontWeight="bold"),
        *_texts(labels, height),
    ]
    return finished(layers, height + 24, texts)


def _height(groups: Sequence[Group]) -> float:
    return sum(
        (_HEAD + _further(group.title, _HEAD_LETTERS) if group.title else 0)
        + sum(map(_row, group.bars))
        + _GAP
        for group in groups
    )


def _row(bar: Bar) -> int:
    """Return the height of a bar with its label, or of a label alone."""
    return (_BARE if bar.low is None else _ROW) + _further(bar.label)


def _further(label: str, letters: int = _LETTERS) -> int:
    """Return the height of all lines of a label but the first."""
    return _LINE * (len(wrapped(label, letters)) - 1)


def _lines(label: str, at: float, letters: int = _LETTERS) -> list[tuple[str, float]]:
    return [
        (line, at + _LINE * number)
        for number, line in enumerate(wrapped(label, letters))
    ]


def _placed(
    groups: Sequence[Group], ends: tuple[Any, Any]
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Return headings, labels, bars and targets with their heights in pixels."""
    heads, labels, bars, targets = [], [], [], []
    at = 0.0
    for group in groups:
        if group.title:
            heads += _lines(group.title, at + 12, _HEAD_LETTERS)
            at += _HEAD + _further(group.title, _HEAD_LETTERS)
        for bar in group.bars:
            labels += _lines(bar.label, at + 10)
            at += _row(bar)
            if bar.low is not None:
                high = ends[1] if bar.high is None else bar.high
                bars.append((bar.low, high, bar.middle, at - 11, bar.colour))
                if group.target is not None:
                    targets.append((group.target, at - 19, at - 3))
        at += _GAP
    return heads, labels, bars, targets


def _texts(placed: Sequence[Any], height: int, **mark: Any) -> list[Spec]:
    if not placed:
        return []
    data = rows(("text", "y"), placed)
    encoding = {"x": {"value": 0}, "y": pixels_down("y", height)}
    place = {"align": "left", "baseline": "middle", "color": INK}
    return [text_layer(data, encoding, **place, **mark)]


def _targets(placed: Sequence[Any], x: Spec, height: int) -> list[Spec]:
    if not placed:
        return []
    data = rows(("low", "y", "end"), placed)
    across = {"x": x, "y": pixels_down("y", height), "y2": {"field": "end"}}
    return [layer(data, "rule", across, color=INK, strokeWidth=2)]


def _bars(placed: Sequence[Any], x: Spec, height: int) -> list[Spec]:
    """Return bars and dots; a layer for each colour needs no scale."""
    layers = []
    for colour in dict.fromkeys(bar[4] for bar in placed):
        of_colour = [bar[:4] for bar in placed if bar[4] == colour]
        data = rows(("low", "high", "middle", "y"), of_colour)
        at = {"x": x, "y": pixels_down("y", height)}
        bar = {"strokeWidth": 9, "strokeCap": "round", "opacity": 0.55}
        span = {**at, "x2": {"field": "high"}}
        layers.append(layer(data, "rule", span, color=colour, **bar))
        dots = rows(("low", "y"), [(b[2], b[3]) for b in of_colour if b[2] is not None])
        dot = {"size": 90, "opacity": 1, "stroke": PAPER, "strokeWidth": 1.5}
        layers.append(layer(dots, "circle", at, color=colour, **dot))
    return layers
