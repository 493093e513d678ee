"""Kite's order calls: placed, changed and cancelled through the router, shown as one account's book."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from domain.routing import Denied, ReasonCode
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.kite import book, forms, tags
from orchestrator.kite.answers import stamp, success
from orchestrator.kite.book import Book
from orchestrator.kite.door import FormBody, Names, Reader, Trader, owner_of
from orchestrator.kite.numbers import number_of
from orchestrator.kite.rows import history_rows, order_row, trade_rows, variety_of
from orchestrator.orders import cancel as cancelling
from orchestrator.orders import modify as modifying
from orchestrator.orders import place as placing
from orchestrator.orders.room import Room, fingerprint_of
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.waiting import Approval, Waiting

router = APIRouter(prefix="/kite", include_in_schema=False)

KEY = re.compile(r"[\x21-\x7e]{1,64}")
ONCE = "once-"  # a tag that begins so stands for one order, however often it is sent
# Of the reasons why no account takes an order, the ones that Kite has an error for.
TELLING = (ReasonCode.MARGIN_SHORT, ReasonCode.HOLDINGS_SHORT, ReasonCode.AUTHORISATION_NEEDED)


@router.post("/orders/{variety}")
async def place_order(
    variety: str, form: FormBody, request: Request, caller: Trader, trading: Room, names: Names
) -> Response:
    """Answers when every broker has answered or is late, with the order's id: it can still be rejected."""
    intent, tag = forms.intent_of(form, variety, names), forms.tag_of(form)
    key = _key(request, tag)
    kept, at = caller.own(key), trading.clock()
    if tag is not None:  # our orders have no room for it
        await trading.db.write(
            lambda conn: tags.write(conn, caller.user_id, kept, tag, at), lock=f"kite:{kept}"
        )
    try:
        outcome = await placing.place(
            trading,
            user_id=caller.user_id,
            intent=intent,
            key=key,
            fingerprint=fingerprint_of("kite", intent, tag),
            caller=caller,
        )
    except Problem:
        await _without_tag(trading, caller, kept, tag)
        raise
    if isinstance(outcome, Waiting) and outcome.approval is not None:
        raise waits(
            outcome.approval
        )  # what was said of it stays: the order is placed by this key once it is approved
    if isinstance(outcome, Denied):
        await _without_tag(trading, caller, kept, tag)
        raise refused(outcome)
    stored, _ = outcome
    answer: dict[str, Any] = {"order_id": number_of(stored.order.id)}
    if form.get("autoslice") == "true":
        answer["children"] = [dict(answer)]  # the router slices by itself; the whole is one order here
    return success(answer)


@router.put("/orders/{variety}/{number}")
async def modify_order(
    variety: str, number: str, form: FormBody, request: Request, caller: Trader, trading: Room
) -> Response:
    stored = await _named(trading, caller, variety, number)
    terms = forms.terms_of(form, stored.order.intent.validity)
    given = request.headers.get("idempotency-key", "")
    try:
        outcome = await modifying.modify(
            trading,
            user_id=caller.user_id,
            order_id=stored.order.id,
            terms=terms,
            key=given if KEY.fullmatch(given) else new_id("kit"),
            fingerprint=fingerprint_of("kite", stored.order.id, terms),
            caller=caller,
        )
    except Problem as problem:
        if (
            problem.code != "nothing_to_change"
        ):  # which Kite takes, and so do programs that set all terms anew
            raise
        outcome = stored, False
    if isinstance(outcome, Denied):
        raise refused(outcome)
    return success({"order_id": number})


@router.delete("/orders/{variety}/{number}")
async def cancel_order(
    variety: str, number: str, request: Request, caller: Trader, trading: Room
) -> Response:
    if request.query_params.get("parent_order_id"):
        raise forms.bad("parent_order_id", "There are no cover orders here.")
    stored = await _named(trading, caller, variety, number)
    await cancelling.cancel(trading, user_id=caller.user_id, order_id=stored.order.id, caller=caller)
    return success({"order_id": number})


@router.get("/orders")
async def orders(caller: Reader, trading: Room, names: Names) -> Response:
    """The orders of the day and those that still live, wherever they were placed from here; oldest first."""
    found = await book.read(trading, caller)
    return success(_rows(found, caller, names))


@router.get("/trades")
async def trades(caller: Reader, trading: Room, names: Names) -> Response:
    found = await book.read(trading, caller)
    return success([row for stored in found.orders for row in trade_rows(stored, token=names.token)])


@router.get("/orders/{number}")
async def order_history(number: str, caller: Reader, trading: Room, names: Names) -> Response:
    found = await book.one(trading, caller, number)
    (stored,) = found.orders
    rows = history_rows(stored, found.tag(stored), owner=owner_of(caller.user_id), token=names.token)
    return success(rows)


@router.get("/orders/{number}/trades")
async def order_trades(number: str, caller: Reader, trading: Room, names: Names) -> Response:
    found = await book.one(trading, caller, number)
    return success(trade_rows(found.orders[0], token=names.token))


async def _without_tag(trading: Room, caller: Caller, kept: str, tag: str | None) -> None:
    if tag is not None:
        await trading.db.write(lambda conn: tags.drop(conn, caller.user_id, kept))


def refused(denied: Denied) -> Problem:
    """By the reason that Kite has an error for, if there is one among them, in all their words."""
    if isinstance(denied, placing.DryRun) and denied.seen is not None:
        plan = denied.seen[1]
        would = plan.reasons[0].message if isinstance(plan, Denied) else plan.summary
        return Problem(403, "dry_run", f"This token only tries orders out: nothing was sent. {would}")
    reasons = denied.reasons
    first = reasons[0]
    telling = next((one for code in TELLING for one in reasons if one.code is code), first)
    words = list(dict.fromkeys(one.message for one in reasons))
    return Problem(409, telling.code, " ".join(words[:6]), field=first.field, fix=first.fix)


def waits(approval: Approval) -> Problem:
    """Kite has no answer for an order that waits: the program is told that nothing was sent, and how to hear more."""
    return Problem(
        403,
        "approval_waits",
        f"Nothing was sent: it is outside of what this token may do and {approval.state.value} for its user, until "
        f"{stamp(approval.expires_at)}. Approval {approval.id}.",
        fix="once it is approved, the order is in orders(); the same Idempotency-Key or once- tag gives its id",
    )


async def _named(trading: Room, caller: Caller, variety: str, number: str) -> StoredOrder:
    """Raises Problem 404, or 422 where the path names another variety than the order has."""
    found = await book.one(trading, caller, number)
    (stored,) = found.orders
    if variety != (mine := variety_of(stored.order)):
        raise forms.bad("variety", f"This order is {mine}.")
    return stored


def _key(request: Request, tag: str | None) -> str:
    """What stands for this request. Kite has no such thing: without one, each request is an order."""
    given = request.headers.get("idempotency-key", "")
    if given and not KEY.fullmatch(given):
        raise forms.bad("Idempotency-Key", "It has 1 to 64 printable characters.")
    if given:
        return given
    return f"kite:{tag}" if tag and tag.startswith(ONCE) else new_id("kit")


def _rows(found: Book, caller: Caller, names: Names) -> list[dict[str, Any]]:
    owner = owner_of(caller.user_id)
    return [order_row(one, found.tag(one), owner=owner, token=names.token) for one in found.orders]
