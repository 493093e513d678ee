"""Pure parts of the Upstox-compatible server: every word has its counterpart, and the figures of the funds add up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as official

from mocks.brokers.backoffice.conditional import LegStatus
from mocks.brokers.backoffice.orders import Product, Stage
from mocks.brokers.backoffice.portfolio import Funds
from mocks.brokers.backoffice.refusal import Code
from mocks.brokers.faults import CALLS as KNOWN
from mocks.brokers.upstox import feed, gtt, wire
from mocks.brokers.upstox.calls import CALLS, PREFIXES
from mocks.brokers.upstox.funds import funds_v3
from mocks.brokers.upstox.options import expiry_of
from mocks.brokers.upstox.server import frame_of
from mocks.brokers.upstox.status import WORDS, Status
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.sessions import CLOSED as SHUT
from mocks.exchange.sessions import DAY_RULES

DOCUMENTED_STATUSES = {
    "put order req received", "validation pending", "open pending", "open", "trigger pending",
    "modify validation pending", "modify pending", "modified", "not modified", "cancel pending", "not cancelled",
    "complete", "cancelled", "rejected", "after market order req received",
    "modify after market order req received", "cancelled after market order",
}  # fmt: skip


def test_every_stage_has_one_of_the_documented_words() -> None:
    assert wire.STATUS_WORDS.keys() == set(Stage)
    assert {*wire.STATUS_WORDS.values(), "cancelled after market order"} == DOCUMENTED_STATUSES


def test_every_refusal_product_and_leg_has_a_word() -> None:
    assert wire.REFUSALS.keys() == set(Code)
    assert wire.PRODUCT_WORDS.keys() == set(Product)
    assert gtt.STATUS_WORDS.keys() == set(LegStatus)


def test_every_session_has_a_word() -> None:
    names = {one.name for rules in DAY_RULES for sessions in rules.sessions.values() for one in sessions}
    assert names | {SHUT.name, "halted", "reopening_auction"} <= WORDS.keys()


def test_every_path_is_a_call_of_the_fault_plan() -> None:
    assert {*CALLS.values(), *(call for _, call in PREFIXES)} <= KNOWN


money = st.integers(0, 10**10)


@given(st.builds(
    Funds, opening_cash=money, payin=st.integers(-(10**9), 10**9), blocked=money, position_margin=money, span=money,
    premium=st.integers(-(10**9), 10**9), delivery_debit=money, sale_credit=money,
    realised=st.integers(-(10**9), 10**9), unrealised=st.integers(-(10**9), 10**9),
    available=st.integers(-(10**10), 10**10), exposure=money, delivery_margin=money, charges=money,
    collateral=money, collateral_used=money, mtf_margin=money, mtf_loan=money,
))  # fmt: skip
def test_cash_is_what_came_in_less_what_is_used(funds: Funds) -> None:
    available = funds_v3(funds)["available_to_trade"]
    cash = available["cash_available_to_trade"]
    parts = cash["cash"]
    came_in = (
        parts["opening_balance"]
        + parts["added_today"]
        - parts["withdrawn_today"]
        + parts["amount_from_stock_sale"]
        - parts["unpaid_charges"]
        + max(0, funds.realised) / 100
    )
    assert cash["total"] == pytest.approx(came_in - cash["margin_used"]["total"], abs=0.01)
    pledged = available["pledge_available_to_trade"]
    free = pledged["margin_from_pledge"]["total"] - pledged["margin_used"]["total"]
    assert available["total"] == pytest.approx(cash["total"] + free, abs=0.01)


DAYS = st.lists(st.dates(date(2026, 1, 1), date(2027, 12, 31)), min_size=1, unique=True).map(sorted)


@given(DAYS, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_words_for_expiries_go_forward(days: list[date], today: date) -> None:
    words = ("current_week", "next_week"), ("current_month", "next_month", "far_month")
    for chain in words:
        found = []
        for word in chain:
            try:
                found.append(expiry_of(word, days, today))
            except Problem:
                break
        assert found == sorted(set(found))
        assert all(day >= today and day in days for day in found)


def test_a_date_is_itself() -> None:
    assert expiry_of("2026-11-24", [], date(2026, 11, 24) - timedelta(days=3)) == date(2026, 11, 24)


def test_frames_are_told_apart() -> None:
    told = Status("NORMAL_OPEN", 7)
    info = feed.market_info(1, {"NSE_EQ": "NORMAL_OPEN", "X": "CTS_CLOSE"}, {"NSE_EQ": told}, {})
    read = official.FeedResponse.FromString(info)
    assert read.type == official.market_info
    assert read.marketInfo.segmentStatus["X"] == official.NORMAL_CLOSE
    assert read.marketInfo.casMarketStatus["NSE_EQ"].updatedTime == 7
    assert frame_of({"type": "websocket.send", "bytes": info}) == "other"
    assert frame_of({"type": "websocket.send", "bytes": feed.prices(1, [], first=False)}) == "tick"
    assert frame_of({"type": "websocket.send", "text": "{}"}) == "update"
