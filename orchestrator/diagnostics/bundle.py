"""The report as one file that is its owner's alone. Nothing is written that has a key, a token or a password in it."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

from pydantic import SecretStr

from orchestrator.config import Settings

SHORTEST = 6  # a secret shorter than this may be any word
FOLDER = "diagnostics"


class Unsafe(Exception):
    """One line for a person: why the report is not written."""


def write(files: Mapping[str, bytes], target: Path, *, settings: Settings, now: datetime) -> None:
    """Never over what is there. Raises Unsafe, OSError."""
    for secret in _secrets(settings):
        for name, content in files.items():
            if secret.encode() in content:
                raise Unsafe(
                    f"{name} has a secret of the settings in it: nothing was written; please tell us"
                )
    opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(f"{FOLDER}/{name}")
            info.size, info.mtime = len(content), int(now.timestamp())
            tar.addfile(info, BytesIO(content))


def _secrets(settings: Settings) -> set[str]:
    """Of the settings, and of the files of keys."""
    values = [getattr(settings, name) for name in Settings.model_fields]
    texts = [one.get_secret_value() for one in values if isinstance(one, SecretStr)]
    for name in ("master.key", "jwt.key"):
        path = settings.data / name
        texts += path.read_text(errors="replace").split() if path.exists() else []
    parts = {part for text in texts for part in text.split(",")}
    return {part for part in parts if len(part) >= SHORTEST}
