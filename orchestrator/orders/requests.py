"""Writes to a broker that are no orders (conversions, conditional orders): recorded, sent once, answered or unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection

from adapters.guard import Guarded
from domain.account import AccountId, UserId
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.money import ZERO
from domain.order import OrderIntent
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.orders import entries, repository
from orchestrator.orders.permit import OutsidePolicy, outside_policy, without_effect
from orchestrator.orders.place import replayed_order
from orchestrator.orders.plan import trading_day
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import broker_requests
from routing.token_policy import Asked, breaches

Call = Callable[
    [Guarded], Awaitable[str | None]
]  # gives the broker's id of what was made, if it made anything
SHOWN_FOR = timedelta(days=2)


class Outcome(StrEnum):
    ASKED = "asked"  # sent, or about to be; after a crash nobody knows
    DONE = "done"
    REJECTED = "rejected"
    UNKNOWN = "unknown"  # it left and no clear answer came: look at the broker


@dataclass(frozen=True, slots=True)
class Request:
    """`words` are the broker's; `result` is its id of what was made."""

    id: str
    account_id: AccountId
    kind: str
    body: str
    asked_at: datetime
    outcome: Outcome
    words: str | None = None
    result: str | None = None


def account_of(trading: Trading, caller: Caller, account_id: str) -> Connection:
    """The user's own account that the caller sees, logged in. Raises Problem 404, or 409 when it needs a login."""
    connection = trading.connections.get(AccountId(account_id))
    mine = connection is not None and connection.account.user_id == caller.user_id
    if connection is None or not mine or not caller.sees(account_id):
        raise not_found("account")
    if connection.broker is None:
        raise Problem(409, "login_needed", f"{connection.account.label} needs a login", field="account")
    return connection


def within_policy(trading: Trading, caller: Caller, intent: OrderIntent) -> None:
    """What a token asks of a broker that neither opens nor closes: where, what and when it trades, by its policy.

    Raises Problem 403 `token_policy`.
    """
    if refused := without_effect(caller):
        raise outside_policy(refused)
    if caller.policy is None:
        return
    now, instrument = trading.clock(), trading.instruments.get(intent.instrument)
    asked = Asked(
        intent=intent,
        value=ZERO,
        more=ZERO,
        closes=False,
        now=now,
        underlying=instrument.underlying if instrument else None,
        trading_day=trading.calendar.trades(trading_day(now), intent.instrument.exchange),
        order=False,
    )
    if found := breaches(asked, replace(caller.policy, reduce_only=False)):
        raise outside_policy(OutsidePolicy.of(found))


async def ask_once(
    trading: Trading,
    connection: Connection,
    *,
    caller: Caller,
    kind: str,
    body: str,
    key: str,
    fingerprint: str,
    call: Call,
) -> tuple[Request, bool]:
    """The request with its outcome, and whether this key had made it before. Raises Problem 422 for a reused key."""
    user_id, now = connection.account.user_id, trading.clock()
    request = Request(new_id("req"), connection.account.id, kind, body, now, Outcome.ASKED)

    def record(conn: SqlConnection) -> str | None:
        earlier = replayed_order(conn, user_id, key, fingerprint)
        if earlier is None:
            repository.add_key(conn, user_id, key=key, fingerprint=fingerprint, thing=request.id, at=now)
            row: dict[str, Any] = {"id": request.id, "user_id": user_id, "account_id": request.account_id}
            row |= {"kind": kind, "body": body, "asked_at": now, "outcome": Outcome.ASKED}
            conn.execute(sa.insert(broker_requests).values(row))
            entries.asked(conn, caller, kind, request.id, request.account_id, body, now)
        return earlier

    earlier = await trading.db.write(record, lock=f"orders:{user_id}")
    if earlier is not None:
        return await _stored(trading, user_id, earlier), True
    task = asyncio.create_task(_send(trading, connection, request.id, call))
    trading.running.add(task)
    task.add_done_callback(trading.running.discard)
    await asyncio.shield(task)
    return await _stored(trading, user_id, request.id), False


async def asked_before(trading: Trading, user_id: UserId, key: str, fingerprint: str) -> Request | None:
    """What this key made before, if anything. Raises Problem 422 for a reused key."""
    earlier = await trading.db.read(lambda conn: replayed_order(conn, user_id, key, fingerprint))
    return None if earlier is None else await _stored(trading, user_id, earlier)


async def _send(trading: Trading, connection: Connection, request_id: str, call: Call) -> None:
    outcome, words, result = await _answer(trading, connection, call)
    values: dict[str, Any] = {"outcome": outcome, "words": words, "result": result}
    values["answered_at"] = trading.clock()

    def learn(conn: SqlConnection) -> None:
        conn.execute(sa.update(broker_requests).where(broker_requests.c.id == request_id).values(values))

    await trading.db.write(learn)
    trading.connections.invalidate(connection.account.id)


async def _answer(
    trading: Trading, connection: Connection, call: Call
) -> tuple[Outcome, str | None, str | None]:
    if connection.broker is None:
        return Outcome.REJECTED, "the account is not connected; nothing was sent", None
    try:
        return Outcome.DONE, None, await call(connection.broker)
    except SessionExpired as error:
        await trading.connections.login_needed(connection.account.id, error.words)
        return Outcome.REJECTED, error.words, None
    except (BrokerRejected, BrokerUnavailable) as error:
        return Outcome.REJECTED, error.words, None
    except OutcomeUnknown as error:
        return Outcome.UNKNOWN, error.words, None


async def _stored(trading: Trading, user_id: UserId, request_id: str) -> Request:
    columns = broker_requests.c
    query = sa.select(broker_requests).where(columns.id == request_id, columns.user_id == user_id)
    row = await trading.db.read(lambda conn: conn.execute(query).one())
    return _request(row)


async def unclear(trading: Trading, user_id: UserId, *, kinds: tuple[str, ...]) -> list[Request]:
    """The newest requests of which it is not known what became of them; newest first."""
    columns = broker_requests.c
    query = (
        sa.select(broker_requests)
        .where(
            columns.user_id == user_id,
            columns.kind.in_(kinds),
            columns.outcome.in_((Outcome.ASKED, Outcome.UNKNOWN)),
            columns.asked_at >= trading.clock() - SHOWN_FOR,
        )
        .order_by(columns.id.desc())
        .limit(50)
    )
    rows = await trading.db.read(lambda conn: conn.execute(query).all())
    return [_request(row) for row in rows]


def _request(row: sa.Row[Any]) -> Request:
    return Request(
        id=row.id,
        account_id=AccountId(row.account_id),
        kind=row.kind,
        body=row.body,
        asked_at=row.asked_at,
        outcome=Outcome(row.outcome),
        words=row.words,
        result=row.result,
    )
