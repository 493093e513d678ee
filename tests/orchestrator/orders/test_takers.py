"""A refusal names the brokers that would take what an account's broker does not."""

from __future__ import annotations

import pytest

from domain.account import AccountId, BrokerId
from domain.order import OrderIntent
from domain.policy import Policy, PolicyKind
from domain.routing import Denied, ReasonCode
from orchestrator.orders.takers import TAKES, naming_takers
from routing.decide import decide
from tests.routing.cases import SHARE, TODAY, account, order

GROWW = account(BrokerId.GROWW, disclosed_supported=False)
PINNED = Policy(PolicyKind.PINNED, GROWW.account_id)


@pytest.mark.parametrize(
    ("intent", "code", "field", "named"),
    [
        (
            order("BUY 100 NSE:INFY CNC LIMIT 1500", iceberg_legs=4),
            ReasonCode.ICEBERG_UNSUPPORTED,
            "iceberg_legs",
            {"Zerodha", "Mock Broker"},
        ),
        (
            order("BUY 100 NSE:INFY CNC LIMIT 1500", disclosed_quantity=20),
            ReasonCode.DISCLOSED_UNSUPPORTED,
            "disclosed_quantity",
            {"Zerodha", "Upstox", "Mock Broker"},
        ),
        (
            order("BUY 100 NSE:INFY MTF LIMIT 1500"),
            ReasonCode.PRODUCT_UNSUPPORTED,
            "product",
            {"Zerodha", "Upstox", "Mock Broker"},
        ),
    ],
)
def test_the_fix_says_where_it_could_go(
    intent: OrderIntent, code: ReasonCode, field: str, named: set[str]
) -> None:
    denied = decide(intent, SHARE, [GROWW], PINNED, on=TODAY)
    assert isinstance(denied, Denied)
    (reason,) = [one for one in naming_takers(denied, intent).reasons if one.code is code]
    assert (reason.field, reason.account) == (field, AccountId("acc-groww"))
    assert reason.fix is not None
    assert all(name in reason.fix for name in named)
    assert "Groww" not in reason.fix


def test_every_lack_of_a_broker_names_its_takers() -> None:
    assert set(TAKES) == {
        code
        for code in ReasonCode
        if code.value.endswith("_unsupported") and code is not ReasonCode.NOT_LISTED_AT_BROKER
    }
