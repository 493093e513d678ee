"""Whatever conditional order is asked for, its broker's own listing of it reads as the same one."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.http import exact_json
from adapters.mock import gtt as mock
from adapters.zerodha import gtt as kite
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg
from domain.money import Price
from domain.order import OrderType, Product, Side
from tests.adapters.zerodha import payloads

LAST = 150_000
BELOW, ABOVE = st.integers(1, LAST - 1), st.integers(LAST + 1, 10**8)
PAISE = st.integers(1, 10**8)
QUANTITY = st.integers(1, 10**7)


@st.composite
def intents(draw: st.DrawFn) -> ConditionalIntent:
    """Of limit orders; a pair's target is on the side where the position gains."""
    side, kind = draw(st.sampled_from(Side)), draw(st.sampled_from(ConditionalKind))
    pair = (ABOVE, BELOW) if side is Side.SELL else (BELOW, ABOVE)
    sides = pair if kind is ConditionalKind.OCO else (draw(st.sampled_from([ABOVE, BELOW])),)
    legs = tuple(
        ConditionalLeg(Price.paise(draw(trigger)), draw(QUANTITY), OrderType.LIMIT, Price.paise(draw(PAISE)))
        for trigger in sides
    )
    product = draw(st.sampled_from(Product))
    return ConditionalIntent(kind, payloads.INFY, side, product, legs, Price.paise(LAST))


def sent(value: Any) -> Any:
    return exact_json(json.dumps(value).encode())


@given(intents())
def test_kites_listing_reads_as_what_was_asked(intent: ConditionalIntent) -> None:
    form = kite.form(intent, "INFY")
    row = {
        "id": 1,
        "type": form["type"],
        "status": "active",
        "condition": json.loads(form["condition"]),
        "orders": [order | {"result": None} for order in json.loads(form["orders"])],
    }
    assert kite.report(sent(row), payloads.Symbols()).intent == intent


@given(intents())
def test_mock_brokers_listing_reads_as_what_was_asked(intent: ConditionalIntent) -> None:
    body = mock.body(intent, str(intent.instrument))
    legs = [
        leg["order"] | {name: leg[name] for name in ("role", "trigger", "trigger_price")}
        for leg in body["legs"]
    ]
    row = {
        "gtt_id": "G1",
        "symbol": body["symbol"],
        "shape": body["shape"],
        "status": "active",
        "legs": legs,
        "last_price": str(intent.last_price),
    }
    assert mock.report(sent(row)).intent == intent


@given(intents())
def test_a_leg_fires_on_its_own_side_of_the_last_price(intent: ConditionalIntent) -> None:
    triggers = [leg["trigger"] for leg in mock.body(intent, "NSE:INFY")["legs"]]
    above = [leg.trigger_price > intent.last_price for leg in intent.legs]
    assert triggers == ["above" if one else "below" for one in above]
