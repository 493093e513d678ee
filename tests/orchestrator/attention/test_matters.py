"""What needs a person: each matter by itself, and the order in which they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.broker import LoginKind
from adapters.guard import Health
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, Margin, UserId
from domain.alert import Alert, AlertKind, AlertRule, AlertState
from domain.calendar import IST, Calendar
from domain.child import ChildId, ChildOrder
from domain.facts import Accepted, Lost
from domain.folding import apply_all
from domain.instrument import InstrumentId
from domain.limits import KillDepth, Switch
from domain.money import ZERO
from domain.order import OrderType, Product, Side, Validity
from domain.portfolio import AccountSnapshot
from domain.position import Holding, Position
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.egress import Egress
from orchestrator.attention.matters import Known, Placed, matters
from orchestrator.attention.schemas import MatterKind, Severity
from orchestrator.webhooks.events import WebhookEvent
from orchestrator.webhooks.repository import Webhook
from tests.orchestrator.stub_broker import StubAdapter, terms

NOW = datetime(2026, 11, 23, 11, 0, tzinfo=IST)  # a Monday, in market hours
INFY = InstrumentId.parse("NSE:INFY")
NOTHING = Known((), (), None, ())


def account(state: AccountState = AccountState.CONNECTED, **changes: Any) -> Connection:
    row = BrokerAccount(
        AccountId("acc_z"),
        UserId("u"),
        BrokerId.ZERODHA,
        "Zerodha",
        state,
        session_expires_at=NOW.replace(hour=6) + timedelta(days=1),
    )
    stub = StubAdapter(terms(BrokerId.ZERODHA, LoginKind.REDIRECT))
    connection = Connection(row, cast(Any, stub), cast(Any, None), cast(Any, None), lambda: NOW)
    for name, value in changes.items():
        setattr(connection, name, value)
    return connection


def snapshot(
    *, positions: tuple[Position, ...] = (), holdings: tuple[Holding, ...] = (), **changes: Any
) -> Any:
    margin = Margin(ZERO, ZERO, ZERO)
    read = AccountSnapshot(AccountId("acc_z"), BrokerId.ZERODHA, "Zerodha", margin, holdings, positions, NOW)
    return replace(read, **changes)


def position(quantity: int, product: Product) -> Position:
    return Position(INFY, product, quantity, 0, 0, ZERO, 0, ZERO, None)


def holding(unauthorised: int) -> Holding:
    return Holding(INFY, "INE009A01021", 10, 0, 10, None, unauthorised_quantity=unauthorised)


def placed(*facts: Any) -> Placed:
    child = ChildOrder(
        ChildId("c1"), cast(Any, "o1"), AccountId("acc_z"), BrokerId.ZERODHA, 0, INFY, Side.BUY, 10,
        OrderType.MARKET, Product.CNC, Validity.DAY, None, None, "tag",
    )  # fmt: skip
    return Placed("o1", "Zerodha", apply_all(child, facts), NOW - timedelta(seconds=9))


def kinds(known: Known, now: datetime = NOW) -> list[MatterKind]:
    return [one.kind for one in matters(known, Calendar(), now)]


def of(connection: Connection) -> Known:
    return replace(NOTHING, accounts=(connection,))


def test_nothing_needs_a_person_while_all_is_well() -> None:
    well = account(snapshot=snapshot(positions=(position(10, Product.CNC),), holdings=(holding(0),)))
    assert kinds(replace(of(well), children=(placed(Accepted("1", NOW)),))) == []


def test_an_order_that_was_lost_is_urgent_and_leads_to_its_page() -> None:
    (item,) = matters(replace(NOTHING, children=(placed(Lost(NOW, "timeout")),)), Calendar(), NOW)
    assert (item.kind, item.severity, item.to) == (MatterKind.ORDER_UNKNOWN, Severity.URGENT, "/orders/o1")
    assert item.title == "Buy 10 INFY at Zerodha: not known"
    assert (item.order_id, item.symbol, item.since) == ("o1", "NSE:INFY", NOW - timedelta(seconds=9))


def test_what_a_broker_made_twice_is_more_than_asked() -> None:
    (item,) = matters(
        replace(NOTHING, children=(placed(Accepted("1", NOW), Accepted("2", NOW)),)), Calendar(), NOW
    )
    assert (item.kind, item.words.split()[0]) == (MatterKind.ORDER_SURPLUS, "10")


@pytest.mark.parametrize(
    ("now", "severity"), [(NOW, Severity.URGENT), (NOW.replace(hour=20), Severity.WARNING)]
)
def test_a_login_is_urgent_while_the_market_is_open(now: datetime, severity: Severity) -> None:
    (item,) = matters(of(account(AccountState.LOGIN_NEEDED)), Calendar(), now)
    assert (item.kind, item.severity, item.to) == (MatterKind.LOGIN_NEEDED, severity, "/brokers/acc_z")


def test_a_session_that_ends_within_the_hour_is_told() -> None:
    assert kinds(of(account()), NOW.replace(hour=6) + timedelta(days=1, minutes=-59)) == [
        MatterKind.LOGIN_EXPIRES
    ]
    assert kinds(of(account()), NOW.replace(hour=6) + timedelta(days=1, minutes=-61)) == []


@pytest.mark.parametrize(
    ("reads", "writes", "words"),
    [
        ("closed", "open", "Zerodha does not answer orders"),
        ("open", "closed", "Zerodha does not answer questions"),
        ("open", "open", "Zerodha does not answer anything"),
    ],
)
def test_an_open_breaker_is_told_with_what_it_holds_back(reads: str, writes: str, words: str) -> None:
    broker = SimpleNamespace(health=lambda: Health(reads, writes, None, None))
    (item,) = matters(of(account(broker=broker)), Calendar(), NOW)
    assert (item.kind, item.title) == (MatterKind.BREAKER_OPEN, words)


def test_an_address_that_is_not_registered_bars_orders() -> None:
    drifted = Egress(entered=("203.0.113.7",), seen="198.51.100.9", seen_at=NOW)
    (item,) = matters(of(account(egress=drifted)), Calendar(), NOW)
    assert item.kind is MatterKind.ADDRESS_DRIFTED
    assert "198.51.100.9" in item.words


def test_old_numbers_and_unread_rows_are_told_once() -> None:
    old = account(snapshot=snapshot(stale_since=NOW), last_error="HTTP 502")
    (item,) = matters(of(old), Calendar(), NOW)
    assert (item.kind, item.words, item.since) == (MatterKind.NUMBERS_MISSING, "HTTP 502", NOW)
    assert kinds(of(account(snapshot=snapshot(unread=("a row without a name",))))) == [
        MatterKind.NUMBERS_MISSING
    ]
    assert kinds(of(account(AccountState.LOGIN_NEEDED, failing_since=NOW))) == [MatterKind.LOGIN_NEEDED]


def test_intraday_positions_are_told_shortly_before_the_close_alone() -> None:
    held = account(snapshot=snapshot(positions=(position(-5, Product.MIS), position(5, Product.CNC))))
    assert kinds(of(held), NOW.replace(hour=14, minute=44)) == []
    (item,) = matters(of(held), Calendar(), NOW.replace(hour=14, minute=46))
    assert (item.kind, item.title) == (MatterKind.SQUARE_OFF, "Intraday: 5 INFY short at Zerodha")
    assert (item.severity, "auction" in item.words) == (Severity.URGENT, True)
    long = account(snapshot=snapshot(positions=(position(5, Product.MIS),)))
    (item,) = matters(of(long), Calendar(), NOW.replace(hour=14, minute=46))
    assert item.severity is Severity.WARNING
    assert kinds(of(held), NOW.replace(hour=15, minute=31)) == []


def test_leave_to_sell_is_good_to_know() -> None:
    (item,) = matters(of(account(snapshot=snapshot(holdings=(holding(4),)))), Calendar(), NOW)
    assert (item.kind, item.severity) == (MatterKind.AUTHORISATION, Severity.INFO)


def test_an_alert_without_a_price_cannot_fire() -> None:
    rule = AlertRule(AlertKind.ABOVE, cast(Any, 1550), None)
    blind = Alert(
        id="a1",
        user_id=UserId("u"),
        instrument=INFY,
        rule=rule,
        repeats=False,
        cooldown=timedelta(0),
        note="",
        state=AlertState.ACTIVE,
        armed=False,
        since=NOW,
        created_at=NOW,
    )
    assert kinds(replace(NOTHING, blind=(blind,)), NOW + timedelta(seconds=59)) == []
    assert kinds(replace(NOTHING, blind=(blind,)), NOW + timedelta(seconds=60)) == [MatterKind.ALERT_BLIND]


def test_a_webhook_that_was_switched_off_is_told_with_the_reason() -> None:
    hook = Webhook(
        id="whk_1",
        user_id=UserId("u"),
        name="journal",
        url="https://example.com/trades",
        events=(WebhookEvent.ORDER_FILLED,),
        secret="sealed",
        old_secret=None,
        old_until=None,
        enabled=False,
        off_why="nothing was delivered for 3 days",
        failing_since=NOW - timedelta(days=3),
        made_at=NOW - timedelta(days=9),
    )
    (matter,) = matters(replace(NOTHING, off=(hook,)), Calendar(), NOW)
    assert (matter.kind, matter.to) == (MatterKind.WEBHOOK_OFF, "/settings/webhooks")
    assert matter.words.startswith("Nothing was delivered for 3 days.")
    assert matter.since == hook.failing_since


def test_the_most_urgent_comes_first() -> None:
    known = Known(
        (account(snapshot=snapshot(holdings=(holding(4),))),),
        (placed(Lost(NOW, "timeout")),),
        Switch(KillDepth.CANCEL_ALL, 3, NOW),
        (),
    )
    assert kinds(known) == [MatterKind.ORDER_UNKNOWN, MatterKind.KILL_SWITCH, MatterKind.AUTHORISATION]
