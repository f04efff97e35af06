"""Writing a plan folder, whole or not at all."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Literal

from ektp_sched.documents.certificate import certificate_text
from ektp_sched.documents.files import json_text
from ektp_sched.documents.plan import PLAN
from ektp_sched.documents.seal import SUMMARY, file_of, seal
from ektp_sched.errors import UsageError
from ektp_sched.office import to_toml
from ektp_sched.output.batches import write_batches
from ektp_sched.output.languages import language
from ektp_sched.output.limits import limits_csv
from ektp_sched.output.placing import replaced_folder
from ektp_sched.output.rows import sheet_rows
from ektp_sched.output.summary import summarise
from ektp_sched.output.tables import (
    write_applications,
    write_plan,
    write_rejects,
    write_tables,
)
from ektp_sched.parallel import side_by_side
from ektp_sched.rules import holding_back
from ektp_sched.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ektp_sched.backlog import Backlog
    from ektp_sched.documents import Plan
    from ektp_sched.output.languages import Language
    from ektp_sched.trust import Violation

_PLANNED = ("optimal", "feasible")


class UnverifiedPlanError(Exception):
    """A plan that this program made breaks a rule: a fault of the program.

    Parameters
    ----------
    violations
        What is wrong with it; at least one.
    """

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        first = self.violations[0]
        message = said(
            "the plan failed its own verification and was not written ({count} "
            "violations; {code}: {what})",
            "rencana ini tidak lolos pemeriksaannya sendiri dan tidak ditulis ({count} "
            "pelanggaran; {code}: {what})",
            count=len(self.violations),
            code=first.code,
            what=first.message,
        )
        super().__init__(message)


def save(
    plan: Plan,
    path: str | Path,
    *,
    format: Literal["csv", "parquet"] = "csv",  # noqa: A002
    xlsx: bool = True,
    all_sheets: bool = False,
    report: bool = True,
    force: bool = False,
    lang: str | None = None,
    verify: bool = True,
    beside: Mapping[str, bytes] | None = None,
) -> None:
    """Verify a plan and write its folder, whole or not at all.

    The plan is verified while its files are written to a folder beside, which
    takes its place only if nothing was found.

    Parameters
    ----------
    plan
        A plan with status ``optimal`` or ``feasible``.
    path
        The folder.  A missing or empty one, one with rejects.csv alone, and
        an earlier plan of this program that was not changed are replaced.
    format
        Of plan.csv or plan.parquet.
    xlsx
        Whether to write plan.xlsx and batch sheets as XLSX.
    all_sheets
        XLSX batch sheets for all days, not for the first five with prints.
    report
        Whether to write report.html; without the extra ``report`` of this
        package there is none in any case.
    force
        Also replace an earlier plan that was changed since it was written.
    lang
        ``id`` or ``en`` for the sheets; None: the office's language.
    verify
        False only if the caller has verified this very plan.
    beside
        Further files of the folder, by name, such as what a ledger knew.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    ektp_sched.errors.UsageError
        If there is no plan to write, or no such format or language.
    UnverifiedPlanError
        If the plan breaks a rule; nothing is written.
    """
    if format not in ("csv", "parquet"):
        message = said(
            "format is '{name}'; it must be csv or parquet",
            "format berisi '{name}'; seharusnya csv atau parquet",
            name=str(format),
        )
        raise UsageError(message)
    if plan.status not in _PLANNED:
        message = said(
            "there is no plan to write: its status is {status}",
            "tidak ada rencana untuk ditulis: statusnya {status}",
            status=str(plan.status),
        )
        raise UsageError(message)
    texts = language(lang or plan.office.language)
    seconds = dict(plan.seconds)
    with replaced_folder(path, force=force) as folder:
        begun = time.monotonic()
        for name, raw in (beside or {}).items():
            (folder / name).write_bytes(raw)
        steps: list[Callable[[], object]] = [
            partial(_write_evidence, plan, folder),
            partial(write_applications, plan.backlog, folder / "applications.csv"),
            partial(_write_plan, plan, folder, parquet=format == "parquet"),
            partial(_write_sheets, plan, folder, texts, xlsx=xlsx, every=all_sheets),
        ]
        if report:
            steps.append(partial(_write_report, plan, folder, texts))
        if verify:
            steps.insert(0, partial(_verify, plan, seconds))
        *_, summary = side_by_side(*steps, partial(summarise, plan, texts))
        seconds["write"] = round(time.monotonic() - begun, 6)
        summary |= {"seconds": seconds, "files": seal(folder, summary)}
        _write_text(folder / SUMMARY, json_text(summary))


def save_rejects(backlog: Backlog, path: str | Path, *, force: bool = False) -> None:
    """Write a folder that holds rejects.csv alone.

    Parameters
    ----------
    backlog
        Read, but with more rejected rows than allowed.
    path, force
        As for `save`.

    Raises
    ------
    ektp_sched.errors.FolderError
        If the folder holds something else, or cannot be written.
    """
    with replaced_folder(path, force=force) as folder:
        write_rejects(backlog, folder)


def _verify(plan: Plan, seconds: dict[str, float]) -> None:
    from ektp_sched.trust import verify

    begun = time.monotonic()
    violations = verify(plan, plan.backlog, plan.office)
    if violations:
        raise UnverifiedPlanError(violations)
    seconds["verify"] = round(time.monotonic() - begun, 6)


def _write_plan(plan: Plan, folder: Path, *, parquet: bool) -> None:
    """Write plan.csv, or plan.parquet."""
    if parquet:
        plan.assignments.select(*PLAN).write_parquet(folder / "plan.parquet")
    else:
        write_plan(plan, folder / "plan.csv")


def _write_evidence(plan: Plan, folder: Path) -> None:
    """Write what else a third party needs to check the plan."""
    _write_text(folder / "office.toml", to_toml(plan.office))
    write_tables(plan, folder)
    for rule in holding_back(plan.office):
        (folder / file_of(rule)).write_bytes(limits_csv(plan, rule))
    if plan.certificate is not None:
        text = certificate_text(plan.certificate)
        _write_text(folder / "certificate.json", text)


def _write_sheets(
    plan: Plan, folder: Path, texts: Language, *, xlsx: bool, every: bool
) -> None:
    """Write what the office works with."""
    rows = sheet_rows(plan)
    write_batches(rows, folder, texts, provisional=plan.backlog.provisional)
    if not xlsx:
        return
    from ektp_sched.output.sheets import write_sheets
    from ektp_sched.output.workbook import write_workbook

    write_sheets(rows, plan, folder, texts, every=every)
    write_workbook(rows, plan, folder / "plan.xlsx", texts)


def _write_report(plan: Plan, folder: Path, texts: Language) -> None:
    from ektp_sched.output.report import charts_available, plan_report
    from ektp_sched.output.report.converter import ChartsError

    if not charts_available():
        return
    with suppress(ChartsError):  # the plan does not hang on its pictures
        _write_text(folder / "report.html", plan_report(plan, texts))


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
