"""A backup: an age file of a tar with two members, what it is (`manifest.json`) and the copy of the database.

The manifest tells versions, rows and a checksum, so that what is put back is known to be what was taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import orjson
import pyrage
from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.backups import copies, crypt
from orchestrator.backups.copies import Counts
from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"
PARTIAL, ON_THE_WAY = ".partial", ".backup-"
LEFT_OVER = 24 * 3600  # seconds after which nobody is writing a half one any more
LARGEST_MANIFEST = 1_000_000


class Manifest(BaseModel):
    """`revision`: of the tables. `bytes` and `sha256`: of the copy of the database."""

    model_config = ConfigDict(frozen=True)

    format: int
    made_at: datetime
    version: str
    dialect: str
    revision: str | None
    bytes: int
    sha256: str
    rows: Counts


async def make(settings: Settings, target: Path, *, version: str, now: datetime) -> Manifest:
    """Write a backup where nothing is; nothing half made is ever under its name. The event loop goes on meanwhile.
    Raises BadBackup."""
    recipients = crypt.recipients_of(settings.backup_recipients)
    if not recipients:
        raise BadBackup(
            "nobody could open it: make a key with `orchestrator backup-key FILE`, keep the file elsewhere, and "
            "put its public half into TRADEMASTER_BACKUP_RECIPIENTS"
        )
    _nothing_at(target)
    with _folder(settings) as folder:
        copied = folder / DATABASE
        database = open_database(settings)
        try:
            revision = await migrations.current(database)
        finally:
            await database.close()
        rows = await copies.copy(settings, copied)
        manifest = Manifest(
            format=FORMAT,
            made_at=now,
            version=version,
            dialect="postgresql" if settings.sqlite_path is None else "sqlite",
            revision=revision,
            bytes=copied.stat().st_size,
            sha256=await asyncio.to_thread(_digest, copied),
            rows=rows,
        )
        await asyncio.to_thread(_write, manifest, copied, target, recipients)
    return manifest


def _write(
    manifest: Manifest, copied: Path, target: Path, recipients: Sequence[pyrage.x25519.Recipient]
) -> None:
    try:
        opened, name = tempfile.mkstemp(
            prefix=f".{target.name}.", suffix=PARTIAL, dir=target.absolute().parent
        )
    except OSError as error:
        raise BadBackup(f"{target} cannot be written: {error.strerror}") from error
    partial = Path(name)
    try:
        with os.fdopen(opened, "wb") as sealed, _packed(manifest, copied) as plain:
            crypt.seal(plain, sealed, recipients)
            sealed.flush()
            os.fsync(sealed.fileno())
        os.replace(partial, target)
    except OSError as error:
        raise BadBackup(f"{target} cannot be written: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def _nothing_at(target: Path) -> None:
    if target.exists():
        raise BadBackup(f"{target} is there already")
    if not target.absolute().parent.is_dir():
        raise BadBackup(f"there is no folder {target.absolute().parent}")


@contextmanager
def opened(settings: Settings, backup: Path, key: Path) -> Iterator[tuple[Manifest, Path]]:
    """What a backup is, and its copy of the database, unpacked and compared with its checksum. Raises BadBackup."""
    identity = crypt.key_of(key)
    with _folder(settings) as folder:
        packed, copied = folder / "tar", folder / DATABASE
        try:
            with backup.open("rb") as sealed, packed.open("wb") as plain:
                crypt.unseal(sealed, plain, identity)
        except FileNotFoundError as error:
            raise BadBackup(f"there is no {error.filename}") from error
        manifest = _unpacked(packed, copied)
        packed.unlink()
        if (copied.stat().st_size, _digest(copied)) != (manifest.bytes, manifest.sha256):
            raise BadBackup("the copy of the database is not what the backup's list says")
        yield manifest, copied


def _unpacked(packed: Path, copied: Path) -> Manifest:
    try:
        with tarfile.open(packed, "r:") as tar:
            listed = tar.extractfile(MANIFEST)
            database = tar.extractfile(DATABASE)
            if listed is None or database is None:
                raise BadBackup("this is no backup of ours")
            manifest = Manifest.model_validate_json(listed.read(LARGEST_MANIFEST))
            if manifest.format != FORMAT:
                raise BadBackup(f"its form {manifest.format} is of another version: {manifest.version}")
            with copied.open("wb") as file:
                while piece := database.read(1 << 20):
                    file.write(piece)
    except (tarfile.TarError, KeyError, ValidationError) as error:
        raise BadBackup(f"this is no backup of ours: {error}") from error
    return manifest


@contextmanager
def _packed(manifest: Manifest, copied: Path) -> Iterator[BinaryIO]:
    """The tar as it is read: it is nowhere as a whole. Raises BadBackup at the end where not all of it was given."""
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def pack() -> None:
        try:
            with os.fdopen(writing, "wb") as end, tarfile.open(fileobj=end, mode="w|") as tar:
                said = orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
                info = tarfile.TarInfo(MANIFEST)
                info.size = len(said)
                tar.addfile(info, BytesIO(said))
                tar.add(copied, DATABASE)
        except (OSError, tarfile.TarError) as error:
            failed.append(error)

    thread = threading.Thread(target=pack, name="backup")
    thread.start()
    with os.fdopen(reading, "rb") as plain:
        yield plain
    thread.join()
    if failed:
        raise BadBackup(f"the copy of the database cannot be read: {failed[0]}")


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    """For copies on their way, as closed to others as the data folder, and gone afterwards."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _forget_left_over(settings.data)
    with tempfile.TemporaryDirectory(prefix=ON_THE_WAY, dir=settings.data) as folder:
        yield Path(folder)


def _forget_left_over(data: Path) -> None:
    """Of processes that were killed at it: each is all of the database, readable, and takes its room."""
    for one in data.glob(f"{ON_THE_WAY}*"):
        if time.time() - one.stat().st_mtime > LEFT_OVER:
            shutil.rmtree(one, ignore_errors=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
