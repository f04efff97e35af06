"""Lines and tables on a screen: plain where nobody looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import RenderHook
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from ektp_sched.public import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, ConsoleRenderable

__all__ = ["VisibleSigns", "indented", "plain_table", "say_line"]


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


def plain_table(console: Console) -> Table:
    """Return an empty table, with lines only on a terminal."""
    shape = box.SIMPLE_HEAD if console.is_terminal else None
    return Table(box=shape, pad_edge=False, header_style="bold", show_edge=False)
