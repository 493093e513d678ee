"""What today has brought or cost so far, out of the last readings and prices. From memory, at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aggregation.portfolio import build
from domain.account import AccountState
from domain.money import Money
from orchestrator.accounts.connections import Connection
from orchestrator.instruments.service import Instruments
from orchestrator.market.hub import Hub


def day_result(
    connections: Sequence[Connection], *, instruments: Instruments, hub: Hub, now: datetime
) -> tuple[Money | None, str]:
    """Rupees over all accounts, or None and why: an account that was not read, or a price that is not known."""
    counted = (AccountState.CONNECTED, AccountState.LOGIN_NEEDED)
    missing = [
        one.account.label for one in connections if one.snapshot is None and one.account.state in counted
    ]
    if missing:
        return None, f"{', '.join(missing)} was not read yet"
    snapshots = [one.snapshot for one in connections if one.snapshot is not None]
    stale = [one.label for one in snapshots if one.stale_since is not None]
    if stale:
        return None, f"the numbers of {', '.join(stale)} are old"
    held = {part.instrument for one in snapshots for part in one.holdings}
    held |= {part.instrument for one in snapshots for part in one.positions}
    shares = [instruments.get(name) for name in held]
    names = held | {instruments.same_share(share)[0] for share in shares if share is not None}
    hub.glance(names)
    whole = build(snapshots, hub.prices.of(names), isins=instruments.isins(names), as_of=now)
    if whole.totals.day_pnl is None:
        return None, "a price or a close is not known"
    return whole.totals.day_pnl, ""
