"""What a trade costs everywhere, and what an account pays otherwise than its broker's list."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection as SqlConnection

from domain.account import AccountId, UserId
from domain.calendar import IST
from domain.fees import STANDARD, Ending, ware_of
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Price
from domain.order import OrderId, Product, Side
from orchestrator.accounts import repository
from orchestrator.accounts.access import Live
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.fees import plan_text
from orchestrator.audit.actions import Action
from orchestrator.charges.asking import ask_for
from orchestrator.charges.note import expected_note
from orchestrator.charges.repository import of_children
from orchestrator.charges.schemas import (
    ChildChargesOut,
    ComparisonOut,
    ContractNoteOut,
    FeePlanIn,
    FeePlanOut,
    OrderChargesOut,
)
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import CurrentUser
from orchestrator.identity.doing import Acting
from orchestrator.market.access import Directory
from orchestrator.orders.finding import load
from orchestrator.orders.room import Room
from orchestrator.schemas import DECIMAL_TEXT
from orchestrator.state import Db, Now
from routing.compare import LISTS, Payer, compare
from routing.fees import SCHEDULES, ChargesUnknown, Trade
from routing.notation import MOST_UNITS, Unreadable, kind_of

router = APIRouter(prefix="/v1", tags=["charges"])

YEARS = range(2000, 2100)


@router.get("/charges", responses=problems(401))
async def compare_charges(
    user_id: CurrentUser,
    instruments: Directory,
    connections: Live,
    clock: Now,
    symbol: Annotated[str, Query(min_length=1, max_length=60, description="Trading symbol: INFY.")],
    side: Side,
    quantity: Annotated[int, Query(gt=0, le=MOST_UNITS)],
    product: Product,
    price: Annotated[str, Query(pattern=DECIMAL_TEXT, description="Rupees a unit that it is executed at.")],
    exchange: Exchange = Exchange.NSE,
    on: Annotated[date | None, Query(description="The day whose rates count; today when left out.")] = None,
    group: Annotated[str, Query(max_length=4, description="BSE's group of the share.")] = "",
    by_desk: Annotated[bool, Query(description="By telephone, or by the broker's risk desk.")] = False,
    ending: Annotated[Ending | None, Query(description="No order but the end of a contract.")] = None,
) -> ComparisonOut:
    """What one executed order costs at every broker, and at accounts of mine that have terms of their own."""
    paid = Price.of(price)
    if paid <= Price.of(0):
        raise _bad("price", "a price is above zero", "give rupees, for example 1500.05")
    wanted = symbol.strip()
    if not wanted.isascii() or not wanted:  # some letters outside ASCII have a capital inside it
        raise _bad("symbol", f"{symbol!r} is no trading symbol", "search it with GET /v1/stocks?q=")
    name = InstrumentId(exchange, wanted.upper())
    listed = instruments.get(name)
    kind, underlying = (listed.kind, listed.underlying) if listed else _named(name)
    known = listed.group if listed else ""
    ware = ware_of(
        isin=listed.isin if listed else None,
        underlying=underlying,
        group=group or known,
        name=listed.called if listed else "",
    )
    trade = Trade(exchange, kind, product, side, quantity, paid, ware, by_desk, ending)
    try:
        _ = trade.segment
    except ChargesUnknown as unknown:
        raise _bad("product", str(unknown), "choose a product of this segment") from None
    day = on or clock().astimezone(IST).date()
    return ComparisonOut.of(name, compare(trade, payers_of(connections, user_id), on=day))


def payers_of(connections: Connections, user_id: UserId) -> list[Payer]:
    """Every broker's list, and the user's accounts whose terms differ from it."""
    mine = connections.of_user(user_id)
    brokers = [*LISTS, *sorted({one.account.broker for one in mine} - set(LISTS))]
    own = [
        Payer(one.account.broker, one.account.id, one.account.label, one.fees)
        for one in mine
        if one.fees != STANDARD
    ]
    return [*map(Payer, brokers), *own]


@router.get("/orders/{order_id}/charges", responses=problems(401, 404))
async def get_order_charges(order_id: str, user_id: CurrentUser, trading: Room) -> OrderChargesOut:
    """What each part of an order was predicted to cost, what its broker charges for it, and why the two differ.

    A broker that was not asked yet about a part that has ended is asked now.
    """
    stored = await trading.db.read(lambda conn: load(conn, user_id, OrderId(order_id)))
    if stored is None:
        raise not_found("order")
    children = stored.order.children
    ids = [child.id for child in children]
    await ask_for(trading, ids)
    told = await trading.db.read(lambda conn: of_children(conn, ids))
    parts = [
        ChildChargesOut.of(child, stored.child_charges[child.id], told.get(child.id)) for child in children
    ]
    return OrderChargesOut.of(stored.order.id, parts)


@router.get("/accounts/{account_id}/contract-note", responses=problems(401, 404, 409))
async def get_contract_note(
    account_id: str,
    user_id: CurrentUser,
    trading: Room,
    day: Annotated[
        date | None, Query(description="The IST day; today, as far as it went, when left out.")
    ] = None,
) -> ContractNoteOut:
    """What the day's contract note of an account should bill for the orders that were sent from here."""
    connection = _mine(trading.connections, user_id, account_id)
    wanted = day or trading.clock().astimezone(IST).date()
    if wanted.year not in YEARS:
        raise _bad("day", "a day of this century", "give it as 2026-11-23")
    try:
        note, orders = await expected_note(trading, connection.account, day=wanted, plan=connection.fees)
    except (ChargesUnknown, Unreadable) as unknown:
        rule = "every order of the day has a row in the fee tables"
        raise Problem(409, "charges_unknown", str(unknown), field="day", rule=rule) from None
    return ContractNoteOut.of(connection.account.id, note, len(orders))


