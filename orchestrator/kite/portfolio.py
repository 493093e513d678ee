"""Kite's portfolio calls: what all accounts hold together, and positions moved to another product."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from adapters.broker import Conversion
from adapters.guard import Guarded
from adapters.zerodha.wire import PRODUCTS, SIDES
from domain.order import OrderIntent, OrderType, Side
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.kite import forms
from orchestrator.kite.answers import success
from orchestrator.kite.door import FormBody, Names, Reader, Trader
from orchestrator.kite.holdings import Market, holding_rows, position_rows
from orchestrator.kite.reading import read
from orchestrator.market.access import Market as Prices
from orchestrator.orders.requests import Outcome, ask_once, within_policy
from orchestrator.orders.room import Room, fingerprint_of

router = APIRouter(prefix="/kite", include_in_schema=False)

DAY_TYPES = {"day": False, "overnight": True}


@router.get("/portfolio/holdings")
async def holdings(caller: Reader, live: Live, hub: Prices, names: Names) -> Response:
    """One row for each share, whichever accounts have it."""
    found = await read(live, caller)
    await hub.prime([one.instrument for account in found.snapshots for one in account.holdings])
    return success(holding_rows(found.snapshots, Market(names.token, hub.last)), headers=found.headers)


@router.get("/portfolio/holdings/auctions")
async def auctions(caller: Reader) -> Response:
    """No order goes into a settlement auction from here, so there is none to offer."""
    return success([])


@router.get("/portfolio/positions")
async def positions(caller: Reader, live: Live, hub: Prices, names: Names) -> Response:
    """One row for each contract and product, whichever accounts have it."""
    found = await read(live, caller)
    await hub.prime([one.instrument for account in found.snapshots for one in account.positions])
    return success(position_rows(found.snapshots, Market(names.token, hub.last)), headers=found.headers)


@router.put("/portfolio/positions")
async def convert(form: FormBody, request: Request, caller: Trader, trading: Room, names: Names) -> Response:
    """At as many accounts as it takes, those with the most of it first. True once every broker has done it.

    Raises Problem 409 when they hold less than that, or a broker refuses; what one did before stays done, and is told.
    """
    asked = _conversion(form, names)
    for product in (asked.old, asked.new):
        order = OrderIntent(asked.instrument, asked.side, asked.quantity, OrderType.MARKET, product)
        within_policy(trading, caller, order)
    parts = list(_parts(await trading.connections.ready(caller.user_id), caller, asked))
    if sum(part.quantity for _, part in parts) < asked.quantity:
        text = f"less than {asked.quantity} of {asked.instrument} can be converted: {asked.old} at accounts that can"
        raise Problem(409, "no_position", text, field="quantity")
    done = 0
    for connection, part in parts:
        await _convert(trading, connection, part, caller, already=done)
        done += part.quantity
    return success(True)


def _conversion(form: forms.Form, names: Names) -> Conversion:
    conversion = Conversion(
        forms.instrument(form, names).id,
        forms.word(SIDES, form, "transaction_type"),
        forms.whole(form, "quantity"),
        forms.word(PRODUCTS, form, "old_product"),
        forms.word(PRODUCTS, form, "new_product"),
        forms.word(DAY_TYPES, form, "position_type"),
    )
    if conversion.old is conversion.new:
        raise forms.bad("new_product", "The two products are the same.")
    if conversion.quantity <= 0:
        raise forms.bad("quantity")
    return conversion


def _parts(
    mine: list[Connection], caller: Caller, asked: Conversion
) -> Iterator[tuple[Connection, Conversion]]:
    held = [
        (units, one)
        for one in mine
        if caller.sees(one.account.id)
        and one.ready
        and one.terms.converts
        and (units := _held(one, asked)) > 0
    ]
    left = asked.quantity
    for units, connection in sorted(held, key=lambda pair: pair[0], reverse=True):
        if left:
            take = min(units, left)
            left -= take
            yield connection, replace(asked, quantity=take)


def _held(connection: Connection, asked: Conversion) -> int:
    """Units of that side: bought ones for a BUY."""
    snapshot = connection.snapshot
    rows = snapshot.positions if snapshot else ()
    net = sum(one.quantity for one in rows if one.instrument == asked.instrument and one.product is asked.old)
    return net if asked.side is Side.BUY else -net


async def _convert(
    trading: Room, connection: Connection, part: Conversion, caller: Caller, *, already: int
) -> None:
    async def call(broker: Guarded) -> None:
        await broker.convert(part)

    request, _ = await ask_once(
        trading,
        connection,
        caller=caller,
        kind="convert",
        body=repr(part),
        key=new_id("kit"),
        fingerprint=fingerprint_of("kite convert", part),
        call=call,
    )
    if request.outcome is Outcome.DONE:
        return
    before = f" {already} were converted before." if already else ""
    words = f"{connection.account.label}: {request.words or 'no clear answer'}.{before}"
    if request.outcome is Outcome.REJECTED:
        raise Problem(409, "broker_rejected", words)
    raise Problem(504, "outcome_unknown", words, fix="look at the positions before asking again")
