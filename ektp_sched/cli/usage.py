"""What is wrong with the arguments of a command or its memory, in its language.

The libraries that tables are read with start threads of their own, which end the
process, or wait for each other for ever, where a limit leaves no room for them: so a
command asks how much memory it may take before it takes any.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperCommand, TyperGroup

from ektp_sched.cli.language import choose_language
from ektp_sched.errors import UsageError
from ektp_sched.words import Said, joined, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


_LEAST: Final = 1700
_EACH: Final = 8
"""MiB of addresses: measured with the smallest backlog, and for each processor."""


_ALIKE: Final = 0.6
"""Likeness from which a command is offered for a word that is none."""


class TooLittleMemoryError(MemoryError):
    """A limit allows less memory than any command needs."""


def least_memory() -> int:
    """Return the MiB of addresses without which no command is begun."""
    return _LEAST + _EACH * (os.cpu_count() or 1)


def demand_memory() -> None:
    """Stop a command that a limit of the system leaves too little memory.

    Raises
    ------
    TooLittleMemoryError
        It says how much is needed.
    """
    with suppress(ImportError):  # where there are no such limits
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY and limit >> 20 < least_memory():
            message = said(
                "a limit allows this program {limit} MiB of memory, and it needs at "
                "least {least} MiB; raise the limit (ulimit -v {kib})",
                "suatu batas mengizinkan program ini memakai {limit} MiB memori, "
                "padahal diperlukan sekurang-kurangnya {least} MiB; naikkan batasnya "
                "(ulimit -v {kib})",
                limit=limit >> 20,
                least=least_memory(),
                kib=str(least_memory() << 10),
            )
            raise TooLittleMemoryError(message)


class Command(TyperCommand):
    """A command that knows in which language to speak before it may fail."""

    def make_context(
        self, info_name: str | None, args: list[str], *more: Any, **extra: Any
    ) -> Any:
        """Read the arguments leniently for the language, then in earnest."""
        lenient = {"allow_extra_args": True, "resilient_parsing": True, **extra}
        options = {name for each in self.params for name in each.opts}
        known = [a for a in args if a[:1] != "-" or a.partition("=")[0] in options]
        while known and known[-1] in options:  # which lacks its value, perhaps
            known.pop()
        first = super().make_context(info_name, [*known], *more, **lenient)
        choose_language(first.params)
        try:
            return super().make_context(info_name, args, *more, **extra)
        except Exception as error:
            if getattr(error, "ctx", first) is None:
                error.ctx = first  # type: ignore[attr-defined]
            raise

    def invoke(self, ctx: Any) -> Any:
        """Run the command, if it may take the memory that it needs."""
        demand_memory()
        return super().invoke(ctx)


class Commands(TyperGroup):
    """The commands, and a sentence for a word that is none of them."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the first argument names, and the others."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            known = self.list_commands(ctx)
            raise UsageError(_unknown_command(name, known, ctx.command_path))
        return super().resolve_command(ctx, args)


def _unknown_command(name: str, known: Iterable[str], group: str) -> Said:
    from ektp_sched.rules.nearest import nearest

    command = nearest(name, known, least=_ALIKE)
    if command is None:
        return said(
            "there is no command {name}; see `{group} --help`",
            "tidak ada perintah {name}; lihat `{group} --help`",
            name=name,
            group=group,
        )
    return said(
        "there is no command {name}; the nearest one is `{group} {command}`",
        "tidak ada perintah {name}; yang paling mirip adalah `{group} {command}`",
        name=name,
        group=group,
        command=command,
    )


