"""Lines, tables and sections on a screen: plain where nobody looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from rich import box
from rich.console import RenderHook
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table as Grid
from rich.text import Text

from ektp_sched.output.view.parts import Items, Paragraph, Table, written
from ektp_sched.public import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, ConsoleRenderable

    from ektp_sched.output.languages import Language
    from ektp_sched.output.view.parts import Column, Section

    _Drawn: TypeAlias = tuple[Column, str, Sequence[str]]
    """A column with its heading and its cells."""

_TEXT: Final = 30
"""Characters of a text on one line, at least, where a table is well drawn."""


class VisibleSigns(RenderHook):
    """Lets no sign of a text control the screen that it is shown on."""

    def process_renderables(
        self, renderables: list[ConsoleRenderable]
    ) -> list[ConsoleRenderable]:
        """Return what is to be shown, with every control sign as �."""
        return [_Visible(each) for each in renderables]


class _Visible:
    def __init__(self, shown: ConsoleRenderable) -> None:
        self._shown = shown

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[Segment]:
        for text, style, control in console.render(self._shown, options):
            # What has a control code is the console's own, such as a colour.
            yield Segment(text if control else visible(text), style, control)


def say_line(console: Console, text: str, style: str = "") -> None:
    """Print a line, with a style only on a terminal."""
    shown = Text(text, style=style if console.is_terminal else "")
    console.print(shown, soft_wrap=not console.is_terminal)


def indented(console: Console, line: str) -> None:
    """Print a line below another one that it belongs to."""
    if console.is_terminal:
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    else:
        console.print(Text(f"  {line}"), soft_wrap=True)


def say_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Print labels and values; a value wraps below its own beginning."""
    grid = Grid.grid(padding=(0, 2))
    grid.add_column(max_width=max(20, console.width * 2 // 5))
    grid.add_column()
    for label, value in pairs:
        style = "bold" if console.is_terminal else ""
        grid.add_row(Text(label), Text(value, style=style))
    console.print(grid)


def say_section(console: Console, section: Section, texts: Language) -> None:
    """Print a section in short, an empty line before it; nothing of an empty one."""
    if section.parts:
        console.print()
    for part in section.brief:
        if isinstance(part, Table):
            say_table(console, part, texts, section.title)
        elif isinstance(part, Paragraph):
            say_line(console, part.text)
        elif isinstance(part, Items):
            say_line(console, section.title, "bold")
            for item in part.items:
                indented(console, item)


_STYLES: Final = {"warning": "yellow", "proof": "green"}
"""Colours of paragraphs on a terminal."""


def say_sections(
    console: Console,
    sections: Iterable[Section],
    texts: Language,
    *,
    style: str = "bold",
) -> None:
    """Print sections one below the other, each with its title.

    Parameters
    ----------
    console, sections, texts
        Where, what, and the language of its figures.
    style
        Of the titles.
    """
    for number, section in enumerate(sections):
        if number:
            console.print()
        if section.title:
            say_line(console, section.title, style)
        for part in section.parts:
            if isinstance(part, Table):
                say_table(console, part, texts)
            elif isinstance(part, Paragraph):
                say_line(console, part.text, _STYLES.get(part.style, part.style))
            elif isinstance(part, Items):
                for item in part.items:
                    indented(console, item)


def say_table(console: Console, table: Table, texts: Language, title: str = "") -> None:
    """Print the first rows of a table, a title over the names of its rows.

    Headings take a word a line, and details are left out, rather than that a
    figure is cut.
    """
    rows = written(replace(table, rows=table.rows[: table.first]), texts)
    names = [title or table.columns[0].heading]
    names += [column.heading for column in table.columns[1:]]
    whole = [*zip(table.columns, names, zip(*rows, strict=True), strict=True)]
    short = [drawn for drawn in whole if not drawn[0].detail]
    ways = (whole, _broken(whole), short, _broken(short))
    between = 3 if console.is_terminal else 2
    room = console.width + between
    fits = (
        way for way in ways if sum(_width(*drawn) + between for drawn in way) <= room
    )
    chosen = next(fits, None)
    shape = box.SIMPLE_HEAD if console.is_terminal else None
    grid = Grid(box=shape, pad_edge=False, header_style="bold", show_edge=False)
    for column, name, _ in chosen or ways[-1]:
        justify: Literal["left", "right"] = "right" if column.is_number else "left"
        no_wrap = chosen is not None and column.kind != "text"
        grid.add_column(name, justify=justify, no_wrap=no_wrap, overflow="fold")
    for cells in zip(*(cells for _, _, cells in chosen or ways[-1]), strict=True):
        grid.add_row(*cells)
    console.print(grid)
    for line in (table.rest, table.note):
        if line:
            say_line(console, line)


def _broken(drawn: Sequence[_Drawn]) -> list[_Drawn]:
    """Return columns with a word a line in the headings of numbers."""
    return [
        (column, name.replace(" ", "\n") if column.is_number else name, cells)
        for column, name, cells in drawn
    ]


def _width(column: Column, name: str, cells: Sequence[str]) -> int:
    """Return the characters that a column needs; a long text takes several lines."""
    lines = [line for text in (name, *cells) for line in text.split("\n")]
    widest = max(map(len, lines))
    return min(widest, _TEXT) if column.kind == "text" else widest
