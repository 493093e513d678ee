"""Groww answers as its documentation shows them, and a small symbol table to read them with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from adapters.broker import Listing
from adapters.groww.wire_market import listings
from domain.account import AccountId, BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # 10:30 IST

MASTER = """exchange,exchange_token,trading_symbol,groww_symbol,name,instrument_type,segment,series,isin,\
underlying_symbol,underlying_exchange_token,expiry_date,strike_price,lot_size,tick_size,freeze_quantity,is_reserved,\
buy_allowed,sell_allowed
NSE,2885,RELIANCE,NSE-RELIANCE,Reliance Industries,EQ,CASH,EQ,INE002A01018,,,,,1,0.1,1000001,0,1,1
BSE,500325,RELIANCE,BSE-RELIANCE,Reliance Industries,EQ,CASH,A,INE002A01018,,,,,1,0.05,1000001,0,1,1
NSE,1594,INFY,NSE-INFY,Infosys,EQ,CASH,EQ,INE009A01021,,,,,1,0.1,1000001,0,1,1
NSE,NIFTY,NIFTY,NSE-NIFTY,NIFTY 50,IDX,CASH,,,,,,,1,0.05,0,0,0,0
NSE,48236,BANKNIFTY26NOVFUT,NSE-BANKNIFTY-24Nov26-FUT,BANKNIFTY,FUT,FNO,,,BANKNIFTY,26009,2026-11-24,0,30,0.2,601,0,1,1
NSE,51001,NIFTY26N2424650CE,NSE-NIFTY-24Nov26-24650-CE,NIFTY,CE,FNO,,,NIFTY,26000,2026-11-24,24650,65,0.05,1801,0,1,1
MCX,435823,GOLD26DECFUT,MCX-GOLD-04Dec26-FUT,GOLD,FUT,COMMODITY,,,GOLD,,2026-12-04,0,1,1,0,0,1,1
"""


@dataclass(frozen=True)
class Table:
    """`Symbols` over a list of listings."""

    listed: tuple[Listing, ...]

    def listing(self, instrument: InstrumentId) -> Listing | None:
        return next((one for one in self.listed if one.instrument.id == instrument), None)

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        return next(
            (i.id for i in self._instruments(exchange, order_key)),
            None,
        )

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return next((one.instrument.id for one in self.listed if one.feed_key == feed_key), None)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return next((one.instrument.id for one in self.listed if one.instrument.isin == isin), None)

    def _instruments(self, exchange: Exchange, order_key: str) -> list[Instrument]:
        return [
            one.instrument
            for one in self.listed
            if one.order_key == order_key and one.instrument.id.exchange is exchange
        ]


SYMBOLS = Table(tuple(listings(MASTER)))
RELIANCE = InstrumentId(Exchange.NSE, "RELIANCE")

CHILD = ChildOrder(
    id=ChildId("c1"),
    order_id=OrderId("o1"),
    account_id=AccountId("a1"),
    broker=BrokerId.GROWW,
    slice=0,
    instrument=RELIANCE,
    side=Side.BUY,
    quantity=10,
    order_type=OrderType.LIMIT,
    product=Product.CNC,
    validity=Validity.DAY,
    price=Price.of("2450.50"),
    trigger_price=None,
    tag="01JD3ZK9V7QX4TPB",
)


def child(**changes: Any) -> ChildOrder:
    return replace(CHILD, **changes)


ORDER_ROW: dict[str, Any] = {
    "groww_order_id": "GMK250502123553ZXM5BKVXX9LM",
    "trading_symbol": "RELIANCE",
    "order_status": "OPEN",
    "remark": "",
    "quantity": 10,
    "price": 2450.5,
    "trigger_price": 0,
    "filled_quantity": 4,
    "remaining_quantity": 6,
    "average_fill_price": 2450.45,
    "deliverable_quantity": 0,
    "amo_status": "NA",
    "validity": "DAY",
    "exchange": "NSE",
    "order_type": "LIMIT",
    "transaction_type": "BUY",
    "segment": "CASH",
    "product": "CNC",
    "created_at": "2026-11-20T10:15:30",
    "exchange_time": "2026-11-20T10:15:31",
    "trade_date": "2026-11-20",
    "order_reference_id": "01JD3ZK9V7QX4TPB",
}

TRADE_ROW: dict[str, Any] = {
    "price": 2450.45,
    "isin": "INE002A01018",
    "quantity": 4,
    "groww_order_id": "GMK250502123553ZXM5BKVXX9LM",
    "groww_trade_id": "GTR1",
    "exchange_trade_id": "78901",
    "exchange_order_id": "1100000012345678",
    "trade_status": "EXECUTED",
    "trading_symbol": "RELIANCE",
    "remark": "",
    "exchange": "NSE",
    "segment": "CASH",
    "product": "CNC",
    "transaction_type": "BUY",
    "created_at": "2026-11-20T10:15:31",
    "trade_date_time": "2026-11-20T10:15:31",
    "settlement_number": "2026222",
}

HOLDING_ROW: dict[str, Any] = {
    "isin": "INE002A01018",
    "trading_symbol": "RELIANCE",
    "quantity": 12,
    "average_price": 2400.25,
    "pledge_quantity": 2,
    "demat_locked_quantity": 1,
    "groww_locked_quantity": 3,
    "repledge_quantity": 0,
    "t1_quantity": 2,
    "demat_free_quantity": 4,
    "corporate_action_additional_quantity": 0,
    "active_demat_transfer_quantity": 0,
}

POSITION_ROW: dict[str, Any] = {
    "trading_symbol": "BANKNIFTY26NOVFUT",
    "segment": "FNO",
    "credit_quantity": 60,
    "credit_price": 58000.5,
    "debit_quantity": 30,
    "debit_price": 58100,
    "carry_forward_credit_quantity": 30,
    "carry_forward_credit_price": 57900,
    "carry_forward_debit_quantity": 0,
    "carry_forward_debit_price": 0,
    "exchange": "NSE",
    "symbol_isin": "BANKNIFTY26NOVFUT",
    "quantity": 60,
    "product": "NRML",
    "net_carry_forward_quantity": 30,
    "net_price": 57967,
    "net_carry_forward_price": 57900,
    "realised_pnl": 2985,
}

MARGIN: dict[str, Any] = {
    "clear_cash": 100000.5,
    "net_margin_used": -2500.25,
    "brokerage_and_charges": 20,
    "collateral_used": 0,
    "collateral_available": 0,
    "adhoc_margin": 0,
    "equity_margin_details": {
        "net_equity_margin_used": -2500.25,
        "cnc_margin_used": -2500.25,
        "mis_margin_used": 0,
        "cnc_balance_available": 97500.25,
        "mis_balance_available": 97500.25,
    },
}

QUOTE: dict[str, Any] = {
    "average_price": 2451.1,
    "bid_quantity": 100,
    "bid_price": 2450.4,
    "day_change": 12.5,
    "day_change_perc": 0.51,
    "upper_circuit_limit": 2695.5,
    "lower_circuit_limit": 2205.5,
    "ohlc": {"open": 2440, "high": 2460.5, "low": 2433.1, "close": 2438},
    "depth": {"buy": [{"price": 2450.4, "quantity": 100}], "sell": [{"price": 2450.6, "quantity": 50}]},
    "last_trade_quantity": 5,
    "last_trade_time": 1795150230000,
    "last_price": 2450.5,
    "volume": 123456,
    "week_52_high": 3000,
    "week_52_low": 2100,
}
