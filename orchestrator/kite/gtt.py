"""Kite's GTT calls: triggers that one of the user's brokers keeps itself, under one number each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import APIRouter
from pydantic import ValidationError
from starlette.responses import Response

from adapters.zerodha.gtt import KIND_WORDS, KINDS
from adapters.zerodha.wire import PRODUCT_WORDS, PRODUCTS, SIDE_WORDS, SIDES, TYPE_WORDS
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalReport, ConditionalStatus
from domain.instrument import InstrumentId
from domain.order import Side
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem, of_validation
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.kite import forms
from orchestrator.kite.answers import NIL, rupees, stamp, success
from orchestrator.kite.door import FormBody, Names, Reader, Trader, owner_of
from orchestrator.kite.estimates import text_of
from orchestrator.kite.numbers import trigger_number
from orchestrator.kite.reading import gaps_header
from orchestrator.orders import conditionals
from orchestrator.orders.conditional_schemas import ConditionalIn
from orchestrator.orders.requests import Outcome
from orchestrator.orders.requests import Request as Asked
from orchestrator.orders.room import Room, fingerprint_of

router = APIRouter(prefix="/kite", include_in_schema=False)

STATUS_WORDS: Mapping[ConditionalStatus, str] = {
    ConditionalStatus.ACTIVE: "active",
    ConditionalStatus.TRIGGERED: "triggered",
    ConditionalStatus.COMPLETED: "triggered",
    ConditionalStatus.CANCELLED: "cancelled",
    ConditionalStatus.REJECTED: "rejected",
    ConditionalStatus.EXPIRED: "expired",
    ConditionalStatus.DISABLED: "disabled",
}
UNKNOWN = "Trigger not found."


@router.get("/gtt/triggers")
async def triggers(caller: Reader, trading: Room, names: Names) -> Response:
    """Of every broker that keeps any. What cannot be read is named in the header of gaps."""
    lists, _ = await conditionals.listed(trading, caller)
    rows = [
        _row(one.connection, report, report.intent, caller, names)
        for one in lists
        for report in one.reports
        if report.intent is not None
    ]
    gaps = [f"{one.connection.account.label}: {one.unread}" for one in lists if one.unread is not None]
    return success(rows, headers=gaps_header(gaps))


@router.get("/gtt/triggers/{number}")
async def trigger(number: str, caller: Reader, trading: Room, names: Names) -> Response:
    connection, report = await _found(trading, caller, number)
    if report.intent is None:
        raise Problem(409, "order_unreadable", f"{connection.terms.name} tells of it what cannot be read")
    return success(_row(connection, report, report.intent, caller, names))


@router.post("/gtt/triggers")
async def place(form: FormBody, caller: Trader, trading: Room, names: Names) -> Response:
    """Kept at one broker: for a sale one that has the shares, else the one with most money."""
    kind, name, legs = _asked(form, names)
    connection = await _keeper(trading, caller, kind, name, legs)
    body = _body(connection, kind, name, legs)
    request = await conditionals.place(
        trading,
        connection,
        body.intent(await conditionals.last_price(trading, name)),
        body=body,
        caller=caller,
        key=caller.own(new_id("kit")),
        fingerprint=fingerprint_of("kite gtt", body),
    )
    return success({"trigger_id": trigger_number(connection.account.id, _done(connection, request) or "")})


@router.put("/gtt/triggers/{number}")
async def modify(number: str, form: FormBody, caller: Trader, trading: Room, names: Names) -> Response:
    """All of it anew, where it is kept."""
    connection, report = await _found(trading, caller, number)
    kind, name, legs = _asked(form, names)
    conditionals.check_offered(connection, kind)
    body = _body(connection, kind, name, legs)
    request = await conditionals.modify(
        trading,
        connection,
        report.conditional_id,
        body.intent(await conditionals.last_price(trading, name)),
        body=body,
        caller=caller,
        key=caller.own(new_id("kit")),
        fingerprint=fingerprint_of("kite gtt", number, body),
    )
    kept = _done(connection, request) or report.conditional_id
    return success({"trigger_id": trigger_number(connection.account.id, kept)})


@router.delete("/gtt/triggers/{number}")
async def delete(number: str, caller: Trader, trading: Room) -> Response:
    connection, report = await _found(trading, caller, number)
    request = await conditionals.cancel(
        trading,
        connection,
        report.conditional_id,
        caller=caller,
        key=caller.own(new_id("kit")),
        fingerprint=fingerprint_of("kite gtt delete", number),
    )
    _done(connection, request)
    return success({"trigger_id": int(number)})


# --- what is asked -----------------------------------------------------------------------------------------------

Legs = list[dict[str, Any]]


def _asked(form: forms.Form, names: Names) -> tuple[ConditionalKind, InstrumentId, Legs]:
    """The kind, the instrument, and one order for each trigger with it. Raises Problem 422."""
    kind = forms.word(KINDS, form, "type")
    condition, orders = _json(form, "condition", dict), _json(form, "orders", list)
    values = condition.get("trigger_values")
    count = 1 if kind is ConditionalKind.SINGLE else 2
    if not isinstance(values, list) or len(values) != count or len(orders) != count:
        raise forms.bad("trigger_values", "One of it and one order for single, two of each for two-leg.")
    if not all(isinstance(order, dict) for order in orders):
        raise forms.bad("orders")
    name = forms.instrument(_texts(condition), names).id
    legs = []
    for value, order in zip(values, orders, strict=True):
        fields = _texts(order)
        mine = {"exchange": name.exchange.value, "tradingsymbol": name.symbol, **fields}
        if forms.instrument(mine, names).id != name:
            raise forms.bad("orders", "The orders of a trigger are of its own instrument.")
        legs.append({**fields, "trigger_price": text_of(value)})
    return kind, name, legs


def _body(connection: Connection, kind: ConditionalKind, name: InstrumentId, legs: Legs) -> ConditionalIn:
    """As our own API takes it: the target before the stop."""
    side, product = forms.word(SIDES, legs[0], "transaction_type"), forms.word(PRODUCTS, legs[0], "product")
    same = (SIDE_WORDS[side], PRODUCT_WORDS[product])
    if any((one.get("transaction_type"), one.get("product")) != same for one in legs):
        raise forms.bad("orders", "Both are on one side, in one product.")
    if any(forms.required(one, "order_type") != "LIMIT" for one in legs):
        raise forms.bad("order_type", "A trigger places limit orders only.")
    sorted_legs = sorted(legs, key=lambda one: _price(one, "trigger_price"), reverse=side is Side.SELL)
    try:
        return ConditionalIn(
            account=connection.account.id,
            kind=kind,
            exchange=name.exchange,
            symbol=name.symbol,
            side=side,
            product=product,
            legs=[
                {
                    "trigger_price": _price(one, "trigger_price"),
                    "quantity": forms.whole(one, "quantity"),
                    "price": _price(one, "price"),
                }
                for one in sorted_legs
            ],
        )
    except ValidationError as error:
        raise of_validation(error.errors()) from None


def _price(leg: forms.Form, field: str) -> Any:
    price = forms.amount(leg, field)
    if price is None:
        raise forms.bad("trigger_values" if field == "trigger_price" else field)
    return price


def _json(form: forms.Form, field: str, kind: type) -> Any:
    try:
        value = orjson.loads(forms.required(form, field))
    except orjson.JSONDecodeError:
        raise forms.bad(field) from None
    if not isinstance(value, kind):
        raise forms.bad(field)
    return value


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: text_of(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, list | dict)
    }


# --- where it is kept --------------------------------------------------------------------------------------------


async def _keeper(
    trading: Room, caller: Caller, kind: ConditionalKind, name: InstrumentId, legs: Legs
) -> Connection:
    """Raises Problem 409 when no account can keep it."""
    mine = [
        one
        for one in await trading.connections.ready(caller.user_id)
        if one.ready
        and caller.sees(one.account.id)
        and kind in one.terms.conditionals
        and one.symbols.listing(name) is not None
    ]
    if not mine:
        text = f"no account that is logged in keeps {KIND_WORDS[kind]} triggers on {name}"
        raise Problem(409, "conditional_unsupported", text, fix="log in to a broker that keeps them")
    sells = legs[0].get("transaction_type") == SIDE_WORDS[Side.SELL]
    return max(mine, key=lambda one: (_has(one, trading, name) if sells else 0, _money(one)))


def _has(connection: Connection, trading: Room, name: InstrumentId) -> int:
    """Units of it to sell there."""
    snapshot, isin = connection.snapshot, trading.instruments.isin(name)
    if snapshot is None:
        return 0
    shares = (one for one in snapshot.holdings if one.isin == isin or one.instrument == name)
    positions = (one.quantity for one in snapshot.positions if one.instrument == name)
    return sum(one.sellable_quantity for one in shares) + max(0, sum(positions))


def _money(connection: Connection) -> Any:
    return rupees(connection.snapshot.margin.available) if connection.snapshot else NIL


async def _found(trading: Room, caller: Caller, number: str) -> tuple[Connection, ConditionalReport]:
    """Raises Problem 404 when nobody keeps it, 503 when a list that may show it cannot be read."""
    lists, _ = await conditionals.listed(trading, caller)
    for one in lists:
        for report in one.reports:
            if str(trigger_number(one.connection.account.id, report.conditional_id)) == number:
                return one.connection, report
    unread = next((one.unread for one in lists if one.unread is not None), None)
    if unread is not None:
        raise Problem(503, "broker_unavailable", unread)
    raise Problem(404, "not_found", UNKNOWN, field="trigger_id")


def _done(connection: Connection, request: Asked) -> str | None:
    """The broker's id of it. Raises Problem 409 for a refusal, 504 where nobody knows."""
    words = f"{connection.terms.name}: {request.words or 'no clear answer'}"
    match request.outcome:
        case Outcome.DONE:
            return request.result
        case Outcome.REJECTED:
            raise Problem(409, "broker_rejected", words)
        case _:
            raise Problem(504, "outcome_unknown", words, fix="look at the triggers before asking again")