def usage_sentence(error: BaseException) -> Said:
    """Return what is wrong with the arguments, and where to read more."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "ektp-sched"
    tell = _SENTENCES.get(type(error).__name__, _plain)
    return said(
        "{what}; see `{command} --help`",
        "{what}; lihat `{command} --help`",
        what=tell(error),
        command=command,
    )


def _missing(error: Any) -> Said:
    return said(
        "{name} is missing",
        "{name} belum diberikan",
        name=_name(error.param),
    )


def _unknown_option(error: Any) -> Said:
    sentence = said(
        "there is no option {name}", "tidak ada opsi {name}", name=error.option_name
    )
    if not error.possibilities:
        return sentence
    nearest = said(
        "the nearest one is {name}",
        "yang paling mirip adalah {name}",
        name=error.possibilities[0],
    )
    return joined("; ", (sentence, nearest))


def _bad_option(error: Any) -> Said:
    name = str(error.option_name)
    values = next(filter(str.isdecimal, error.message.split()), "")
    if "does not take" in error.message:
        return said("{name} takes no value", "{name} tidak memakai nilai", name=name)
    if not values:
        return said("{name} needs a value", "{name} memerlukan nilai", name=name)
    return said(
        "{name} needs {values} values",
        "{name} memerlukan {values} nilai",
        name=name,
        values=values,
    )


def _bad_value(error: Any) -> Said:
    told = isinstance(error.message, Said)
    sentence = error.message if told else _right_value(error.__cause__, error.message)
    return joined(": ", (_name(error.param), sentence))


def _right_value(cause: BaseException | None, message: str) -> Said:
    """Return what a value must be, by what the library's own check says of it."""
    from pydantic import ValidationError

    details: dict[str, Any] = {}
    if isinstance(cause, ValidationError):
        details |= cause.errors()[0]
    kind, limits = details.get("type", ""), details.get("ctx", {})
    if kind == "greater_than_equal":
        return said(
            "the value must be at least {low}",
            "nilainya paling kecil {low}",
            low=_figure(limits["ge"]),
        )
    if kind == "less_than_equal":
        return said(
            "the value must be at most {high}",
            "nilainya paling besar {high}",
            high=_figure(limits["le"]),
        )
    if kind.startswith("int"):
        return said("the value must be a whole number", "nilainya harus bilangan bulat")
    if kind.startswith(("float", "finite")):
        return said("the value must be a number", "nilainya harus bilangan")
    _, known, choices = message.partition("is not one of ")
    if known:
        return said(
            "the value must be one of {choices}",
            "nilainya harus salah satu dari {choices}",
            choices=choices.rstrip(".").replace("'", ""),
        )
    return said(
        "the value is not understood ({reason})",
        "nilainya tidak dipahami ({reason})",
        reason=message,
    )


def _figure(number: float) -> int | str:
    """Return a whole number for a sentence to group, and another as it is."""
    return int(number) if float(number).is_integer() else f"{number:g}"


def _plain(error: Any) -> Said:
    """Return the sentence for an error that has no class of its own."""
    message = str(error.message).strip()
    if message.startswith("Missing command"):
        return said("name a command", "sebutkan perintahnya")
    if "unexpected extra argument" in message:
        extra = message.partition("(")[2].partition("(")[2].rstrip(".)")
        return said(
            "there are more arguments than the command takes: {extra}",
            "argumennya lebih banyak daripada yang dipakai perintah ini: {extra}",
            extra=extra,
        )
    return Said(message, message)


def _help(error: Any) -> Said:
    text = str(error.format_message()).strip()
    return Said(text, text)


_SENTENCES: Final[dict[str, Callable[[Any], Said]]] = {
    "MissingParameter": _missing,
    "NoSuchOption": _unknown_option,
    "BadOptionUsage": _bad_option,
    "BadArgumentUsage": _plain,
    "BadParameter": _bad_value,
    "NoArgsIsHelpError": _help,
}


def _name(parameter: Any) -> str:
    """Return how a parameter is written: --office, or BACKLOG."""
    if parameter is None:
        return said("an argument", "sebuah argumen")
    if parameter.param_type_name == "option":
        return str(max(parameter.opts, key=len))
    return str(parameter.metavar or parameter.name.upper())
