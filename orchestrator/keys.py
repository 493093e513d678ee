"""The keys of an installation, made on first start and kept in the data folder with mode 0600.

Of each kind there may be several: the first is used, the others still open and verify what they made. A running process
finds out by itself that the file has changed: `orchestrator keys rotate` needs no restart (ADR 19).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from orchestrator.config import Settings

KEY_BYTES = 32


class BadKey(ValueError):
    """Not 32 bytes in base64."""


@dataclass(frozen=True, slots=True)
class Key:
    """`id` is of the key alone, and no secret; `made_at`: RFC 3339, empty when nobody wrote it down."""

    secret: bytes = field(repr=False)
    made_at: str = ""

    @property
    def id(self) -> str:
        return key_id(self.secret)


def key_id(secret: bytes) -> str:
    return hashlib.sha256(b"key id:" + secret).hexdigest()[:8]


class Ring:
    """The keys of one kind. `read` gives them, the newest first; `changed` something that differs once they do."""

    def __init__(self, read: Callable[[], tuple[Key, ...]], changed: Callable[[], object]) -> None:
        self._read, self._changed = read, changed
        self._seen: object = None
        self._keys: dict[str, bytes] = {}
        self._order: tuple[Key, ...] = ()
        self._look()

    @staticmethod
    def of(*keys: bytes) -> Ring:
        """These, for good."""
        fixed = tuple(Key(key) for key in keys)
        return Ring(lambda: fixed, lambda: 0)

    @property
    def every(self) -> tuple[Key, ...]:
        """As they are now, the newest first."""
        self._look()
        return self._order

    @property
    def current(self) -> bytes:
        """The one to use now."""
        return self.every[0].secret

    def named(self, name: str) -> bytes | None:
        """That of this id, also when it came a moment ago; an earlier one only while it is not retired."""
        if name not in self._keys or len(self._order) > 1:
            self._look()
        return self._keys.get(name)

    def _look(self) -> None:
        seen = self._changed()
        if seen == self._seen and self._order:
            return
        self._order = self._read()
        self._keys = {key.id: key.secret for key in self._order}
        self._seen = seen


def ring_of(key: bytes | Ring, earlier: tuple[bytes, ...] = ()) -> Ring:
    """A ring as it is, or one of fixed keys."""
    return key if isinstance(key, Ring) else Ring.of(key, *earlier)


@dataclass(frozen=True, slots=True)
class Keys:
    """`master` seals credentials, `jwt` signs access tokens."""

    master: Ring
    jwt: Ring


def keys(settings: Settings) -> Keys:
    """From the settings, else from the data folder, else new. Raises BadKey."""
    return Keys(
        master=_given(settings.master_key.get_secret_value()) or in_file(settings.data / "master.key"),
        jwt=_given(settings.jwt_key.get_secret_value()) or in_file(settings.data / "jwt.key"),
    )


def in_file(path: Path) -> Ring:
    """Of a file, which is made when it is missing. Raises BadKey."""
    _make(path)

    def changed() -> tuple[int, int, int]:
        stat = path.stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    return Ring(lambda: parse(path.read_text()), changed)


def parse(text: str) -> tuple[Key, ...]:
    """A key a line, and when it was made. Raises BadKey."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    if not rows or any(len(row) > 2 for row in rows):
        raise BadKey("a file of keys has one key a line, and when it was made")
    return tuple(Key(_decode(row[0]), row[1] if len(row) == 2 else "") for row in rows)


def fresh(now: datetime | None = None) -> Key:
    """A new one."""
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    return Key(secrets.token_bytes(KEY_BYTES), at)


def line(key: Key) -> str:
    """As `parse` reads it."""
    return f"{base64.b64encode(key.secret).decode()} {key.made_at}".rstrip() + "\n"


def _given(text: str) -> Ring | None:
    keys = [_decode(one) for one in text.split(",") if one.strip()]
    return Ring.of(*keys) if keys else None


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise BadKey("a key must be base64 text") from error
    if len(key) != KEY_BYTES:
        raise BadKey(f"a key is {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists():
        return
    mine = written(path, line(fresh()))
    try:
        os.link(mine, path)  # fails if another process was first: then its key counts
    except FileExistsError:
        pass
    finally:
        mine.unlink()


def written(path: Path, text: str) -> Path:
    """A new file beside `path` that has this text, durable and for the owner only."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")  # in containers all are process 1
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside
