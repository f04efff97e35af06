"""Sentences in two languages, and the errors that carry them."""

from __future__ import annotations

import pytest

from ektp_sched.errors import BacklogError, OfficeError, UsageError
from ektp_sched.words import Said, in_language, joined, said


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
