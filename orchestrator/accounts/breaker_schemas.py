"""An account's breaker on the wire, for its owner and for operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from domain.account import AccountState, BrokerId
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.schemas import HeldOut
from orchestrator.errors import Problem
from orchestrator.schemas import AskedTime, In, Out, Time

LONGEST = timedelta(days=31)


class BreakerOut(Out):
    """How calls to an account stand in the process that answers. `reads` and `writes` are closed, open or half_open,
    null while nobody is logged in; `opened_at`: since when one is open by itself, `tries_at`: when it lets a call try.
    `held`: by whom it is held open by hand; any of them refuses what is new."""

    account_id: str
    broker: BrokerId
    state: AccountState
    reads: str | None
    writes: str | None
    opened_at: Time | None
    tries_at: Time | None
    last_ok_at: Time | None
    last_error: str | None
    held: list[HeldOut]

    @classmethod
    def of(cls, one: Connection) -> BreakerOut:
        return cls(**told(one, told_owner=True))


def told(one: Connection, *, told_owner: bool) -> dict[str, object]:
    """The fields of a `BreakerOut`."""
    health = one.health()
    return {
        "account_id": one.account.id,
        "broker": one.account.broker,
        "state": one.account.state,
        "reads": health.reads if health else None,
        "writes": health.writes if health else None,
        "opened_at": health.opened_at if health else None,
        "tries_at": health.tries_at if health else None,
        "last_ok_at": health.last_ok_at if health else None,
        "last_error": health.last_error if health else None,
        "held": [HeldOut.of(held, told_owner=told_owner) for held in one.holds()],
    }


class HoldOpenIn(In):
    """`reason`: read by whoever is refused. `until` null: until it is closed by hand; at most 31 days away."""

    reason: Annotated[str, Field(min_length=3, max_length=200)]
    until: AskedTime | None = None

    def ends(self, now: datetime) -> datetime | None:
        """Raises Problem 422 for an end that is over, or too far away."""
        if self.until is not None and not now < self.until <= now + LONGEST:
            rule = f"between now and {LONGEST.days} days from now"
            raise Problem(
                422,
                "invalid_input",
                f"until: {rule}",
                field="until",
                rule=rule,
                fix="leave it out to hold it open until you close it",
            )
        return self.until
