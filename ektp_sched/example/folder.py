"""Write the files that a planner starts from, never over somebody's work."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal

from ektp_sched.backlog import make_key
from ektp_sched.errors import FolderError, UsageError
from ektp_sched.example.answers import Answers, answered
from ektp_sched.example.kupang import APPLICATIONS, kupang_backlog
from ektp_sched.office import Office, to_toml
from ektp_sched.office.files import EXPORTS
from ektp_sched.office.office import parse_office
from ektp_sched.office.schema import schema_bytes
from ektp_sched.office.workbook import workbook_bytes
from ektp_sched.office.writing import tables_to_toml
from ektp_sched.places import replace_file
from ektp_sched.rules.tables import OfficeTables
from ektp_sched.words import joined, said, system_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ektp_sched.rules.fields import Table


@dataclass(frozen=True, slots=True)
class Example:
    """What an example is made of.

    Parameters
    ----------
    office
        Files that together, one after another, are its office.toml.
    applications
        Rows of its synthetic backlog.
    replacements, children
        Whether some of the routine ones are replacements, and whether some
        are of the child's identity card.
    scenarios
        Whether it says what may become of it: scenarios.toml, or sheets of office.xlsx.
    """

    office: tuple[str, ...]
    applications: int
    scenarios: bool = False
    replacements: bool = False
    children: bool = False


_KUPANG: Final = ("kupang.toml", "areas.toml")

EXAMPLES: Final = {
    "kupang": Example(_KUPANG, APPLICATIONS, scenarios=True),
    "saturdays": Example((*_KUPANG, "saturdays.toml"), 6_000),
    "quotas": Example((*_KUPANG, "quotas.toml"), 3_000, replacements=True),
    "two-card-types": Example(
        ("two-card-types.toml", "areas.toml"), 2_000, children=True
    ),
}
"""The examples by name."""

_KEY = "identity.key"
_SCENARIOS: Final = "scenarios.toml"
_SCHEMA: Final = ".schema.json"
"""Ending of what an editor knows the keys of a file of rules by."""

OfficeFormat = Literal["toml", "xlsx"]


def write_start(
    folder: Path,
    *,
    example: str | None = None,
    source: Path | None = None,
    office_format: OfficeFormat = "toml",
    language: Literal["id", "en"] = "id",
    answers: Answers | None = None,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write an office, and for an example its backlog, with or without scenarios.

    Unless an office is converted, there is a folder for its exports too.

    Parameters
    ----------
    folder
        Where to; made if absent.
    example
        Name of an example; None: a small office to fill in, and the key file
        for identity numbers unless there is one already.
    source
        An office in either form that is converted, with its scenarios: the sheets of
        a workbook, or scenarios.toml beside it; not with ``example``.
    office_format
        Form of the office file that is written.
    language
        Of the small office's remarks, and of the schemas beside what is written.
    answers
        What the small office says of itself; None: what is to be filled in.
    force
        Whether files that exist may be replaced.  An ``identity.key`` never is:
        every queue number would change with it.

    Returns
    -------
    tuple of Path
        The files written, in order.

    Raises
    ------
    FolderError
        If a file exists, or the folder cannot be written.
    UsageError
        If there is no such example.
    OfficeError
        If ``source`` is not an office.
    """
    if example is not None and source is not None:
        message = said(
            "--example and --from exclude each other; leave one of the two out",
            "--example dan --from tidak dapat dipakai bersama; hilangkan salah satunya",
        )
        raise UsageError(message)
    if source is not None:
        contents = _converted(source, office_format)
    elif example is None:
        text = small_office(language, answers).encode()
        if answers is not None:
            parse_office(tomllib.loads(text.decode(), parse_float=Decimal))
        contents = _office(text, office_format, language)
    elif example in EXAMPLES:
        contents = _example(EXAMPLES[example], office_format, language)
    else:
        message = said(
            "there is no example '{name}'; there is: {names}",
            "contoh '{name}' tidak ada; yang ada: {names}",
            name=example,
            names=", ".join(EXAMPLES),
        )
        raise UsageError(message)
    targets = [folder / name for name in contents]
    if source is not None:
        _refuse_source(source, targets)
    _refuse_existing([t for t in targets if _SCHEMA not in t.name], force=force)
    _make(folder)
    if source is None:
        _make(folder / EXPORTS)
    for path in targets:
        _write(path, contents[path.name])
    if example is None and source is None and not (folder / _KEY).exists():
        targets.append(write_key(folder))
    return tuple(targets)


