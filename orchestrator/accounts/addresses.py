"""Looks where an account's orders would leave from, before the first one of the day and until it is right."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import structlog

from domain.errors import BrokerError, BrokerUnavailable
from orchestrator.accounts import egress
from orchestrator.accounts.connection import Connection
from orchestrator.state import Clock

log = structlog.get_logger(__name__)


class AddressChecks:
    """`changed` is told when a look gave something new; `renew` when calls must take another way from now on."""

    def __init__(
        self,
        *,
        probe_url: str,
        clock: Clock,
        changed: Callable[[Connection], Awaitable[None]],
        renew: Callable[[Connection], None],
    ) -> None:
        self._url, self._clock, self._changed, self._renew = probe_url, clock, changed, renew

    def wanted(self, connection: Connection) -> bool:
        """Whether there is anything to learn of a new session."""
        return bool(self._url) or connection.terms.lists_addresses

    def due(self, connection: Connection) -> bool:
        """Whether an order should wait for a look."""
        return bool(self._url) and connection.egress.due(self._clock())

    async def look(self, connection: Connection) -> None:
        """Ask the broker which addresses it takes orders from, and the page which one we come from."""
        before, way = connection.egress, connection.way
        await self._ask_broker(connection)
        if connection.way != way:
            self._renew(connection)
        if self._url:
            await self._see(connection)
        else:
            connection.egress = connection.egress.tried_again()
        after, now = connection.egress, self._clock()
        if (after.state(now), after.seen, after.registered) != (
            before.state(now),
            before.seen,
            before.registered,
        ):
            log.info("accounts.address", account=connection.account.id, state=after.state(now).value)
            await self._changed(connection)

    async def _ask_broker(self, connection: Connection) -> None:
        if not connection.terms.lists_addresses or connection.broker is None:
            return
        try:
            told = await connection.broker.addresses()
            listed = None if told is None else tuple(egress.address_of(one) for one in told if one)
        except (BrokerError, ValueError) as error:  # what was known of it stays
            log.info("accounts.addresses_not_told", account=connection.account.id, error=str(error))
            return
        connection.egress = replace(connection.egress, told=listed)

    async def _see(self, connection: Connection) -> None:
        way = connection.way
        seen, words = None, ""
        try:
            seen = await egress.look(self._url, way)
        except BrokerUnavailable as error:
            words = error.words
        if connection.way == way:  # else it was seen on a way that is not used any more
            connection.egress = connection.egress.looked(seen, self._clock(), words)
