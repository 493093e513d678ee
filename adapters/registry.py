"""Every broker, by name. A new broker is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.broker import Adapter
from adapters.groww.broker import ADAPTER as GROWW
from adapters.mock.broker import ADAPTER as MOCK
from adapters.upstox.broker import ADAPTER as UPSTOX
from adapters.zerodha.broker import ADAPTER as ZERODHA
from domain.account import BrokerId

BROKERS: Mapping[BrokerId, Adapter] = {
    BrokerId.ZERODHA: ZERODHA,
    BrokerId.UPSTOX: UPSTOX,
    BrokerId.GROWW: GROWW,
    BrokerId.MOCK: MOCK,
}


def broker_name(broker: BrokerId) -> str:
    """As people write it: Zerodha, Upstox."""
    return BROKERS[broker].terms.name
