"""Upstox's GTT orders: the words of their rules, and their life against the sandbox server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import orjson
import pytest

from adapters.http import exact_json
from adapters.upstox import gtt, wire
from adapters.upstox.broker import UpstoxBroker
from adapters.upstox.terms import TERMS
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg, ConditionalStatus
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side
from tests.adapters.desk import INFY, TCS, Desk, eventually
from tests.adapters.upstox.upstox_payloads import GTT_ROW
from tests.adapters.upstox.upstox_payloads import Names as FewNames


@pytest.fixture
def broker(desk: Desk) -> UpstoxBroker:
    assert isinstance(desk.broker, UpstoxBroker)
    return desk.broker


# --- words -------------------------------------------------------------------------------------------------------


def exact(row: dict[str, object]) -> dict[str, object]:
    parsed: dict[str, object] = exact_json(orjson.dumps(row))
    return parsed


def rules(*said: str) -> list[dict[str, object]]:
    [entry] = GTT_ROW["rules"]
    words = zip(("ENTRY", "TARGET", "STOPLOSS"), said, strict=False)
    return [{**entry, "strategy": strategy, "status": word} for strategy, word in words]


GTT_STATUSES = [
    (("SCHEDULED",), ConditionalStatus.ACTIVE),
    (("TRIGGERED",), ConditionalStatus.TRIGGERED),
    (("OPEN",), ConditionalStatus.TRIGGERED),
    (("COMPLETED",), ConditionalStatus.COMPLETED),
    (("CANCELLED",), ConditionalStatus.CANCELLED),
    (("EXPIRED",), ConditionalStatus.EXPIRED),
    (("FAILED",), ConditionalStatus.REJECTED),
    (("INACTIVE",), ConditionalStatus.DISABLED),
    (("scheduled",), ConditionalStatus.UNRECOGNISED),
    (("SCHEDULED", "PENDING", "PENDING"), ConditionalStatus.ACTIVE),
    (("COMPLETED", "SCHEDULED", "SCHEDULED"), ConditionalStatus.TRIGGERED),
    (("COMPLETED", "COMPLETED", "CANCELLED"), ConditionalStatus.COMPLETED),
    (("COMPLETED", "CANCELLED", "CANCELLED"), ConditionalStatus.CANCELLED),
    (("COMPLETED", "FAILED", "CANCELLED"), ConditionalStatus.REJECTED),
    (("FAILED", "CANCELLED", "CANCELLED"), ConditionalStatus.REJECTED),
    (("COMPLETED", "FROZEN", "SCHEDULED"), ConditionalStatus.UNRECOGNISED),
]


@pytest.mark.parametrize(("said", "status"), GTT_STATUSES)
def test_a_gtt_order_is_where_its_rules_are(said: tuple[str, ...], status: ConditionalStatus) -> None:
    kept = gtt.report(exact({**GTT_ROW, "rules": rules(*said)}), FewNames(), None)
    assert kept.status is status
    assert (kept.intent is None) == (len(said) > 1)


def test_every_documented_word_of_a_rule_has_its_box() -> None:
    documented = "SCHEDULED TRIGGERED EXPIRED OPEN COMPLETED CANCELLED PENDING FAILED INACTIVE"
    assert set(gtt.STATUSES) == set(documented.split())


@pytest.mark.parametrize(
    "change",
    [
        {"product": "CO"},
        {"instrument_token": "MCX_FO|1"},
        {"type": "TRIPLE"},
        {"rules": rules("OPEN", "OPEN")},
    ],
)
def test_a_gtt_order_we_could_not_have_asked_for_has_no_terms(change: dict[str, object]) -> None:
    assert gtt.report(exact({**GTT_ROW, **change}), FewNames(), None).intent is None


@pytest.mark.parametrize(
    "change", [{"rules": []}, {"gtt_order_id": None}, {"rules": [{}]}, {"quantity": "many"}]
)
def test_a_gtt_row_that_cannot_be_read_is_no_answer(change: dict[str, object]) -> None:
    with pytest.raises(BrokerUnavailable), wire.understood("GTT orders"):
        gtt.report(exact({**GTT_ROW, **change}), FewNames(), None)


@pytest.mark.parametrize(("last", "word"), [("1500", "BELOW"), ("1300", "ABOVE")])
def test_the_trigger_says_on_which_side_it_waits(last: str, word: str) -> None:
    kept = gtt.report(exact(GTT_ROW), FewNames(), Price(Decimal(last)))
    assert kept.intent is not None
    assert gtt.place_body(kept.intent, "k")["rules"] == [
        {"strategy": "ENTRY", "trigger_type": word, "trigger_price": 1400.0, "market_protection": -1}
    ]


def above(desk: Desk, percent: int, instrument: InstrumentId = INFY) -> Price:
    return desk.far_below(instrument, -percent)


# --- against the sandbox -----------------------------------------------------------------------------------------


def intent_for(desk: Desk, trigger: Price, **more: Any) -> ConditionalIntent:
    leg = ConditionalLeg(trigger, more.pop("quantity", 5), more.pop("order_type", OrderType.MARKET))
    given: dict[str, Any] = {"side": Side.BUY, "product": Product.CNC, "last_price": desk.price(INFY)}
    return ConditionalIntent(ConditionalKind.SINGLE, INFY, legs=(leg,), **(given | more))


async def test_a_gtt_order_is_listed_as_it_was_asked_for(desk: Desk, broker: UpstoxBroker) -> None:
    asked = intent_for(desk, desk.far_below())
    mark = await broker.place_conditional(asked)
    [kept] = await broker.conditionals()
    assert (kept.conditional_id, kept.status, kept.words) == (
        mark,
        ConditionalStatus.ACTIVE,
        "ENTRY SCHEDULED",
    )
    assert kept.intent == asked
    assert kept.created_at is not None
    assert kept.expires_at is not None
    assert timedelta(days=364) < kept.expires_at - kept.created_at < timedelta(days=367)
    assert await broker.orders() == []


async def test_a_gtt_order_is_changed_and_cancelled(desk: Desk, broker: UpstoxBroker) -> None:
    mark = await broker.place_conditional(intent_for(desk, desk.far_below()))
    changed = intent_for(desk, above(desk, 4), quantity=7)
    await broker.modify_conditional(mark, changed)
    [kept] = await broker.conditionals()
    assert (kept.conditional_id, kept.intent) == (mark, changed)
    await broker.cancel_conditional(kept)
    [kept] = await broker.conditionals()
    assert kept.status is ConditionalStatus.CANCELLED
    with pytest.raises(BrokerRejected):
        await broker.cancel_conditional(kept)
    with pytest.raises(BrokerRejected):
        await broker.modify_conditional("GTT-nobody", changed)


async def test_a_gtt_order_that_fires_names_its_order(desk: Desk, broker: UpstoxBroker) -> None:
    trigger = Price(desk.price(TCS).amount + 1)
    leg = ConditionalLeg(trigger, 2, OrderType.MARKET)
    intent = ConditionalIntent(
        ConditionalKind.SINGLE, TCS, Side.BUY, Product.CNC, (leg,), last_price=desk.price(TCS)
    )
    await broker.place_conditional(intent)
    before = desk.price(TCS)
    desk.sandbox.post("/prices", {"prices": {str(TCS): str(before.amount + 2)}})
    [fired] = await eventually(broker.conditionals, lambda rows: bool(rows[0].fired_order_ids))
    assert fired.status in (ConditionalStatus.TRIGGERED, ConditionalStatus.COMPLETED)
    book = {one.broker_order_id: one for one in await broker.orders()}
    order = book[fired.fired_order_ids[0]]
    assert (order.instrument, order.side, order.quantity) == (TCS, Side.BUY, 2)
    desk.sandbox.post("/prices", {"prices": {str(TCS): str(before.amount)}})


async def test_what_upstox_does_not_keep_never_leaves(desk: Desk, broker: UpstoxBroker) -> None:
    limit = intent_for(desk, desk.far_below(), order_type=OrderType.LIMIT)
    at_last = intent_for(desk, desk.price(INFY))
    leg = ConditionalLeg(desk.far_below(), 5, OrderType.MARKET)
    both = replace(limit, kind=ConditionalKind.OCO, legs=(replace(leg, trigger_price=above(desk, 3)), leg))
    desk.fault("outage")
    for intent in (limit, at_last, both):
        with pytest.raises(BrokerRejected):
            await broker.place_conditional(intent)
    assert both.kind not in TERMS.conditionals


async def test_a_bracket_of_the_brokers_own_app_is_shown_and_can_be_cancelled(
    desk: Desk, broker: UpstoxBroker
) -> None:
    def rule(strategy: str, trigger: str, price: Price) -> dict[str, Any]:
        return {"strategy": strategy, "trigger_type": trigger, "trigger_price": float(price.amount)}

    body = {
        "type": "MULTIPLE", "quantity": 3, "product": "D", "instrument_token": "NSE_EQ|INE009A01021",
        "transaction_type": "BUY",
        "rules": [
            rule("ENTRY", "BELOW", desk.far_below()),
            rule("TARGET", "IMMEDIATE", above(desk, 3)),
            rule("STOPLOSS", "IMMEDIATE", desk.far_below(percent=7)),
        ],
    }  # fmt: skip
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {desk.session.access_token}"}) as app:
        await app.post(f"{desk.endpoints.rest}/v3/order/gtt/place", json=body)
    [kept] = await broker.conditionals()
    assert (kept.intent, kept.status) == (None, ConditionalStatus.ACTIVE)
    assert kept.words == "ENTRY SCHEDULED, TARGET PENDING, STOPLOSS PENDING"
    with pytest.raises(BrokerRejected, match="Upstox's app"):
        await broker.modify_conditional(kept.conditional_id, intent_for(desk, desk.far_below()))
    await broker.cancel_conditional(kept)
    [kept] = await broker.conditionals()
    assert kept.status is ConditionalStatus.CANCELLED


AFTER_ACCEPT = ["timeout_after_accept", "error_5xx_after_accept", "error_400_after_accept", "drop_answer"]


@pytest.mark.parametrize("fault", AFTER_ACCEPT)
async def test_a_gtt_order_without_an_answer_is_unknown_and_listed_once(
    desk: Desk, broker: UpstoxBroker, fault: str
) -> None:
    asked = intent_for(desk, desk.far_below())
    desk.fault(fault, "gtt_place", times=1, seconds=0.2)
    with pytest.raises(OutcomeUnknown):
        await broker.place_conditional(asked)
    [kept] = await eventually(broker.conditionals, bool)
    assert kept.intent == asked
