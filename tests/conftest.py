"""What all tests share: databases, how hard hypothesis tries, that CI skips nothing."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import sqlalchemy as sa
    from playwright.sync_api import Browser


def _profile(
    name: str,
    examples: int,
    *,
    same: bool = False,
    phases: tuple[Phase, ...] = (*Phase,),
) -> None:
    settings.register_profile(
        name,
        phases=phases,
        max_examples=examples,
        deadline=None,
        derandomize=same,
        # How long something takes says how busy the machine is; and a folder that
        # examples share is written anew by each.
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
        ],
    )


# What is judged draws the same cases everywhere; others are drawn where people work:
# as many as a suite can run on every change, and `make laws` looks long and deep for
# what all of them have missed.
_profile("ci", 20, same=True)
_profile("local", 20)
_profile("quick", 5)
_profile("laws", 500)
# Whether a mutant is found, and not by how small a case.
_profile("mutants", 20, same=True, phases=(Phase.explicit, Phase.generate))
PROFILE = os.environ.get("EKTP_PROFILE") or ("ci" if os.environ.get("CI") else "local")
settings.load_profile(PROFILE)

# The processes of the suite fill the machine; a pool of threads in each only waits for
# the others'.  That no number of threads changes a byte has a test of its own, and
# the long trials run with all of them.
if PROFILE != "laws":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")


@pytest.fixture(scope="module")
def forked_trials() -> Iterator[None]:
    """Try files in forks, for tests that read many and not how one is tried."""
    from trial_forks import fork_trials

    with pytest.MonkeyPatch.context() as patch:
        fork_trials(patch)
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a browser; a test that looks at pages without one is skipped."""
    # Not for longer: while it runs, nothing else can run an event loop.
    from browser import chromium

    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> sa.URL:
    """Return a PostgreSQL where a test may make databases, see `new_database`."""
    from postgres import NoServerError, server

    try:
        return server()
    except NoServerError as error:
        pytest.skip(str(error))


@pytest.fixture
def database(postgres: sa.URL) -> Iterator[sa.URL]:
    """Make an empty PostgreSQL database."""
    from postgres import new_database

    with new_database(postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> sa.URL:
    """Return where a ledger can be made, in each of the databases that it may use."""
    from ektp_sched.ledger import address

    if request.param == "sqlite":
        return address(tmp_path)
    url: sa.URL = request.getfixturevalue("database")
    return url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files of what is slow, so that what ends last is short."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass by what all tests have loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what `postgres` has started, when all workers are done."""
    if not hasattr(config, "workerinput"):
        from postgres import stop

        stop()


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
