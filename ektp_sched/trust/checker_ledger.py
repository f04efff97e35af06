"""Check an office's ledger and every plan that it made: the third part of checker.py.

``checker.py OFFICE_FOLDER --head HEAD`` runs this file; it must lie beside it.  It
needs Python 3.11 and nothing else.  The ledger is ``ledger.db`` in the folder (SQLite),
or with ``--ledger FILE`` a backup that `ektp-sched ledger backup` wrote, of whichever
database.

An act is a row.  Its *line* is its values, each ``=`` and the value and nothing for
none, with the sign U+001F between them; its hash is the SHA-256 of that, and the line
ends with the hash of the act before.  Its digest is the SHA-256 of its facts: of each
table with rows of it the table's name, then the lines of these rows, a line each.
What says who somebody is stands in the table ``personal`` alone, and the SHA-256 of a
salt, U+001F and it among the facts.  So who changes, adds, takes away or exchanges
anything changes the hashes of all later acts, and the heads on the sheets no longer
fit.
"""

import hashlib
import json
import sqlite3
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

TEXTS = {
    "acts": ("acts, facts", "catatan, fakta"),
    "gap": ("acts before it are missing", "catatan sebelumnya hilang"),
    "link": ("does not follow the act before", "tidak bersambung dari sebelumnya"),
    "hash": ("changed since it was written", "diubah sesudah ditulis"),
    "form": ("of a form that is not known here", "bentuknya tidak dikenal di sini"),
    "facts": (
        "its rows were changed, added or taken away",
        "barisnya diubah, ditambah, atau dibuang",
    ),
    "stray": ("has rows of no act", "memuat baris yang bukan milik catatan mana pun"),
    "text": ("an id or remark was changed", "nomor atau keterangan diubah"),
    "erased": (
        "an id or remark is gone that no act forgets",
        "nomor atau keterangan hilang tanpa catatan yang melupakannya",
    ),
    "kept": (
        "an id or remark is there that an act forgets",
        "nomor atau keterangan masih ada padahal sudah dilupakan",
    ),
    "head": (
        "no act has this head: the ledger was rewritten, or is an older copy",
        "tidak ada catatan bertanda ini: buku besar ditulis ulang, atau salinan lama",
    ),
    "member": ("damaged in the backup", "rusak dalam cadangan"),
    "absent": ("this plan folder is not there", "folder rencana ini tidak ada"),
    "unmade": ("no act made this plan", "tidak ada catatan yang membuat rencana ini"),
    "other": (
        "states another head than its act",
        "menyebut tanda lain dari catatannya",
    ),
    "sealed": ("not what its act sealed", "bukan yang disegel catatannya"),
    "wrong": (
        "things are wrong in it; see checker.py on that folder",
        "hal salah di dalamnya; jalankan checker.py pada folder itu",
    ),
    "unread": ("cannot be checked", "tidak dapat diperiksa"),
    "last": (
        "the last head on paper is that of act",
        "tanda terakhir di kertas: catatan",
    ),
    "after": (
        "acts came after it, which nothing protects yet",
        "catatan sesudahnya belum dilindungi apa pun",
    ),
    "edited": (
        "the office file is not the one that this act put in place",
        "berkas kantor bukan yang dipasang catatan ini",
    ),
    "assumed": (
        "No head was given: whether all was rewritten only a head on paper shows",
        "Tidak ada tanda diberikan: hanya tanda di kertas yang menunjukkan apakah "
        "semuanya ditulis ulang",
    ),
    "good": (
        "Acts, facts and plans are those that were written: nothing wrong was found.",
        "Catatan, fakta, dan rencana masih seperti saat ditulis: tidak ditemukan "
        "kesalahan.",
    ),
    "bad": (
        "things are wrong; do not trust this ledger before they are explained.",
        "hal salah; jangan percaya buku besar ini sebelum dijelaskan.",
    ),
    "none": (
        "holds no ledger; name the office folder, and a backup with --ledger",
        "tidak berisi buku besar; sebutkan folder kantor, dan cadangan dengan --ledger",
    ),
}
ACT = (
    *("number", "at", "day", "kind", "by", "approved_by", "reason", "remark"),
    *("rests_on", "undoes", "plan", "detail", "form", "facts", "digest", "previous"),
)
FORMS = {
    1: {
        "commitments": "row ref kind commitment",
        "seen": "row person state waiting_since ready_on urgency due_on card area "
        "recorded_at promised_on pinned_on status",
        "gone": "row person",
        "withheld": "row person field export used",
        "overrides": "row person field value",
        "planned": "row person day printer batch position",
        "told": "row person promised_on",
        "prints": "row person result day printer operator card plan reason remark",
        "handed": "row person day",
        "counts": "row card blanks expected",
        "outages": "row resource begins ends left",
        "voids": "row plan day printer",
        "forgotten": "row ref",
    }
}
TABLES = ("acts", "personal", *FORMS[1])
Rows = Callable[[str], Iterator[dict[str, Any]]]


