"""Texts in two languages: complete, alike, and written as each writes."""

from __future__ import annotations

import ast
import re
from datetime import date
from fractions import Fraction
from functools import cache
from string import Formatter

import pytest
from package import PACKAGE, nodes, trees

from ektp_sched.backlog.model import PLANNED
from ektp_sched.backlog.records import FIELDS
from ektp_sched.errors import UsageError
from ektp_sched.office import Notice
from ektp_sched.output import language
from ektp_sched.planning import Conflict
from ektp_sched.words import in_language


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    one, other = language("id").texts, language("en").texts
    # Indonesian needs no form of its own for one.
    singular = {key for key in other if key.endswith(".one")}
    assert set(one) == set(other) - singular
    for key, text in one.items():
        assert placeholders(text) == placeholders(other[key]), key
    for key in singular:
        assert placeholders(other[key]) <= placeholders(one[key.removesuffix(".one")])
    assert not [key for key, text in one.items() if not text.strip()]


def test_other_languages_are_refused() -> None:
    with pytest.raises(UsageError, match="'fr' is unknown; it must be id or en"):
        language("fr")


def strings_of(*folders: str) -> set[str]:
    found = set()
    for folder in folders:
        for path in trees():
            for node in nodes(path) if path.startswith(f"{folder}/") else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


@cache
def codes_of(name: str) -> set[str]:
    """Return the first text of every call of a name in the package."""
    found = set()
    for path in trees():
        for node in nodes(path):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if not called or node.func.id != name or not node.args:  # type: ignore[attr-defined]
                continue
            first = node.args[0]  # type: ignore[attr-defined]
            if isinstance(first, ast.Constant):
                found.add(str(first.value))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("code", ["id", "en"])
def test_every_notice_has_its_sentence(code: str) -> None:
    codes = codes_of("Notice") | {"due-before-ready", "promised-before-ready"}
    assert len(codes) > 20
    texts = language(code).texts
    assert not {c for c in codes if f"notice.{c}" not in texts}


@pytest.mark.parametrize("code", ["id", "en"])
def test_a_field_is_called_the_same_everywhere(code: str) -> None:
    assert [*FIELDS] == [name for name in PLANNED if name != "application_id"]
    texts = language(code)
    for name, words in FIELDS.items():
        word = in_language(words, code)
        assert texts.name("field", name) == word
        assert texts.text(f"column.{name}").lower() == word.lower()


@pytest.mark.slow
@pytest.mark.parametrize("code", ["id", "en"])
def test_every_code_has_its_text(code: str) -> None:
    texts, said_of = language(code).texts, language(code).reason
    words = strings_of("backlog", "planning")
    pins = {word for word in words if word.startswith("pin-")}
    assert {"pin-closed", "pin-capacity", "pin-no-blanks"} <= pins
    assert not {pin for pin in pins if f"conflict.{pin}" not in texts}
    for kind in ("missing", "lost-number", "bad-date", "ready-before-waiting"):
        assert said_of(kind) != kind
    unknown = {
        word for word in words if re.fullmatch(r"unknown-(card|class|area)", word)
    }
    assert len(unknown) == 3
    assert not {word for word in unknown if said_of(word) == word}
    assert not {w for w in unknown if "Alak" not in said_of(f"{w}: nearest is Alak")}
    dates = (PACKAGE / "backlog/dates.py").read_text("utf-8")
    details = set(re.findall(r'pl\.lit\("([a-z]+(?:-[a-z]+)+)"\)', dates))
    details |= {"unknown-form", "not-in-the-office-form"}
    assert len(details) >= 8
    plain = said_of("bad-date")
    assert not {d for d in details if said_of(f"bad-date: {d}") == plain}
    for reason in (
        "capacity",
        "not-ready",
        "no-ribbon",
        "no-blanks",
        "no-printer",
        "pinned-later",
    ):
        assert texts[f"unprinted.{reason}"]


