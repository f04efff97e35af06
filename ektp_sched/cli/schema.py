"""The command ``schema``: what an editor knows the keys of a file of rules by."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from ektp_sched.cli.console import echo
from ektp_sched.cli.options import argument, option


def schema(
    file: Annotated[
        Literal["office", "scenarios"],
        argument("FILE", "office (.toml) or scenarios (.toml)."),
    ] = "office",
    lang: Annotated[
        Literal["id", "en"] | None,
        option("--lang", "Language of what it says; en if left out."),
    ] = None,
    out: Annotated[
        Path | None,
        option("--out FILE", "File to write or replace, instead of stdout."),
    ] = None,
) -> None:
    """Print the JSON schema of office.toml or scenarios.toml.

    An editor shows by it what each key is about, and marks what is wrong; a
    first line such as #:schema ./office.schema.json, as init writes it, names
    the schema to it.
    """
    from ektp_sched.office.schema import schema_bytes
    from ektp_sched.rules.tables import OfficeTables
    from ektp_sched.scenarios.world.model import ScenariosFile

    model = OfficeTables if file == "office" else ScenariosFile
    text = schema_bytes(model, lang or "en")
    if out is None:
        echo(text.decode().rstrip())
    else:
        from ektp_sched.places import replace_file

        replace_file(out, text)
        echo(str(out))
