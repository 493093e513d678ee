"""How far the log went, noted in a file beside the keys: the database alone could be put back to any earlier moment,
or emptied, together with its signed head, and nothing in it would tell."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

FILE = "audit.head"  # in the data folder


@dataclass(frozen=True, slots=True)
class Note:
    """An entry that was linked, and so must be there for good."""

    position: int
    hash: str


class Witness:
    """Remembers outside the database. A lost file is no finding: the next entry writes it anew."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def noted(self) -> Note | None:
        """None: nothing was, or the file was cut off by a power loss."""
        try:
            position, hash_ = self._path.read_text().split()
            return Note(int(position), hash_)
        except (FileNotFoundError, ValueError):
            return None

    def note(self, new: Note, *, anew: bool = False) -> None:
        """Keep it, unless a later one is kept already. `anew`: whatever is kept."""
        known = self.noted()
        if known is not None and known.position >= new.position and not anew:
            return
        beside = self._path.with_name(f".{FILE}.{os.getpid()}")
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"{new.position} {new.hash}\n")
        os.replace(beside, self._path)