def write_key(folder: Path) -> Path:
    """Write a new ``identity.key`` that its owner alone can read.

    Raises
    ------
    FolderError
        If there is one, which would change every queue number.
    """
    path = folder / _KEY
    _make(folder)
    try:
        made = make_key(path)
    except OSError as error:
        raise _unwritable(path, error) from None
    if not made:
        message = said(
            "the key exists and is kept: another would change every number",
            "kunci itu sudah ada dan dipertahankan: kunci lain akan mengubah semua "
            "nomor antrean",
        )
        raise FolderError(message, file=str(path))
    return path


def small_office(language: str, answers: Answers | None = None) -> str:
    """Return the text of the office that one begins with, with answers or without."""
    text = resource(f"office.{language}.toml").decode()
    return text if answers is None else answered(text, answers)


def _office(
    text: bytes,
    office_format: OfficeFormat,
    language: str,
    scenarios: bytes | None = None,
) -> dict[str, bytes]:
    """Return an office as a file, with what may become of it."""
    if office_format == "toml":
        return _with_schema("office", text, OfficeTables, language)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "office.toml"
        path.write_bytes(text)
        if scenarios is not None:
            path.with_name(_SCENARIOS).write_bytes(scenarios)
        return _converted(path, office_format)


def _converted(source: Path, office_format: OfficeFormat) -> dict[str, bytes]:
    """Return an office, and what may become of it, in another form.

    That stands on sheets of the workbook, or beside a file of text.
    """
    from ektp_sched.office.files import read_tables
    from ektp_sched.scenarios.world.loading import load_scenarios
    from ektp_sched.scenarios.world.model import SCENARIOS_FILE, ScenariosFile
    from ektp_sched.scenarios.world.sheets import (
        further_sheets,
        has_scenarios,
        read_scenario_sheets,
    )

    office = Office.load(source)
    tables: Mapping[str, Any] = {}
    beside = source.with_name(_SCENARIOS)
    if has_scenarios(source):
        load_scenarios(source, office)
        tables = read_scenario_sheets(source)[0].data
    elif source.suffix.lower() != ".xlsx" and beside.is_file():
        load_scenarios(beside, office)
        tables = read_tables(beside, SCENARIOS_FILE)[0]
    if office_format == "xlsx":
        return {"office.xlsx": workbook_bytes(office, further_sheets(tables))}
    text = to_toml(office).encode()
    contents = _with_schema("office", text, OfficeTables, office.language)
    if tables:
        text = tables_to_toml(tables).encode()
        contents |= _with_schema("scenarios", text, ScenariosFile, office.language)
    return contents


def _with_schema(
    name: str, text: bytes, model: type[Table], language: str
) -> dict[str, bytes]:
    """Return a file of rules whose first line names its schema, and the schema.

    Taplo, and so VS Code's extension for TOML, then shows what each key is about.
    """
    schema = f"{name}{_SCHEMA}"
    directive = f"#:schema ./{schema}\n".encode()
    return {
        f"{name}.toml": directive + text,
        schema: schema_bytes(model, language),
    }


def _example(
    example: Example, office_format: OfficeFormat, language: str
) -> dict[str, bytes]:
    backlog = kupang_backlog(
        applications=example.applications,
        replacements=example.replacements,
        children=example.children,
    )
    text = resource(_SCENARIOS) if example.scenarios else None
    whole = b"".join(resource(name) for name in example.office)
    contents = _office(whole, office_format, language, text)
    contents["backlog.csv"] = backlog.write_csv().encode()
    if text is not None and office_format == "toml":
        from ektp_sched.scenarios.world.model import ScenariosFile

        contents |= _with_schema("scenarios", text, ScenariosFile, language)
    return contents


def resource(name: str) -> bytes:
    """Return a file of the package, with LF whatever a checkout made of it."""
    raw = (files("ektp_sched.example") / "files" / name).read_bytes()
    return raw.replace(b"\r\n", b"\n")


def _refuse_source(source: Path, targets: list[Path]) -> None:
    for path in targets:
        if path.exists() and path.samefile(source):
            message = said(
                "is the file that is converted, and would be replaced; name another "
                "folder",
                "adalah berkas yang diubah bentuknya, dan akan terganti; sebutkan "
                "folder lain",
            )
            raise FolderError(message, file=str(path))


def _refuse_existing(targets: list[Path], *, force: bool) -> None:
    present = [path.name for path in targets if path.exists()]
    if present and not force:
        message = said(
            "holds {names} already; name another folder, or use --force",
            "sudah memuat {names}; sebutkan folder lain, atau pakai --force",
            names=joined(said(" and ", " dan "), present),
        )
        raise FolderError(message, file=str(targets[0].parent))


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from None


def _write(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> FolderError:
    message = said(
        "cannot be written ({reason})",
        "tidak dapat ditulis ({reason})",
        reason=system_reason(error),
    )
    return FolderError(message, file=str(path))
