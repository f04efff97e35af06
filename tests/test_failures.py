"""Why something ended: one sentence in both languages, and an exit code."""

from __future__ import annotations

import errno
import pickle

import pytest

from ektp_sched.errors import AskedError, OfficeError, UsageError
from ektp_sched.failures import BAD_INPUT, NO, TOLD, failure
from ektp_sched.words import said


def test_all_problems_are_there_and_the_sentence_names_the_first() -> None:
    problems = [said(f"wrong {n}", f"salah {n}") for n in range(TOLD + 2)]
    ended = failure(
        OfficeError(problems[0], file="office.toml", problems=problems),
    )
    assert ended.code == BAD_INPUT
    assert [*ended.problems] == [f"office.toml: {each}" for each in problems]
    assert ended.problems[1].indonesian == "office.toml: salah 1"
    assert problems[TOLD - 1] in ended.sentence
    assert problems[TOLD] not in ended.sentence
    assert ended.sentence.endswith("(and 2 more)")


def test_a_question_keeps_what_it_asks_wherever_it_is_copied() -> None:
    question = AskedError(said("which?", "yang mana?"), asks="open")
    ended = failure(pickle.loads(pickle.dumps(question)))
    assert (ended.code, ended.asks) == (NO, "open")
    assert ended.sentence.indonesian == "yang mana?"
    assert ended.problems == ("which?",)


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UsageError("days is 0"), BAD_INPUT, "days is 0"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), BAD_INPUT, "a.c"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), NO, "memory"),
        (MemoryError(), NO, "memory"),
        (MemoryError(said("needs 9 MiB", "perlu 9 MiB")), NO, "9 MiB"),
        (RuntimeError("can't start new thread"), NO, "memory"),
        (ValueError("5371012345670001"), NO, "ValueError"),
    ],
)
def test_whatever_is_raised_has_a_sentence(
    error: Exception, code: int, text: str
) -> None:
    ended = failure(error)
    assert ended.code == code
    assert text in ended.sentence
    assert "5371012345670001" not in ended.sentence + ended.sentence.indonesian
