"""What is looked at without the database: keys, the data folder, its disk, and how the public address is served."""

from __future__ import annotations

import asyncio
import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from orchestrator.config import Settings
from orchestrator.doctor.finding import Finding, fail, ok, warn
from orchestrator.keys import BadKey, keys

LITTLE = 1 << 30  # bytes of free disk that call for a person
NOTHING = 100 << 20  # and that are as good as none
SOON = timedelta(days=14)  # before a certificate ends
PATIENCE = 5.0


def look(settings: Settings) -> Iterator[Finding]:
    yield _keys(settings)
    yield _folder(settings.data)
    yield _disk(settings.data)
    yield _web(settings.web)


def _keys(settings: Settings) -> Finding:
    given = [bool(one.get_secret_value()) for one in (settings.master_key, settings.jwt_key)]
    for name, from_settings in zip(("master", "jwt"), given, strict=True):
        if not from_settings and not (settings.data / f"{name}.key").exists():
            return fail(
                "keys",
                f"{settings.data / f'{name}.key'} is not there",
                "put it back; only a new installation makes new ones by starting",
            )
    try:
        found = keys(settings)
        count = len(found.master.every)
    except (BadKey, OSError) as error:
        return fail("keys", f"the keys cannot be used: {error}", "put the files or settings of before back")
    return ok("keys", f"{count} master key{'s' if count > 1 else ''}, the newest in use")


def _folder(data: Path) -> Finding:
    open_to_others = [
        one
        for one in (data, data / "master.key", data / "jwt.key", data / "trademaster.db")
        if one.exists() and one.stat().st_mode & 0o077
    ]
    if open_to_others:
        names = ", ".join(str(one) for one in open_to_others)
        return fail("data folder", f"others on this machine may look into {names}", f"chmod go= {names}")
    return ok("data folder", f"{data} is its owner's alone")


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(data if data.exists() else Path.cwd()).free
    words = f"{free // (1 << 20)} MB are free"
    if free < NOTHING:
        return fail("disk", words, "free some now: orders are recorded before they are sent, or not sent")
    if free < LITTLE:
        return warn("disk", words, "free some, or move the data folder")
    return ok("disk", words)


def _web(folder: Path) -> Finding:
    if not (folder / "index.html").exists():
        return warn(
            "web", f"{folder} has no web interface", "build it (`make web`) or name it: TRADEMASTER_WEB"
        )
    return ok("web", "the web interface is built")


async def certificate(settings: Settings) -> Finding:
    """How long the certificate of the public address is good."""
    at = urlsplit(settings.public_url)
    if at.scheme != "https":
        if settings.only_here:
            return ok("certificate", "none is needed: only this machine reaches the product")
        return fail(
            "certificate",
            "people reach the product without TLS: passwords and tokens can be read on the way",
            "put a TLS proxy before it and name it: TRADEMASTER_PUBLIC_URL=https://...",
        )
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(
                at.hostname, at.port or 443, ssl=ssl.create_default_context()
            )
            told = writer.get_extra_info("peercert")
            writer.close()
    except ssl.SSLCertVerificationError as error:
        return fail("certificate", f"browsers refuse it: {error.verify_message}", "renew it at the TLS proxy")
    except (OSError, TimeoutError) as error:
        words = f"{at.hostname} does not answer from here ({type(error).__name__})"
        return warn("certificate", words, "look whether it does from outside")
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(told["notAfter"]), UTC)
    left = ends - datetime.now(UTC)
    words = f"good until {ends:%Y-%m-%d}"
    return (
        warn("certificate", words, "renew it at the TLS proxy") if left < SOON else ok("certificate", words)
    )
