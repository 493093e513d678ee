"""Tells the user's open screens, and the other processes, how accounts are."""

from __future__ import annotations

from datetime import datetime

from domain.account import AccountId
from domain.calendar import IST
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.schemas import AccountOut
from orchestrator.bus import Bus, user_topic
from orchestrator.ids import new_id
from orchestrator.schemas import in_ist

TOPIC = "accounts"  # between processes: this row changed, look again


class Telling:
    """`origin` marks what this process says."""

    def __init__(self, bus: Bus) -> None:
        self._bus, self.origin = bus, new_id("prc")

    async def account(self, connection: Connection) -> None:
        """The user's open screens: how the account is now."""
        connection.announced = mark(connection)
        await self._bus.publish(
            user_topic(connection.account.user_id),
            {"type": "account", "data": AccountOut.of(connection).model_dump(mode="json")},
        )

    async def portfolio_changed(self, connection: Connection, reason: str) -> None:
        """The user's open screens: other numbers."""
        await self._bus.publish(
            user_topic(connection.account.user_id),
            {"type": "portfolio", "data": {"reason": reason, "account": connection.account.id}},
        )

    async def session_ends(self, connection: Connection, ends: datetime) -> None:
        """A notice: the session ends soon, and a person can log in before it does."""
        label, broker = connection.account.label, connection.terms.name
        text = f"{label} needs a login after {ends.astimezone(IST):%H:%M}: {broker} ends the session then."
        data = {"kind": "session_ends", "account": connection.account.id, "at": in_ist(ends), "text": text}
        await self._bus.publish(user_topic(connection.account.user_id), {"type": "notice", "data": data})

    async def processes(self, account_id: AccountId) -> None:
        """The other processes: the row changed."""
        await self._bus.publish(TOPIC, {"type": "account", "data": {"id": account_id, "from": self.origin}})

    async def changed(self, connection: Connection) -> None:
        """Screens and processes."""
        await self.account(connection)
        await self.processes(connection.account.id)


def mark(connection: Connection) -> tuple[str, ...]:
    """What the screen shows of an account's health."""
    health = connection.health()
    return (
        connection.account.state,
        connection.account.label,
        connection.egress.state(connection.clock()),
        *((health.reads, health.writes) if health else ()),
        *(f"{one.name} {one.since}" for one in connection.holds()),
    )
