"""The accounts of a caller as they were last read: what it may see of them, and which lack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from domain.portfolio import AccountSnapshot
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller

GAPS = "X-TradeMaster-Gaps"


@dataclass(frozen=True, slots=True)
class Accounts:
    """`gaps`: in words, the accounts whose numbers are old or missing."""

    connections: tuple[Connection, ...]
    snapshots: tuple[AccountSnapshot, ...]
    gaps: tuple[str, ...]

    @property
    def headers(self) -> dict[str, str]:
        return gaps_header(self.gaps)


def gaps_header(gaps: Sequence[str]) -> dict[str, str]:
    """Kite has no field for what is missing: it goes in a header, percent-encoded."""
    return {GAPS: quote("; ".join(gaps), safe=" ;:,()'/")} if gaps else {}


async def read(live: Connections, caller: Caller) -> Accounts:
    """Raises Problem 503 where there are accounts and not one of them could be read: no number is better than a 0."""
    mine = tuple(one for one in await live.ready(caller.user_id) if caller.sees(one.account.id))
    known = tuple(one.snapshot for one in mine if one.snapshot is not None)
    gaps = tuple(text for one in mine if (text := _lacking(one)) is not None)
    if mine and not known:
        raise Problem(503, "broker_unavailable", f"no account can be read now: {'; '.join(gaps)}")
    return Accounts(mine, known, gaps)


def _lacking(one: Connection) -> str | None:
    label, snapshot = one.account.label, one.snapshot
    if snapshot is None:
        return f"{label}: {one.last_error or 'it was not read yet'}"
    if snapshot.stale_since is not None:
        return f"{label}: its numbers are of {snapshot.as_of.isoformat(timespec='seconds')}"
    return f"{label}: {snapshot.unread[0]}" if snapshot.unread else None
