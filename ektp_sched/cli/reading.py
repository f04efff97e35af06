"""What every command that plans or checks reads first: an office, its language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ektp_sched.cli.language import speak, spoken

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
