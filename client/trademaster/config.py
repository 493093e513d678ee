"""Which address and which token: as given, from the environment, as `trademaster login` has stored them."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

URL, TOKEN = "TRADEMASTER_URL", "TRADEMASTER_TOKEN"
CONFIG = "TRADEMASTER_CLIENT_CONFIG"
HERE = "http://127.0.0.1:8000"
SERVICE = "trademaster"


@dataclass(frozen=True, slots=True)
class Where:
    """An address, and a token for it."""

    url: str
    token: str | None

    def __repr__(self) -> str:
        return f"Where({self.url!r}, {'with' if self.token else 'without'} token)"


class Keyring(Protocol):
    """As far as the package `keyring` is used."""

    def get_password(self, service: str, name: str) -> str | None: ...

    def set_password(self, service: str, name: str, password: str) -> None: ...

    def delete_password(self, service: str, name: str) -> None: ...


def chosen(url: str | None = None, token: str | None = None) -> Where:
    """A stored token is sent to the address that it was stored for and to no other."""
    if url and token:
        return Where(url.rstrip("/"), token)
    kept = stored()
    address = (url or os.environ.get(URL) or (kept.url if kept else HERE)).rstrip("/")
    secret = token or os.environ.get(TOKEN) or (kept.token if kept and kept.url == address else None)
    return Where(address, secret)


def path() -> Path:
    """Where `trademaster login` keeps the address, and the token when the system has no keyring."""
    if named := os.environ.get(CONFIG):
        return Path(named)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "trademaster" / "client.json"


def stored() -> Where | None:
    """What `trademaster login` has left, if anything."""
    try:
        kept = json.loads(path().read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise ValueError(f"{path()} cannot be read: run `trademaster login` again") from error
    ring = keyring() if kept.get("keyring") else None
    return Where(kept["url"], ring.get_password(SERVICE, kept["url"]) if ring else kept.get("token"))


def store(where: Where) -> str:
    """Keep it; gives where the token went. The file is readable by its owner alone, from its first byte on."""
    file, ring = path(), keyring()
    if ring is not None and where.token:
        ring.set_password(SERVICE, where.url, where.token)
    kept = {"url": where.url} | ({"keyring": True} if ring else {"token": where.token})
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump(kept, out)
    fresh.replace(file)
    return "the system's keyring" if ring else str(file)


def forget() -> bool:
    """Whether there was anything."""
    kept = stored()
    ring = keyring()
    if kept and kept.token and ring is not None:
        with contextlib.suppress(
            Exception
        ):  # each system's keyring has errors of its own for what is not there
            ring.delete_password(SERVICE, kept.url)
    path().unlink(missing_ok=True)
    return kept is not None


def keyring() -> Keyring | None:
    """The system's, when the package `keyring` is installed and has a place to keep secrets."""
    try:
        import keyring as installed
        from keyring.backends import fail
    except ImportError:
        return None
    return None if isinstance(installed.get_keyring(), fail.Keyring) else cast(Keyring, installed)
