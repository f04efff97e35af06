"""A valid table written with damage whose right reading is known.

Nobody is lost and nobody doubled: every person of the table is planned, or the
damaged line that was theirs is rejected by its row, and nothing else is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import compress
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from offices import small

from ektp_sched.backlog.delimited import read_delimited
from ektp_sched.backlog.read import read_backlog
from ektp_sched.errors import BacklogError

if TYPE_CHECKING:
    import pytest

KNOWN = frozenset({"applicationid", "waitingsince", "area"})
HEADINGS = ("application_id", "waiting_since", "name", "area", "note")
OFFICE = small()


@dataclass
class Damaged:
    """A file, and what a person would read in it."""

    data: bytes
    planned: list[str]
    rejected: list[int]
    notices: set[str] = field(default_factory=set)


NAMES = st.sampled_from(
    ["Siti", "Yohanes, S.H.", "José", 'Maria "Ina" Benu', "Anton; Rosa", "", "O'Niel"]
)
NOTES = st.sampled_from(
    [
        "",
        "ok",
        "satu\ndua",
        "Jl. Mawar, RT 3\nOebobo, dekat pasar, 5",
        "a\n\nb",
        '"',
        "-",
    ]
)
TITLES = st.lists(
    st.sampled_from(["DAFTAR TUNGGU", "Per: 12-09-2017", "", '"Dinas', "Oleh,Budi,,"]),
    max_size=4,
)
SIGNED = [',,,,"Kupang, 12 September 2017"', ",,,,Kepala Dinas", "", ",,,,NIP. 1970"]
FOOTERS = st.sampled_from(
    [
        [],
        ["Jumlah,9,,,"],
        [",,,,9"],
        ["", "Kepala Dinas,,,,"],
        ["JUMLAH,,,,9", *SIGNED],
        ["", *SIGNED],
        ["Jumlah,9,,,", "", ',"Kupang, 12 September 2017",,,', ",Kepala Dinas,,,"],
    ]
)
NUMBERS = "1,2,3,4,5"
END_OF_LINE = ("\n", "\r\n", "\r")
HURT = {
    "none": (False, False),
    "open": (True, False),
    "extra": (False, True),
    "both": (True, True),
    "beyond": (True, False),
    "gap": (True, False),
    "trailing": (False, False),
    "byte": (False, False),
}
"""Whether a damage makes one line, and a later one, unreadable."""

BEYOND = {"beyond": ",lebih", "gap": ",, ,lebih", "trailing": ",,"}
DAMAGES = sorted(HURT)


def cell(text: str, *, quoted: bool) -> str:
    if quoted or any(sign in text for sign in ',;\t"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def in_separator(line: str, separator: str) -> str:
    parts = line.split('"')
    parts[::2] = [part.replace(",", separator) for part in parts[::2]]
    return '"'.join(parts)


@st.composite
def damaged_files(draw: st.DrawFn) -> Damaged:
    count = draw(st.integers(3, 12))
    separator = draw(st.sampled_from([",", ";", "\t"]))
    quoted = draw(st.booleans())
    damage = draw(st.sampled_from(DAMAGES))
    at = draw(st.integers(0, count - 2))
    later = draw(st.integers(at + 1, count - 1))
    hurt = list(compress((at, later), HURT[damage]))
    lines = []
    for n in range(count):
        day = date(2017, 1, 1) + timedelta(days=draw(st.integers(0, 200)))
        note = "ok" if n in hurt else draw(NOTES)
        cells = [f"A{n}", day.isoformat(), draw(NAMES), "Alak", note]
        line = separator.join(cell(text, quoted=quoted or n in hurt) for text in cells)
        lines.append(line)
    if damage in {"open", "both"}:
        lines[at] = lines[at].removesuffix('"')
    if damage in {"extra", "both"}:
        lines[later] += '"'
    lines[at] += BEYOND.get(damage, "").replace(",", separator)

    titles, footers = draw(TITLES), draw(FOOTERS)
    heading = separator.join(cell(text, quoted=quoted) for text in HEADINGS)
    above = [text.replace(",", separator) for text in titles]
    below = [in_separator(text, separator) for text in footers]
    # Some pages more: the headings again, a title above them, a row of numbers.
    numbered, paged = draw(st.booleans()), draw(st.booleans())
    row_of = {n: len(titles) + 2 + n + numbered for n in range(count)}
    if paged and damage not in {"open", "both", "beyond", "gap", "extra"}:
        page = [*draw(st.sampled_from([[], ["KECAMATAN ALAK"]])), heading]
        page += [in_separator(NUMBERS, separator)] if numbered else []
        lines[later:later] = page
    else:
        paged = False
    if numbered:
        lines.insert(0, in_separator(NUMBERS, separator))
    ends = draw(st.sampled_from([*END_OF_LINE, "\r\r\n", ""]))
    text, end = "", ends
    for line in (*above, heading, *lines, *below):
        # An empty line ends as the one before: CR and then LF would be one end.
        if not ends and (line or not text):
            end = draw(st.sampled_from(END_OF_LINE))
        text += line + end
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    data = text.encode(encoding)
    notices = {"heading-row"} if any(titles) else set()
    notices |= {"rows-below"} if below else set()
    notices |= {"rows-no-person"} if numbered or paged else set()
    if damage == "byte" and encoding != "utf-16" and "José" in text:
        data = data.replace(b"Jos\xc3\xa9", b"Jos\xc3", 1)
        # The one letter beyond ASCII of a file without mark may be of any encoding.
        if "José".encode() in data or encoding == "utf-8-sig":
            notices |= {"bytes-replaced"}
    planned = [f"A{n}" for n in range(count) if n not in hurt]
    return Damaged(data, planned, [row_of[n] for n in hurt], notices)


@given(file=damaged_files())
def test_nobody_is_lost_and_nobody_doubled(
    file: Damaged, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("damage") / "backlog.csv"
    path.write_bytes(file.data)
    backlog = read_backlog(path, OFFICE, max_rejects=0.99, provisional=True)
    assert backlog.frame["application_id"].to_list() == file.planned
    assert backlog.rejects["row"].to_list() == file.rejected
    assert set(backlog.rejects["reason"]) <= {"malformed"}
    assert backlog.read == len(file.planned) + len(file.rejected)
    assert {notice.code for notice in backlog.notices} == file.notices


def test_a_whole_file_is_searched_for_no_lost_bytes() -> None:
    head = b"application_id,waiting_since\nA"
    assert read_delimited(head + b"1,2017-01-01\n", "b.csv", KNOWN).whole
    assert not read_delimited(head + b"\xc3,2017-01-01,\xc3\xa9", "b", KNOWN).whole


ANY_CELL = st.text(st.sampled_from('ab1,;\n\r" é\t='), max_size=6)


@given(rows=st.lists(st.lists(ANY_CELL, min_size=3, max_size=3), max_size=8))
def test_whatever_stands_in_quoted_cells_is_read_back(rows: list[list[str]]) -> None:
    kept = [row for row in rows if any(map(seen, row))]
    lines = [",".join(cell(text, quoted=True) for text in row) for row in kept]
    text = "\n".join(["application_id,waiting_since,note", *lines]) + "\n"
    table = read_delimited(text.encode(), "b.csv", KNOWN)
    assert len(table.malformed) == 0
    assert [[*map(seen, row)] for row in table.frame.rows()] == [
        [*map(seen, row)] for row in kept
    ]


def seen(text: str | None) -> str:
    return " ".join((text or "").split())


@given(
    data=st.binary(max_size=60), tail=st.text(st.sampled_from('",\nA1\r'), max_size=30)
)
def test_any_bytes_below_a_heading_are_read_or_refused_in_a_sentence(
    data: bytes, tail: str
) -> None:
    head = b"application_id,waiting_since,note\nA0,2017-01-01,x\n"
    try:
        table = read_delimited(head + data + tail.encode(), "b.csv", KNOWN)
    except BacklogError as refused:
        sentence = refused.sentence("id")
    else:
        sentence = table.cells(0)[0]
    assert sentence == "A0" or sentence.startswith("b.csv")
