"""Backups are age files (age-encryption.org): a machine that makes them needs the public half of a key alone.

Who steals the machine reads no backup, and who steals a backup reads nothing without the other half, which is kept
elsewhere. age encrypts in chunks that are numbered and authenticated, the last one marked: nothing can be changed, left
out, put in another order or cut off without being found out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyrage


class BadBackup(Exception):
    """One line for a person: what cannot be made, opened or put back, and why."""


def make_key(path: Path) -> str:
    """A new key, written where nothing was; gives its public half. Raises BadBackup."""
    identity = pyrage.x25519.Identity.generate()
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadBackup(f"{path} cannot be made: {error.strerror}") from error
    with os.fdopen(opened, "w") as file:
        file.write(f"# public key: {identity.to_public()}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return str(identity.to_public())


def recipients_of(text: str) -> list[pyrage.x25519.Recipient]:
    """Public halves (`age1...`) with commas between. Raises BadBackup."""
    try:
        return [pyrage.x25519.Recipient.from_str(part.strip()) for part in text.split(",") if part.strip()]
    except pyrage.RecipientError as error:
        raise BadBackup(
            f"TRADEMASTER_BACKUP_RECIPIENTS: {error}; they begin with age1, and "
            "`orchestrator backup-key` makes one"
        ) from error


def key_of(path: Path) -> pyrage.x25519.Identity:
    """What `make_key` wrote. Raises BadBackup."""
    try:
        lines = [line.strip() for line in path.read_text().splitlines()]
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line and line[0] != "#"))
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError) as error:
        raise BadBackup(f"{path} is no key of backups: {error or 'it is empty'}") from error


def seal(plain: BinaryIO, sealed: BinaryIO, recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Raises BadBackup."""
    try:
        pyrage.encrypt_io(plain, sealed, list(recipients))
    except (pyrage.EncryptError, OSError) as error:
        raise BadBackup(f"the backup cannot be written: {error}") from error


def unseal(sealed: BinaryIO, plain: BinaryIO, key: pyrage.x25519.Identity) -> None:
    """All of it or an error. Raises BadBackup."""
    try:
        pyrage.decrypt_io(sealed, plain, [key])
    except (pyrage.DecryptError, OSError) as error:
        raise BadBackup(f"the backup cannot be opened with this key, or is damaged: {error}") from error
