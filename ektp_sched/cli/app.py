"""The command ``ektp-sched``: parse, call, print, exit code; no logic.

A command's module loads when the command is asked for, and heavy rooms inside the
commands, so that each answers as soon as it can.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ektp_sched import __version__
from ektp_sched.cli.console import DONE, echo, explain_failure, say
from ektp_sched.cli.interruption import INTERRUPTED
from ektp_sched.cli.language import choose_language, in_spoken
from ektp_sched.cli.options import option
from ektp_sched.cli.streams import prepare_streams, unread
from ektp_sched.cli.usage import Command, Commands
from ektp_sched.failures import NO

if TYPE_CHECKING:
    from collections.abc import Sequence

_COMMANDS: Final[dict[str, tuple[str, ...]]] = {
    "init": (
        "input",
        "ektp-sched init kupang --example kupang",
        "ektp-sched init saturdays --example saturdays",
        "ektp-sched init myoffice --xlsx",
        'ektp-sched init kantor --name "Kota Kupang" --printers 2 --cards 150',
        "ektp-sched init converted --from office.xlsx",
    ),
    "schema": (
        "input",
        "ektp-sched schema office --lang en --out office.schema.json",
        "ektp-sched schema scenarios",
    ),
    "check": (
        "input",
        "ektp-sched check backlog.csv --office office.toml",
    ),
    "plan": (
        "plan",
        "ektp-sched plan backlog.csv --office office.toml --start 2017-09-12 --out out",
        "ektp-sched plan export.csv --office office.toml --out plan-13 "
        "--previous plan-12 --done filled.xlsx",
        "ektp-sched plan backlog.csv --office office.toml --against scenarios.toml "
        "--start 2017-09-12 --out rule",
    ),
    "today": (
        "today",
        "ektp-sched today",
        "ektp-sched today kantor --open exclude --by Maria",
        "ektp-sched today --rest",
    ),
    "record": (
        "record",
        "ektp-sched record plans/2017-09-12/batches/2017-09-12/printer-1.xlsx",
        "ektp-sched record --all --except spoilt.csv --by Sri",
        "ektp-sched record --count KTP-el=8731",
        "ektp-sched record --outage server-1 --from 2017-09-13",
        "ektp-sched record --undo 17 --reason misclick",
        "ektp-sched record --office new.toml --by Maria",
    ),
    "verify": (
        "trust",
        "ektp-sched verify out --backlog backlog.csv --office office.toml",
        "ektp-sched verify plan-13 --backlog export.csv --office office.toml "
        "--previous plan-12 --done filled.xlsx",
    ),
    "explain": (
        "trust",
        "ektp-sched explain out KPG-000001 --backlog backlog.csv --office office.toml",
    ),
    "audit": (
        "trust",
        "ektp-sched audit log.csv --backlog backlog.csv --office office.toml "
        "--out audit",
        "ektp-sched audit office --from 2017-09-01 --to 2017-09-30 --out september",
    ),
    "status": (
        "status",
        "ektp-sched status kupang BKR4T-9WXHD",
        "ektp-sched status kupang",
        "ektp-sched status --find maria",
    ),
    "desk": (
        "desk",
        "ektp-sched desk",
        "ektp-sched desk kupang --on 2017-09-12 --no-browser",
    ),
    "report": (
        "evidence",
        "ektp-sched report out --lang en",
    ),
    "compare": (
        "whatif",
        "ektp-sched compare backlog.csv --office office.toml "
        "--scenarios scenarios.toml --start 2017-09-12 --out compared",
    ),
    "need": (
        "whatif",
        "ektp-sched need backlog.csv --office office.toml --resource server-1 "
        "--cleared-by 2017-12-22 --start 2017-09-12",
    ),
    "promise": (
        "dates",
        "ektp-sched promise backlog.csv --office office.toml "
        "--scenarios scenarios.toml --start 2017-09-12 --out dates",
    ),
    "backtest": (
        "dates",
        "ektp-sched backtest backlog.csv --office office.toml "
        "--scenarios scenarios.toml --start 2017-09-12 --history-days 60",
    ),
    "evidence": (
        "evidence",
        "ektp-sched evidence kupang bukti.zip --day 2017-09-12",
        "ektp-sched evidence bukti-umum.zip --public",
    ),
    "fleet": (
        "fleet",
        "ektp-sched fleet backlogs --offices offices --start 2017-09-12 --out plans",
        "ektp-sched fleet nation.parquet --offices offices --column KODE_KAB "
        "--out plans --workers 8",
        "ektp-sched fleet backlogs --offices offices --days 60 --blanks 500000 "
        "--out plans",
    ),
    "ledger": (
        "ledger",
        "ektp-sched ledger verify",
    ),
}
"""Commands in the order of ``--help``: the module of each, and its examples."""


class _Commands(Commands):
    """The commands, each built when it is first asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (click gives it)
        """Return the names of all."""
        return [*_COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, None for a word that is none."""
        if cmd_name in _COMMANDS and cmd_name not in self.commands:
            self.commands[cmd_name] = _built(cmd_name)
        return super().get_command(ctx, cmd_name)


def _built(name: str) -> Any:
    module, *examples = _COMMANDS[name]
    command = getattr(import_module(f"ektp_sched.cli.{module}"), name)
    if not isinstance(command, typer.Typer):  # which has examples of its own
        epilog = "\b\nExample:\n  " + "\n  ".join(examples)
        own = typer.Typer(add_completion=False, rich_markup_mode=None)
        own.command(name, cls=Command, epilog=epilog)(command)
        command = own
    return typer.main.get_command(command)


app = typer.Typer(
    name="ektp-sched",
    cls=_Commands,
    help=(
        "Provably optimal, fair daily print batches for an identity-card backlog.\n\n"
        "\b\n"
        "Start with an example:\n"
        "  ektp-sched init kupang --example kupang\n"
        "  ektp-sched plan kupang/backlog.csv --office kupang/office.toml \\\n"
        "      --start 2017-09-12 --days 60 --out out\n\n"
        "\b\n"
        "Exit codes: 0 done; 1 the answer is no; 2 bad input or usage;\n"
        "130 interrupted."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        echo(f"ektp-sched {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        option("--version", "Say the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    pass


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    outlet = prepare_streams()
    choose_language(None)
    try:
        code = app(
            args=None if arguments is None else list(arguments),
            prog_name="ektp-sched",
            standalone_mode=False,
        )
        lost = unread(outlet)
    except (Exception, KeyboardInterrupt) as error:
        return explain_failure(error)
    if code == INTERRUPTED:
        return explain_failure(KeyboardInterrupt())
    code = code if isinstance(code, int) else DONE
    if lost is None:
        return code
    sentence, is_failure = lost
    say(f"ektp-sched: {in_spoken(sentence)}")
    return NO if is_failure and code == DONE else code
