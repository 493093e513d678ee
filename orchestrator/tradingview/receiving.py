"""Takes alerts: proves where they are from, writes each down once, and answers before it is placed.

TradingView gives up after three seconds and may send again; whatever it sends again is the same delivery.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from orchestrator.errors import Problem, not_found
from orchestrator.ids import new_id
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tradingview import repository
from orchestrator.tradingview.alert import Unusable, body_of, check_age, fingerprint, read_alert, shown
from orchestrator.tradingview.proof import check_secret, check_signature, signed, unsealed
from orchestrator.tradingview.repository import Delivery, Hook, Outcome
from orchestrator.tradingview.telling import tell_failure
from orchestrator.vault import Vault

LONGEST = 8192  # bytes of an alert


class Receiver:
    """`tradingview`: the addresses that TradingView says it sends from."""

    def __init__(self, db: Database, vault: Vault, clock: Clock, *, tradingview: Collection[str]) -> None:
        self._db, self._vault, self._clock = db, vault, clock
        self._tradingview = frozenset(tradingview)

    async def take(
        self, hook_id: str, raw: bytes, headers: Mapping[str, str], address: str
    ) -> tuple[Delivery, bool]:
        """The delivery, and whether it came before. Raises Problem: 404, 401, 403, 413, 422 for what is written down
        nowhere, since nobody proved to have sent it or it says nothing."""
        if len(raw) > LONGEST:
            raise Problem(413, "body_too_large", "the alert is too long", rule=f"at most {LONGEST} bytes")
        hook = await self._db.read(lambda conn: repository.find(conn, hook_id))
        if hook is None:
            raise not_found("hook")
        try:
            body = self._proven(hook, raw, headers)
        except Unusable as error:
            raise _unusable(error) from None
        if hook.only_tradingview and address not in self._tradingview:
            words = "this hook takes alerts from TradingView's own addresses only"
            raise Problem(
                403, "hook_address", words, fix="let it take others, or set TRADEMASTER_TRADINGVIEW_ADDRESSES"
            )
        now = self._clock()
        one = Delivery(
            id=new_id("hdl"),
            hook_id=hook.id,
            user_id=hook.user_id,
            fingerprint=fingerprint(body),
            received_at=now,
            address=address,
            alert=shown(body),
            outcome=Outcome.RECEIVED,
        )
        try:
            check_age(read_alert(body), now, timedelta(seconds=hook.max_age))
            if hook.paused:
                raise Unusable("hook_paused", "this hook is paused")
        except Unusable as error:
            one = _ended(one, error)
        return await self._keep(hook, one)

    def _proven(self, hook: Hook, raw: bytes, headers: Mapping[str, str]) -> dict[str, object]:
        """Its JSON. Raises Problem 401, Unusable."""
        secret = unsealed(self._vault, hook.id, hook.secret)
        if signed(headers):
            check_signature(secret, headers, raw, self._clock())
            return body_of(raw)
        body = body_of(raw)
        check_secret(secret, body)
        return body

    async def _keep(self, hook: Hook, one: Delivery) -> tuple[Delivery, bool]:
        def work(conn: Connection) -> Delivery | None:
            earlier = repository.take(conn, one)
            if earlier is None:
                tell_failure(conn, hook, one)
            return earlier

        earlier = await self._db.write(work, lock=f"hook:{one.hook_id}")
        return (one, False) if earlier is None else (earlier, True)


def _ended(one: Delivery, error: Unusable) -> Delivery:
    return replace(one, outcome=Outcome.REFUSED, code=error.code, words=error.words, done_at=one.received_at)


def _unusable(error: Unusable) -> Problem:
    return Problem(422, error.code, error.words, fix="see docs/api/tradingview.md")