@router.get("/accounts/{account_id}/fees", responses=problems(401, 404))
async def get_fees(account_id: str, user_id: CurrentUser, connections: Live) -> FeePlanOut:
    """What an account of mine pays otherwise than its broker's list."""
    return _shown(_mine(connections, user_id, account_id))


@router.put("/accounts/{account_id}/fees", responses=problems(401, 404))
async def set_fees(
    account_id: str, body: FeePlanIn, user_id: CurrentUser, acting: Acting, connections: Live, db: Db
) -> FeePlanOut:
    """Tell what an account pays otherwise than its broker's list. Orders are compared by it from now on."""
    connection = _mine(connections, user_id, account_id)
    plans = _plans(connection)
    if body.plan and body.plan not in plans:
        known = ", ".join(plans) or "none but the standard list"
        raise _bad("plan", f"{connection.terms.name} has these plans: {known}", "choose one, or leave it out")
    if body.per_order is not None and body.per_order.amount < 0:
        raise _bad("per_order", "a fee is zero or more", "give rupees, for example 10.00")
    mine, text = connection.account.id, plan_text(body.parsed())

    def work(conn: SqlConnection) -> None:
        repository.change(conn, mine, {"fees": text})
        acting.did(conn, Action.FEES_CHANGED, mine, fees=text or "")

    await db.write(work)
    changed = await connections.reload(mine)
    if changed is None:
        raise not_found("account")
    return _shown(changed)


def _shown(connection: Connection) -> FeePlanOut:
    account = connection.account
    return FeePlanOut.of(account.id, account.broker, connection.fees, _plans(connection))


def _plans(connection: Connection) -> list[str]:
    return sorted(SCHEDULES[connection.account.broker].plans)


def _mine(connections: Connections, user_id: UserId, account_id: str) -> Connection:
    connection = connections.get(AccountId(account_id))
    if connection is None or connection.account.user_id != user_id:
        raise not_found("account")
    return connection


def _named(name: InstrumentId) -> tuple[Kind, str | None]:
    """Of what no connected broker lists: the name alone says it."""
    try:
        return kind_of(name)
    except Unreadable as error:
        raise _bad("symbol", str(error), "search it with GET /v1/stocks?q=") from None


def _bad(field: str, rule: str, fix: str) -> Problem:
    return Problem(422, "invalid_input", rule, field=field, rule=rule, fix=fix)
