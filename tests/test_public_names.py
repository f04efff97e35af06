"""What ``import ektp_sched`` offers, and what it must not load."""

from __future__ import annotations

import subprocess
import sys

import pytest

import ektp_sched

HEAVY = (
    "babel",
    "fastexcel",
    "holidays",
    "numpy",
    "ortools",
    "polars",
    "pydantic",
    "rich",
    "tomlkit",
    "typer",
    "xlsxwriter",
)


def loaded_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.split()}


def test_all_is_sorted_and_importable() -> None:
    assert ektp_sched.__all__ == sorted(set(ektp_sched.__all__))
    for name in ektp_sched.__all__:
        assert getattr(ektp_sched, name) is not None


def test_names_of_the_design() -> None:
    assert {
        "Office",
        "plan",
        "read_backlog",
        "verify",
        "Backlog",
        "Plan",
        "Status",
        "Tier",
        "Certificate",
        "explain",
        "audit",
        "fairness",
        "check_certificate",
        "errors",
    } <= set(ektp_sched.__all__)


def test_dir_shows_names_before_they_are_loaded() -> None:
    assert set(ektp_sched.__all__) <= set(dir(ektp_sched))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'solve'"):
        ektp_sched.solve  # noqa: B018


def test_a_name_is_the_same_object_as_in_its_room() -> None:
    from ektp_sched.errors import EktpSchedError
    from ektp_sched.office import Office

    assert ektp_sched.Office is Office
    assert ektp_sched.errors.EktpSchedError is EktpSchedError


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_after("import ektp_sched").isdisjoint(HEAVY)


def test_importing_the_command_line_loads_only_typer() -> None:
    heavy = loaded_after("import ektp_sched.cli.app") & set(HEAVY)
    assert heavy <= {"typer", "rich"}
