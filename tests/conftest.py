"""What all tests share: how hard hypothesis tries, and that CI skips nothing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

# What is judged draws the same cases everywhere; others are drawn where people work,
# and `make laws` looks longest for what all of them have missed.
settings.register_profile("ci", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("local", max_examples=60, deadline=None)
settings.register_profile("laws", max_examples=500, deadline=None)
settings.register_profile("quick", max_examples=8, deadline=None)
settings.load_profile(
    os.environ.get("EKTP_PROFILE") or ("ci" if os.environ.get("CI") else "local")
)


@pytest.fixture(scope="module")
def forked_trials() -> Iterator[None]:
    """Try files in forks, for tests that read many and not how one is tried."""
    from trial_forks import fork_trials

    with pytest.MonkeyPatch.context() as patch:
        fork_trials(patch)
        yield


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which a test did not run, where EKTP_NO_SKIP is set."""
    config = session.config
    if not os.environ.get("EKTP_NO_SKIP") or hasattr(config, "workerinput"):
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return
    idle = [k for k in ("skipped", "xfailed", "deselected") if reporter.stats.get(k)]
    if idle:
        reporter.write_line(f"EKTP_NO_SKIP: some tests were {', '.join(idle)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