def line(values: Iterator[Any]) -> str:
    """Return the line that a hash is taken of."""
    return "\x1f".join("" if value is None else f"={value}" for value in values)


def sha256(text: str) -> str:
    """Return a hash of a text as it is written."""
    return hashlib.sha256(text.encode()).hexdigest()


def short(head: str) -> str:
    """Return a head as sheets show it."""
    return "-".join(head[at : at + 5] for at in range(0, 20, 5))


class Ledger:
    """A ledger, and what is wrong with it."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.wrong: list[tuple[str, str]] = []
        self.acts = [*rows("acts")]
        self.facts = 0

    def expect(self, good: bool, code: str, what: object) -> None:
        """Note what is wrong, unless it is good."""
        if not good:
            self.wrong.append((code, str(what)))

    def check(self, heads: list[str]) -> None:
        """Check acts, facts, texts and heads."""
        self.check_acts()
        self.check_facts()
        self.check_texts()
        for head in heads:
            self.expect(self.act_of(head) > 0, "head", head)

    def act_of(self, head: str) -> int:
        """Return which act, counted from 1, has a head on paper; 0 for none."""
        digits = head.replace("-", "").strip().lower()
        hashes = [str(act["hash"]) for act in self.acts]
        at = [n for n, own in enumerate(hashes, 1) if own.startswith(digits)]
        return max(at, default=0) if digits else 0

    def check_acts(self) -> None:
        """Check that acts are numbered, hashed and chained."""
        before = "0" * 64
        for number, act in enumerate(self.acts, 1):
            name = f"act {act['number']}"
            self.expect(act["number"] == number, "gap", name)
            self.expect(act["previous"] == before, "link", name)
            self.expect(sha256(line(act[k] for k in ACT)) == act["hash"], "hash", name)
            self.expect(act["form"] in FORMS, "form", name)
            before = act["hash"]

    def check_facts(self) -> None:
        """Check that every act has the rows that it was written with."""
        forms = {act["number"]: FORMS.get(act["form"], {}) for act in self.acts}
        digests: defaultdict[Any, Any] = defaultdict(hashlib.sha256)
        counts: defaultdict[Any, int] = defaultdict(int)
        for table in TABLES[2:]:
            for number, group in groupby(self.rows(table), lambda row: row["act"]):
                columns = forms.get(number, {}).get(table, "row").split()
                lines = [line(row[k] for k in columns) for row in group]
                self.expect(number in forms, "stray", table)
                digests[number].update("\n".join((table, *lines, "")).encode())
                counts[number] += len(lines)
        self.facts = sum(counts.values())
        for act in self.acts:
            number = act["number"]
            same = digests[number].hexdigest() == act["digest"]
            self.expect(
                same and counts[number] == act["facts"], "facts", f"act {number}"
            )

    def check_texts(self) -> None:
        """Check that ids and remarks are those that acts committed to."""
        texts = {row["ref"]: row for row in self.rows("personal")}
        gone = {row["ref"] for row in self.rows("forgotten")}
        for row in self.rows("commitments"):
            text, name = texts.pop(row["ref"], None), f"act {row['act']}"
            if text is None:
                self.expect(row["ref"] in gone, "erased", name)
            elif row["ref"] in gone:
                self.expect(False, "kept", name)
            else:
                left = sha256(f"{text['salt']}\x1f{text['text']}")
                self.expect(left == row["commitment"], "text", name)
        self.expect(not texts, "stray", "personal")

    def check_plans(self, office: Path, check: Any) -> None:
        """Check every plan folder against its act, and by itself.

        Parameters
        ----------
        office
            The office folder.
        check
            Returns a folder as checker.py reads it.
        """
        known = set()
        for act in self.acts:
            if act["kind"] not in ("plan", "adopt"):
                continue
            detail = json.loads(act["detail"])
            name = PurePosixPath(str(detail.get("path")))
            known.add(name.as_posix())
            folder = office / name
            inside = not name.is_absolute() and ".." not in name.parts
            if not inside or not (folder / "summary.json").is_file():
                self.expect(False, "absent", name)
                continue
            if act["kind"] == "plan":
                head = stated(folder)
                self.expect(head == short(act["hash"]), "other", name)
            for file, digest in detail.get("files", {}).items():
                plain = "/" not in file and (folder / file).is_file()
                raw = (folder / file).read_bytes() if plain else b""
                same = plain and hashlib.sha256(raw).hexdigest() == digest
                self.expect(same, "sealed", f"{name}/{file}")
            self.check_plan(folder, name, check)
        for index in sorted(office.glob("plans/*/**/summary.json")):
            name = PurePosixPath(index.parent.relative_to(office).as_posix())
            if stated(index.parent) is not None:
                self.expect(name.as_posix() in known, "unmade", name)

    def edited_office(self, office: Path) -> int:
        """Return the last act that changed the office, if its file is another now."""
        acts = [act for act in self.acts if act["kind"] == "office"]
        if not acts:
            return 0
        detail = json.loads(acts[-1]["detail"])
        file = office / PurePosixPath(str(detail.get("file"))).name
        raw = file.read_bytes() if file.is_file() else b""
        same = hashlib.sha256(raw).hexdigest() == detail.get("sha256")
        return 0 if same else int(acts[-1]["number"])

    def check_plan(self, folder: Path, name: object, check: Any) -> None:
        """Check one folder as checker.py does."""
        try:
            me = check(folder)
            me.run()
        except (OSError, LookupError, ValueError, TypeError, ArithmeticError) as error:
            self.expect(False, "unread", f"{name}: {type(error).__name__}")
        else:
            self.expect(not me.wrong, "wrong", f"{name}: {len(me.wrong)}")


def stated(folder: Path) -> str | None:
    """Return the head that a plan folder states; None for none."""
    try:
        summary = json.loads((folder / "summary.json").read_bytes())
        return str(summary["ledger"]["head"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def of_database(path: Path) -> Rows:
    """Return what yields the rows of ledger.db; also where nothing can be written."""
    left = path.with_name(f"{path.name}-wal")
    bare = not left.exists() or not left.stat().st_size
    place = path.absolute().as_uri()
    try:
        base = sqlite3.connect(f"{place}?mode=ro", uri=True)
        base.execute("SELECT 1 FROM acts").fetchone()
    except sqlite3.OperationalError:
        if not bare:
            raise
        base = sqlite3.connect(f"{place}?mode=ro&immutable=1", uri=True)
    base.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    base.execute("BEGIN")  # all of one moment

    def rows(table: str) -> Iterator[dict[str, Any]]:
        order = {"acts": "number", "personal": "ref"}.get(table, 'act, "row"')
        cursor = base.execute(f'SELECT * FROM "{table}" ORDER BY {order}')
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, row, strict=True))

    return rows


def of_backup(path: Path) -> tuple[Rows, list[str]]:
    """Return what yields the rows of a backup, and which of its files are damaged."""
    file = zipfile.ZipFile(path)
    tables = json.loads(file.read("manifest.json"))["tables"]
    damaged = []
    for table in TABLES:
        digest = hashlib.sha256()
        with file.open(f"{table}.ndjson") as member:
            for text in member:
                digest.update(text)
        if digest.hexdigest() != tables[table]["sha256"]:
            damaged.append(table)

    def rows(table: str) -> Iterator[dict[str, Any]]:
        with file.open(f"{table}.ndjson") as member:
            for text in member:
                yield dict(zip(tables[table]["columns"], json.loads(text), strict=True))

    return rows, damaged


def main(
    office: Path,
    backup: Path | None,
    heads: list[str],
    language: str | None,
    check: Any,
) -> int:
    """Check an office folder, print what was found, and return the exit code."""

    def say(code: str) -> str:
        both = " | ".join(TEXTS[code])
        return both if language is None else TEXTS[code][language == "id"]

    base = office / "ledger.db"
    if backup is None and not base.is_file():
        print(f"{office}: {say('none')}", file=sys.stderr)
        return 2
    try:
        rows, damaged = (of_database(base), []) if backup is None else of_backup(backup)
        me = Ledger(rows)
        for table in damaged:
            me.expect(False, "member", table)
        me.check(heads)
        if not me.wrong:  # an edited act says nothing of a folder
            me.check_plans(office, check)
    except (
        *(sqlite3.Error, zipfile.BadZipFile, OSError, LookupError, ValueError),
        *(TypeError, EOFError),
    ) as problem:
        name = f"{backup or base}: {say('unread')}"
        print(f"{name}: {type(problem).__name__}: {problem}", file=sys.stderr)
        return 2
    print(f"{len(me.acts)}, {me.facts}: {say('acts')}")
    plans = [n for n, act in enumerate(me.acts, 1) if act["kind"] in ("plan", "adopt")]
    last = max(map(me.act_of, heads) if heads else plans, default=0)
    # Of a ledger that paper contradicts, no other act is said to be on it.
    if all(code != "head" for code, _ in me.wrong):
        print(f"{say('last')} {last}; {len(me.acts) - last} {say('after')}")
    if not me.wrong and (number := me.edited_office(office)):
        print(f"act {number}: {say('edited')}")
    if not heads:
        print(say("assumed"))
    for code, what in me.wrong[:50]:
        print(f"{what}: {say(code)}")
    print(f"{len(me.wrong)} {say('bad')}" if me.wrong else say("good"))
    return 1 if me.wrong else 0
