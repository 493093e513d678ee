"""The two keys of an installation, made on first start and kept in the data folder with mode 0600."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.config import Settings

KEY_BYTES = 32


class BadKey(ValueError):
    """Not 32 bytes in base64."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`master` seals credentials, `jwt` signs access tokens."""

    master: bytes = field(repr=False)
    jwt: bytes = field(repr=False)


def keys(settings: Settings) -> Keys:
    """From the settings, else from the data folder, else new. Raises BadKey."""
    return Keys(
        master=_decode(settings.master_key.get_secret_value()) or _stored(settings.data / "master.key"),
        jwt=_decode(settings.jwt_key.get_secret_value()) or _stored(settings.data / "jwt.key"),
    )


def _decode(text: str) -> bytes:
    if not text.strip():
        return b""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as error:
        raise BadKey("a key must be base64 text") from error
    if len(key) != KEY_BYTES:
        raise BadKey(f"a key is {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def _stored(path: Path) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # fails if another process was first: then its key counts
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return _decode(path.read_text())