@pytest.mark.parametrize(
    ("reason", "english", "indonesian"),
    [
        ("missing", "is needed, but empty", "wajib diisi, tetapi kosong"),
        (
            "bad-date: two-digit-year",
            "the year has two digits; write four",
            "tahunnya dua angka; tulislah empat angka",
        ),
        (
            "duplicate: row 2017 stays",
            "the same application ID as row 2017, and row 2017 stays",
            "ID permohonan sama dengan baris 2017, dan baris 2017 yang dipakai",
        ),
        (
            "duplicate: row 12 of sheet Alak stays",
            "the same application ID as row 12 of the sheet Alak, and that row stays",
            "ID permohonan sama dengan baris 12 di lembar Alak, dan baris itu yang "
            "dipakai",
        ),
        (
            "unknown-area: nearest is Batu Plat",
            "unknown area; the nearest is Batu Plat",
            "wilayah tidak dikenal; yang paling mirip adalah Batu Plat",
        ),
        ("unknown-area", "unknown area", "wilayah tidak dikenal"),
        ("bad-date: new-detail", "is no date that can be read", None),
        ("new-code", "new-code", "new-code"),
        (
            "missing; unknown-class",
            "is needed, but empty; unknown urgency class",
            "wajib diisi, tetapi kosong; kelas urgensi tidak dikenal",
        ),
    ],
)
def test_reasons(reason: str, english: str, indonesian: str | None) -> None:
    assert language("en").reason(reason) == english
    if indonesian is not None:
        assert language("id").reason(reason) == indonesian


def test_numbers_and_dates() -> None:
    tuesday = date(2017, 9, 12)
    august = date(2017, 8, 5)
    id_, en = language("id"), language("en")
    assert (id_.number(1234567), en.number(1234567)) == ("1.234.567", "1,234,567")
    assert en.number(10**27, 2) == "1," + ",".join(["000"] * 9)
    assert (id_.number(1234.5, 2), en.number(1234.5, 2)) == ("1.234,5", "1,234.5")
    third = Fraction(10000, 3)
    assert (id_.number(third, 2), en.number(third, 2)) == ("3.333,33", "3,333.33")
    assert (id_.percent(0.125, 1), en.percent(0.125, 1)) == ("12,5%", "12.5%")
    assert id_.long_date(tuesday) == "Selasa, 12 September 2017"
    assert en.long_date(tuesday) == "Tuesday, 12 September 2017"
    assert (id_.plain_date(august), en.plain_date(august)) == (
        "5 Agustus 2017",
        "5 August 2017",
    )
    assert (id_.short_date(august), en.short_date(tuesday)) == (
        "5 Agu 2017",
        "12 Sep 2017",
    )
    assert (id_.weekday(tuesday), en.weekday(tuesday)) == ("Sel", "Tue")


def test_figures_in_sentences() -> None:
    notice = Notice("leave-not-announced", {"country": "ID", "year": 2027})
    said = language("en").notice(notice)
    assert said.startswith("The collective leave of 2027 is not announced yet")
    short = Notice("reserve-takes-all", {"reserve": 2500, "capacity": 2400})
    assert "2.500 kartu per hari" in language("id").notice(short)
    unheard = Notice("unheard-of", {"day": "2017-09-12", "count": 3})
    assert language("en").notice(unheard) == "unheard-of: day 2017-09-12, count 3"
    assert language("en").notice(Notice("bare")) == "bare"


def test_conflicts_name_the_day_and_the_first_ids() -> None:
    ids = tuple(f"K-{n:02d}" for n in range(12))
    figures: dict[str, str | int] = {"pins": 12, "room": 11}
    conflict = Conflict("pin-capacity", date(2017, 9, 12), figures, ids)
    said = language("en").conflict(conflict)
    assert said.startswith(
        "12 applications must be printed by 12 September 2017, but there is room for "
        "11: K-00, K-01"
    )
    assert said.endswith("K-09, ….")


NEVER_ONE = {
    "audit.cut",
    "book.cut",
    "ledger.backed_up",
    "notice.queue-number-shared",
    "report.load.many",
}
"""A list is cut at 100,000 rows, a number is shared by two at least, and a ledger that
can be copied has several acts."""


def test_every_english_count_has_its_words_for_one() -> None:
    texts = language("en").texts
    counted = re.compile(r"\{(count|rows)\} (?:[a-z]+ )?[a-z]+s\b")
    many = {key for key, text in texts.items() if counted.search(text)}
    assert len(many) > 20
    assert many >= NEVER_ONE
    assert {key for key in many if f"{key}.one" not in texts} == NEVER_ONE


@pytest.mark.parametrize("code", ["number-not-16-digits", "due-before-ready"])
def test_a_notice_about_one_row(code: str) -> None:
    said = language("en").notice(Notice(code, {"rows": 1, "column": "NIK"}))
    assert said.startswith("1 ")
    assert " numbers " not in said
    assert " applications " not in said


def test_a_text_for_one() -> None:
    from ektp_sched.output import Language

    texts = Language("en", {"a": "{count} cards", "a.one": "{count} card"})
    assert [texts.text("a", count=n) for n in (0, 1, 2)] == [
        "0 cards",
        "1 card",
        "2 cards",
    ]
    assert texts.name("kind", "code") == "code"
    with pytest.raises(KeyError):
        texts.text("b")
