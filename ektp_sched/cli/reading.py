"""What every command that plans or checks reads first: an office, its language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.cli.language import speak, spoken
from ektp_sched.errors import UsageError
from ektp_sched.words import said

if TYPE_CHECKING:
    from ektp_sched.days import OfficeFolder
    from ektp_sched.office import Office
    from ektp_sched.output.languages import Language


def read_office(path: Path, lang: str | None) -> tuple[Office, Language]:
    """Return an office, and the words of the command that reads it."""
    from ektp_sched.office import Office

    office = Office.load(path)
    return office, words_for(office, lang)


def read_folder(
    path: Path, ledger: str | None, lang: str | None
) -> tuple[OfficeFolder, Language]:
    """Return an office folder, and the words of the command that works in it.

    What is wrong with the ledger's address is said in them already.
    """
    from ektp_sched.days.folder import office_in, open_office

    office = office_in(path)
    words = words_for(office, lang)
    return open_office(path, ledger=ledger, office=office), words


def words_for(office: Office | None, lang: str | None) -> Language:
    """Return the words of a command; what goes wrong later is said in them too."""
    from ektp_sched.output.languages import language

    if office is not None:
        speak(lang or office.language)
    return language(spoken())


def scenarios_given(scenarios: Path | None, office: Path) -> Path | None:
    """Return the file of scenarios: the office's where none is named and it has any."""
    from ektp_sched.scenarios.world.sheets import has_scenarios

    if scenarios is None and has_scenarios(office):
        return office
    return scenarios


def scenarios_needed(scenarios: Path | None, office: Path) -> Path:
    """Return the file of scenarios, or refuse to go on without one."""
    given = scenarios_given(scenarios, office)
    if given is None:
        message = said(
            "there are no scenarios; name a scenarios.toml by --scenarios, or fill in "
            "the sheet scenarios of office.xlsx",
            "tidak ada skenario; sebutkan scenarios.toml dengan --scenarios, atau "
            "isilah lembar scenarios dalam office.xlsx",
        )
        raise UsageError(message)
    return given


def files_read(
    office: Office, *named: Path | None, scenarios: Path | None = None
) -> list[Path]:
    """Return the files that a command reads, of which none may lie in its OUT."""
    from ektp_sched.backlog.identity import key_path

    files = [path for path in (*named, key_path(office)) if path is not None]
    if scenarios is not None:
        from ektp_sched.scenarios.world.loading import files_of_scenarios

        files += files_of_scenarios(scenarios)
    return files
