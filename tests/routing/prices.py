"""Charges of one-line trades: `priced(Z, "BUY 100 NSE:INFY CNC @1500")`."""

from dataclasses import replace
from datetime import date

from domain.account import BrokerId
from domain.fees import STANDARD, FeePlan
from domain.routing import Charges
from routing.fees import Tariff, charges, tariff
from routing.notation import parse

TODAY = date(2026, 11, 21)
Z, U, G, M = BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK
FUTURE, OPTION = "NFO:NIFTY26NOVFUT NRML", "NFO:NIFTY26NOV25000CE NRML"


def priced(
    broker: BrokerId,
    text: str,
    on: date = TODAY,
    *,
    dp_due: bool = True,
    plan: FeePlan = STANDARD,
    **ware: object,
) -> Charges:
    trade = parse(text).trade
    trade = replace(trade, ware=replace(trade.ware, **ware))  # type: ignore[arg-type]
    return charges(broker, trade, on=on, plan=plan, dp_due=dp_due)


def fees(broker: BrokerId, text: str, on: date = TODAY) -> Tariff:
    trade = parse(text).trade
    return tariff(broker, trade.exchange, trade.segment, trade.side, on)
