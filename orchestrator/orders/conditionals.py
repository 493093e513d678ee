"""Conditional orders that a broker keeps itself (GTT, smart orders): passed through, recorded before they are sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.guard import Guarded
from adapters.rows import unread
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalReport
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.money import Price
from domain.routing import ReasonCode
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Caller
from orchestrator.orders import conditional_permit
from orchestrator.orders.permit import outside_policy, without_effect
from orchestrator.orders.rails import protects, rails, refused_at_broker
from orchestrator.orders.requests import Request, ask_once, asked_before, unclear
from orchestrator.orders.trading import Trading
from orchestrator.schemas import In

PLACE, MODIFY, CANCEL = "conditional_place", "conditional_modify", "conditional_cancel"


@dataclass(frozen=True, slots=True)
class Listed:
    """One account's conditional orders as just read; `unread` in words when they, or one of them, could not be."""

    connection: Connection
    reports: tuple[ConditionalReport, ...]
    unread: str | None = None


async def listed(trading: Trading, caller: Caller) -> tuple[list[Listed], list[Request]]:
    """Of every account that the caller sees whose broker keeps any, and the requests of which it is not known what
    became of them."""
    mine = [
        one
        for one in trading.connections.of_user(caller.user_id)
        if one.terms.conditionals and caller.sees(one.account.id)
    ]
    lists = await asyncio.gather(*(_read(trading, one) for one in mine))
    requests = await unclear(trading, caller.user_id, kinds=(PLACE, MODIFY, CANCEL))
    return list(lists), [one for one in requests if caller.sees(one.account_id)]


async def _read(trading: Trading, connection: Connection) -> Listed:
    if connection.broker is None:
        return Listed(connection, (), "it needs a login")
    try:
        reports = await connection.broker.conditionals()
        lacking = unread(reports)
        return Listed(connection, tuple(reports), lacking[0] if lacking else None)
    except BrokerError as error:
        if isinstance(error, SessionExpired):
            await trading.connections.login_needed(connection.account.id, error.words)
        return Listed(connection, (), error.words)


async def last_price(trading: Trading, instrument: InstrumentId) -> Price:
    """Rupees; brokers want it to tell on which side a trigger is. Raises Problem 404 or 409 without one."""
    if trading.instruments.get(instrument) is None:
        raise Problem(404, "instrument_unknown", f"no connected broker lists {instrument}", field="symbol")
    quote = await trading.hub.quote(instrument)
    last = trading.hub.last(instrument)
    price = last.price if last else quote.last_price if quote else None
    if price is None:
        raise Problem(
            409, "price_unknown", f"the price of {instrument} is not known now", rule="a trigger needs a side"
        )
    return price


def check_offered(connection: Connection, kind: ConditionalKind) -> None:
    """Raises Problem 409 when this broker keeps no such orders."""
    if kind not in connection.terms.conditionals:
        text = f"{connection.terms.name} keeps no {kind.value} conditional orders for programs"
        raise Problem(409, "conditional_unsupported", text, field="kind")


async def place(
    trading: Trading,
    connection: Connection,
    intent: ConditionalIntent,
    *,
    caller: Caller,
    body: In,
    key: str,
    fingerprint: str,
) -> Request:
    """The request and its outcome; `result` is the broker's id. Raises Problem 409 within the user's own rails."""
    await _within_rails(trading, caller, connection, intent)

    async def call(broker: Guarded) -> str:
        return await broker.place_conditional(intent)

    text = body.model_dump_json()
    request, _ = await ask_once(
        trading, connection, caller=caller, kind=PLACE, body=text, key=key, fingerprint=fingerprint, call=call
    )
    return request


async def modify(
    trading: Trading,
    connection: Connection,
    conditional_id: str,
    intent: ConditionalIntent,
    *,
    caller: Caller,
    body: In,
    key: str,
    fingerprint: str,
) -> Request:
    """The request and its outcome. Raises Problem 404 and 503 as `cancel` does, 409 within the user's own rails."""
    if (earlier := await asked_before(trading, connection.account.user_id, key, fingerprint)) is not None:
        return earlier
    await _kept(trading, connection, conditional_id)
    await _within_rails(trading, caller, connection, intent, besides=conditional_id)

    async def call(broker: Guarded) -> str:
        await broker.modify_conditional(conditional_id, intent)
        return conditional_id

    text = body.model_dump_json()
    request, _ = await ask_once(
        trading,
        connection,
        caller=caller,
        kind=MODIFY,
        body=text,
        key=key,
        fingerprint=fingerprint,
        call=call,
    )
    return request


async def _within_rails(
    trading: Trading,
    caller: Caller,
    connection: Connection,
    intent: ConditionalIntent,
    *,
    besides: str | None = None,
) -> None:
    """`besides`: the one that is being changed. Raises Problem 403, 409, 503 where it counts what the broker keeps
    already and that cannot be read."""
    positions = connection.snapshot.positions if connection.snapshot else ()
    held = sum(
        one.quantity
        for one in positions
        if one.instrument == intent.instrument and one.product is intent.product
    )
    user_id = connection.account.user_id
    bound = (await trading.db.read(lambda conn: rails(conn, user_id))).exits_only is not None
    shut = connection.held
    if held and (bound or caller.policy is not None or shut is not None):
        read = await _read(trading, connection)
        if read.unread is not None:
            raise Problem(503, "broker_unavailable", read.unread)
        held = conditional_permit.unprotected(held, intent, read.reports, besides=besides)
    conditional_permit.within_policy(trading, caller, connection, intent, held)
    reason = await trading.db.read(lambda conn: refused_at_broker(conn, user_id, intent, held))
    if reason is not None:
        raise Problem(409, reason.code, reason.message, field=reason.field, rule=reason.message)
    if shut is not None and not protects(intent, held):
        text = f"{connection.account.label} takes nothing new: {shut.words(trading.clock())}"
        raise Problem(409, ReasonCode.BREAKER_HELD, text, field="account", rule=text)


async def cancel(
    trading: Trading,
    connection: Connection,
    conditional_id: str,
    *,
    caller: Caller,
    key: str,
    fingerprint: str,
) -> Request:
    """Raises Problem 404 when the broker's list does not show it, 503 when that cannot be read, 403 for a token that
    only tries things."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    if (earlier := await asked_before(trading, connection.account.user_id, key, fingerprint)) is not None:
        return earlier
    report = await _kept(trading, connection, conditional_id)

    async def call(broker: Guarded) -> str:
        await broker.cancel_conditional(report)
        return conditional_id

    request, _ = await ask_once(
        trading,
        connection,
        caller=caller,
        kind=CANCEL,
        body=conditional_id,
        key=key,
        fingerprint=fingerprint,
        call=call,
    )
    return request


async def _kept(trading: Trading, connection: Connection, conditional_id: str) -> ConditionalReport:
    """As the broker's list shows it. Raises Problem 404 when it does not, 503 when it cannot be read."""
    read = await _read(trading, connection)
    report = next((one for one in read.reports if one.conditional_id == conditional_id), None)
    if report is None and read.unread is not None:
        raise Problem(503, "broker_unavailable", read.unread)
    if report is None:
        raise not_found("conditional order")
    return report
