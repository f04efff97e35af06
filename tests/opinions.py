"""Opinions that share no code: two engines', verify's, and the bare checker's."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from builders import write_folder

from ektp_sched.planning import Status
from ektp_sched.trust import checker, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders import Case as Made
    from builders import FakePlan
    from strategies import Case

    from ektp_sched.planning import Plan


def planned_by_both(case: Case, best: tuple[int, ...] | None) -> Iterator[Plan]:
    """Yield the plans of both engines; where there is no best, both must say so."""
    for engine in ("flow", "cpsat"):
        plan = case.plan(engine=engine)
        assert plan.engine == engine
        if best is None:
            assert plan.status is Status.INFEASIBLE
            assert plan.assignments.is_empty()
        else:
            assert plan.status is Status.OPTIMAL
            yield plan


def nothing_is_wrong(plan: Plan | FakePlan, case: Case | Made) -> checker.Folder:
    """Assert that neither finds anything in a plan; return what the checker read."""
    assert verify(plan, case.backlog, case.office) == []
    with TemporaryDirectory() as root:
        check = checker.Folder(write_folder(plan, case, Path(root)))
        check.run()
    assert not check.wrong, check.wrong[:5]
    return check
