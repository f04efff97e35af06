"""Why something ended, in a sentence for whoever asked for it, and its exit code."""

from __future__ import annotations

import errno
import os
import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import AskedError, EktpSchedError, InputError
from ektp_sched.words import Said, joined, said, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

NO: Final = 1
"""Exit code where the answer is no, or where the program is at fault."""
BAD_INPUT: Final = 2
"""Exit code where what was given is not what it should be."""
TOLD: Final = 3
"""Problems that the sentence of a failure names; `Failure.problems` has all."""

_WANT_OF_MEMORY: Final = (
    "can't start new thread",
    "failed to map segment",
    "Cannot allocate memory",
    "cannot allocate memory",
)
"""What libraries say where the system gives no more memory."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something ended.

    Parameters
    ----------
    sentence
        What is wrong and what would be right.
    code
        `NO` or `BAD_INPUT`, the exit code of a command that ends so.
    problems
        Every problem, each naming its file; the sentence alone where it is one.
    asks
        What only the office can answer; see `ektp_sched.errors.AskedError`.
    figures
        Numbers in that question, by name.
    """

    sentence: Said
    code: int
    problems: tuple[Said, ...]
    asks: str = ""
    figures: Mapping[str, int] = field(default_factory=dict)


def failure(error: BaseException) -> Failure:
    """Return why something ended, whatever was raised.

    Parameters
    ----------
    error
        As it was raised; its traceback says where a mistake of the program lies.
    """
    if isinstance(error, AskedError):
        known = _failure(error.args[0], NO)
        return replace(known, asks=error.asks, figures=error.figures)
    if isinstance(error, InputError):
        problems = problems_of(error)
        return Failure(_first_problems(error), BAD_INPUT, (*problems,))
    if isinstance(error, EktpSchedError):
        return _failure(joined("", error.args), BAD_INPUT)
    if isinstance(error, MemoryError) and any(isinstance(a, Said) for a in error.args):
        return _failure(error.args[0], NO)
    if _is_want_of_memory(error):
        sentence = said(
            "there is not enough memory for this input",
            "memori tidak cukup untuk data masukan ini",
        )
        return _failure(sentence, NO)
    if isinstance(error, OSError):
        reason = system_reason(error)
        place = error.filename
        named = isinstance(place, str) and place
        return _failure(joined(": ", (place, reason)) if named else reason, BAD_INPUT)
    if type(error).__name__ == "UnverifiedPlanError":
        sentence = said(
            "{error}; please report this mistake in the program",
            "{error}; mohon laporkan kesalahan program ini",
            error=error.args[0],
        )
        return _failure(sentence, NO)
    sentence = said(
        "this is a mistake in the program ({kind} in {place}), and nothing was "
        "written; please report it with this line, and without any personal data",
        "ini kesalahan program ({kind} di {place}), dan tidak ada yang ditulis; "
        "mohon laporkan dengan baris ini, tanpa data pribadi apa pun",
        kind=type(error).__name__,
        place=_innermost(error),
    )
    return _failure(sentence, NO)


def problems_of(error: InputError) -> list[Said]:
    """Return every problem of an error, each naming its file."""
    if len(error.problems) < 2:
        return [joined("", error.args)]
    return [joined(": ", _parts(error.file, problem)) for problem in error.problems]


def _failure(sentence: str, code: int) -> Failure:
    known = joined("", (sentence,))
    return Failure(known, code, (known,))


def _is_want_of_memory(error: BaseException) -> bool:
    """Return whether there was too little memory, whoever noticed it."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    said_by_libraries = any(text in str(error) for text in _WANT_OF_MEMORY)
    return isinstance(error, MemoryError) or said_by_libraries


def _parts(file: str | None, problem: str) -> tuple[str, ...]:
    return (file, problem) if file and not problem.startswith(file) else (problem,)


def _first_problems(error: InputError) -> Said:
    """Return the first problems on one line."""
    if len(error.problems) < 2:
        return joined("", error.args)
    text = joined("; ", (problems_of(error)[0], *error.problems[1:TOLD]))
    rest = len(error.problems) - TOLD
    if rest <= 0:
        return text
    return said(
        "{text} (and {rest} more)", "{text} (dan {rest} lagi)", text=text, rest=rest
    )


def _innermost(error: BaseException) -> Said:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "ektp_sched" in f.filename]
    if not ours:
        return said("the program", "program")
    last = ours[-1]
    return said(
        "{file}, line {line}",
        "{file}, baris {line}",
        file=os.path.basename(last.filename),
        line=str(last.lineno),
    )
