"""Sentences in two languages, and the errors that carry them."""

from __future__ import annotations

import ast
import pickle
import re
from errno import ENOSPC, ENOTTY
from os import strerror
from pathlib import Path

import pytest
from jinja2 import Template

from ektp_sched import errors
from ektp_sched.errors import BacklogError, OfficeError, UsageError
from ektp_sched.output.draw.page import page_html
from ektp_sched.words import (
    Said,
    by_form,
    in_language,
    in_workbook,
    joined,
    on_page,
    said,
    system_reason,
    typed,
)

PACKAGE = Path(errors.__file__).parent
TYPED = re.compile(r"`ektp-sched|(?<![\w-])--[a-z]")
"""What only somebody at a terminal can do anything with."""


def test_a_sentence_is_the_english_one_and_knows_the_other() -> None:
    sentence = said("has {rows} rows", "berisi {rows} baris", rows=12_000)
    assert sentence == "has 12,000 rows"
    assert in_language(sentence, "id") == "berisi 12.000 baris"
    assert in_language("plain", "id") == "plain"


def test_figures_may_be_sentences_and_text() -> None:
    inner = said("a day", "satu hari")
    sentence = said(
        "{what}, year {year}", "{what}, tahun {year}", what=inner, year="2017"
    )
    assert sentence == "a day, year 2017"
    assert sentence.indonesian == "satu hari, tahun 2017"


def test_joining_keeps_both_languages() -> None:
    text = joined("; ", [said("one", "satu"), "x", said("two", "dua")])
    assert isinstance(text, Said)
    assert (str(text), text.indonesian) == ("one; x; two", "satu; x; dua")


def test_a_sentence_may_differ_where_the_file_is_a_workbook() -> None:
    form = by_form(said("in brackets", "dalam kurung"), said("in cells", "dalam sel"))
    whole = joined("; ", [said("it is {form}", "itu {form}", form=form), "x"])
    assert (str(whole), whole.indonesian) == (
        "it is in brackets; x",
        "itu dalam kurung; x",
    )
    other = in_workbook(whole)
    assert other == "it is in cells; x"
    assert in_language(other, "id") == "itu dalam sel; x"
    assert in_workbook("plain") == "plain"
    assert in_workbook(said("one", "satu")) == "one"


def test_a_sentence_is_whole_in_another_process() -> None:
    sentence = by_form(said("one", "satu"), said("two", "dua"))
    copy = pickle.loads(pickle.dumps(sentence))
    assert (copy, copy.indonesian, copy.workbook.indonesian) == ("one", "satu", "dua")
    error = OfficeError(said("bad", "buruk"), file="o.toml", column="servers[1].id")
    assert pickle.loads(pickle.dumps(error)).sentence("id") == error.sentence("id")


MORE: dict[str, dict[str, object]] = {
    "TooManyRejectsError": {"backlog": "what was read", "file": "b.csv"},
    "CrossingBlanksError": {"card": "KIA", "others": ("KTP-el",)},
    "AskedError": {"asks": "open"},
}
"""What some errors need beside their sentence."""


@pytest.mark.parametrize(
    "name", [name for name in errors.__all__ if name.endswith("Error")]
)
def test_every_error_is_whole_in_another_process(name: str) -> None:
    kind = getattr(errors, name)
    error = kind(said("bad", "buruk"), **MORE.get(name, {}))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert vars(copy) == vars(error)
    assert (str(copy), copy.sentence("id")) == (str(error), error.sentence("id"))


def test_where_an_error_stands_is_kept_in_another_process() -> None:
    error = BacklogError("bad", sheet="S", file="b.xlsx", row=3, problems=("a", "b"))
    copy = pickle.loads(pickle.dumps(error))
    assert str(copy) == str(error) == "b.xlsx, sheet S, row 3: bad"
    assert (copy.row, copy.problems) == (3, ("a", "b"))


def test_the_system_says_why_in_both_languages() -> None:
    reason = system_reason(OSError(ENOSPC, "No space left on device"))
    assert reason == "No space left on device"
    assert reason.indonesian == "ruang penyimpanan habis"
    unknown = system_reason(OSError("odd"))
    assert unknown == "the system refused"
    assert unknown.indonesian == "ditolak oleh sistem"
    rare = system_reason(ENOTTY)
    assert rare == strerror(ENOTTY)
    assert rare.indonesian == f"ditolak oleh sistem, kode {ENOTTY}"


@pytest.mark.parametrize(
    ("error", "english", "indonesian"),
    [
        (
            BacklogError(said("bad", "buruk"), file="b.xlsx", sheet="Data", row=1200),
            "b.xlsx, sheet Data, row 1200: bad",
            "b.xlsx, lembar Data, baris 1200: buruk",
        ),
        (
            BacklogError(said("bad", "buruk"), column="TGL"),
            "column TGL: bad",
            "kolom TGL: buruk",
        ),
        (
            OfficeError(said("bad", "buruk"), file="o.toml", column="servers[1].id"),
            "o.toml, servers[1].id: bad",
            "o.toml, servers[1].id: buruk",
        ),
        (
            OfficeError(
                said("bad", "buruk"), file="o.xlsx", sheet="S", row=2, column="id"
            ),
            "o.xlsx, sheet S, row 2, column id: bad",
            "o.xlsx, lembar S, baris 2, kolom id: buruk",
        ),
        (UsageError(said("bad", "buruk")), "bad", "buruk"),
        (UsageError("bad"), "bad", "bad"),
    ],
)
def test_an_error_says_its_place_in_the_language_asked(
    error: BacklogError, english: str, indonesian: str
) -> None:
    assert str(error) == english
    assert error.sentence("en") == english
    assert error.sentence("id") == indonesian


def test_a_page_without_a_place_for_its_policy_is_not_made() -> None:
    for text in ("<head></head>", '<head><meta charset="utf-8"></head>\n'):
        with pytest.raises(ValueError, match="has no line"):
            page_html(Template(text), "")


def test_a_page_leaves_out_what_is_typed() -> None:
    how = typed(" with --by {n}", " dengan --by {n}", n="N")
    instead = typed("--by", "--by", said("who", "siapa"))
    whole = said("say it{how}: {by}", "sebutkan{how}: {by}", how=how, by=instead)
    listed = joined("; ", ("o.toml", whole, said("one", "satu")))
    assert listed == "o.toml; say it with --by N: --by; one"
    copy = pickle.loads(pickle.dumps(listed))
    assert in_language(on_page(copy), "id") == "o.toml; sebutkan: siapa; satu"
    assert on_page(said("one", "satu")) == "one"
    assert on_page("plain") == "plain"
    of_sheets = by_form(said("in brackets", "dalam kurung"), said("in a cell", "sel"))
    both = said("{a}{b}", "{a}{b}", a=of_sheets, b=how)
    assert in_workbook(both) == "in a cell with --by N"
    assert on_page(both) == "in brackets"


@pytest.mark.parametrize("room", ["days", "morning", "counter", "telling"])
def test_no_sentence_of_an_office_tells_a_page_to_type(room: str) -> None:
    """But of what is done at a terminal alone, such as forgetting people."""
    for path in sorted((PACKAGE / room).glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "said":
                texts = [a.value for a in call.args if isinstance(a, ast.Constant)]
                told = [text for text in texts if TYPED.search(str(text))]
                assert told == [] or path.name == "forget.py", path.name
