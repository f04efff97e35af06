"""The readers that are installed, and which of them knows a file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Final

from ektp_sched.errors import BacklogError
from ektp_sched.words import all_of, said

if TYPE_CHECKING:
    from ektp_sched.readers.protocol import Reader, Records

__all__ = ["Installed", "reader_of"]

GROUP: Final = "ektp_sched.readers"
_JSON: Final = (".json", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Installed:
    """A reader, and where it comes from."""

    name: str
    package: str  # with its version, such as "ektp-sched 0.1.0"
    reader: Reader

    def __str__(self) -> str:
        """Return what is shown of it: ``osia (ektp-sched 0.1.0)``."""
        return f"{self.name} ({self.package})"

    def reads(self, file: str, data: bytes) -> bool:
        """Return whether it knows a file."""
        try:
            return self.reader.reads(file, data)
        except Exception as error:
            raise _failed(str(self), error) from error

    def read(self, data: bytes) -> Records:
        """Return the records of a file, or say in one sentence why it cannot be read.

        What an exception of its own says is not repeated: it may name a person.
        """
        try:
            records = self.reader.read(data)
            if len(records.places) != records.frame.height:
                raise ValueError("rows")
        except BacklogError:
            raise
        except Exception as error:
            raise _failed(str(self), error) from error
        if records.frame.is_empty():
            raise BacklogError(
                said(
                    "holds no applications; export them again",
                    "tidak berisi permohonan; ekspor ulang",
                )
            )
        return records


def reader_of(name: str, data: bytes) -> Installed | None:
    """Return the one reader that knows a file; None if none does."""
    installed = [_loaded(entry) for entry in sorted(entry_points(group=GROUP))]
    able = [reader for reader in installed if reader.reads(name, data)]
    if len(able) > 1:
        raise BacklogError(
            said(
                "can be read by {readers}, which may not mean the same; uninstall all "
                "but one of them",
                "dapat dibaca oleh {readers}, yang artinya mungkin berbeda; hapus "
                "semuanya kecuali satu",
                readers=all_of([str(reader) for reader in able]),
            )
        )
    if not able and name.lower().endswith(_JSON):
        raise BacklogError(
            said(
                "is in no form of JSON that an installed reader knows ({readers}); "
                "export it as .csv or .xlsx, or install the reader for it",
                "bukan bentuk JSON yang dikenal pembaca yang terpasang ({readers}); "
                "ekspor sebagai .csv atau .xlsx, atau pasang pembacanya",
                readers=", ".join(map(str, installed)) or "–",
            )
        )
    return able[0] if able else None


def _loaded(entry: EntryPoint) -> Installed:
    package = "–" if entry.dist is None else f"{entry.dist.name} {entry.dist.version}"
    try:
        return Installed(entry.name, package, entry.load())
    except Exception as error:
        raise _failed(f"{entry.name} ({package})", error) from error


def _failed(reader: str, error: Exception) -> BacklogError:
    return BacklogError(
        said(
            "cannot be read, as the reader {reader} fails ({error}); update or "
            "uninstall it",
            "tidak dapat dibaca karena pembaca {reader} gagal ({error}); perbarui atau "
            "hapus",
            reader=reader,
            error=type(error).__name__,
        )
    )
