"""What today has brought or cost so far, as limits on losses ask for it; the portfolio that is kept tells it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from domain.account import AccountState, UserId
from domain.money import Money
from orchestrator.accounts.connections import Connection

# Rupees over all the user's accounts, or None and why. From memory, at once, in the event loop's thread only.
DayResult = Callable[[UserId], tuple[Money | None, str]]

PRICELESS = "a price or a close is not known"


def unread(connections: Sequence[Connection]) -> str:
    """Why nothing is to be said over these accounts, whatever the prices are: one was not read, or not lately."""
    counted = (AccountState.CONNECTED, AccountState.LOGIN_NEEDED)
    missing = [
        one.account.label for one in connections if one.snapshot is None and one.account.state in counted
    ]
    if missing:
        return f"{', '.join(missing)} was not read yet"
    snapshots = [one.snapshot for one in connections if one.snapshot is not None]
    stale = [one.label for one in snapshots if one.stale_since is not None]
    return f"the numbers of {', '.join(stale)} are old" if stale else ""


async def _day_result(connection: HTTPConnection) -> DayResult:
    return cast(DayResult, connection.app.state.day_result)


Result = Annotated[DayResult, Depends(_day_result)]