def _row(
    connection: Connection,
    report: ConditionalReport,
    intent: ConditionalIntent,
    caller: Caller,
    names: Names,
) -> dict[str, Any]:
    name, legs = intent.instrument, sorted(intent.legs, key=lambda one: one.trigger_price)
    exchange, token = name.exchange.value, names.token(name)
    created = stamp(report.created_at)
    return {
        "id": trigger_number(connection.account.id, report.conditional_id),
        "user_id": owner_of(caller.user_id),
        "parent_trigger": None,
        "type": KIND_WORDS[intent.kind],
        "created_at": created,
        "updated_at": created,
        "expires_at": stamp(report.expires_at),
        # A word that is not known stays what it is.
        "status": STATUS_WORDS.get(report.status, report.words),
        "condition": {
            "exchange": exchange,
            "tradingsymbol": name.symbol,
            "instrument_token": token,
            "last_price": rupees(intent.last_price),
            "trigger_values": [rupees(leg.trigger_price) for leg in legs],
        },
        "orders": [
            {
                "exchange": exchange,
                "tradingsymbol": name.symbol,
                "product": PRODUCT_WORDS[intent.product],
                "order_type": TYPE_WORDS[leg.order_type],
                "transaction_type": SIDE_WORDS[intent.side],
                "quantity": leg.quantity,
                "price": rupees(leg.price),
                "result": None,
            }
            for leg in legs
        ],
        "meta": {
            "trademaster": {
                "account": connection.account.id,
                "broker": connection.account.broker.value,
                "id": report.conditional_id,
                "fired_order_ids": list(report.fired_order_ids),
                "message": report.message,
            }
        },
    }
