"""Answers as Upstox sends them (documentation samples), and the names of a few instruments."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from adapters.broker import Listing
from domain.account import AccountId, BrokerId
from domain.calendar import IST
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=IST)
INFY = InstrumentId(Exchange.NSE, "INFY")
INFY_BSE = InstrumentId(Exchange.BSE, "INFY")
NIFTY_FUTURE = InstrumentId(Exchange.NFO, "NIFTY26NOVFUT")
NIFTY = InstrumentId(Exchange.NSE, "NIFTY 50")
TICK = Price(Decimal("0.05"))


class Names:
    """A small master."""

    def __init__(self) -> None:
        isin = "INE009A01021"
        self._listings = {
            listing.instrument.id: listing
            for listing in (
                self._share(INFY, f"NSE_EQ|{isin}", isin),
                self._share(INFY_BSE, f"BSE_EQ|{isin}", isin),
                Listing(
                    Instrument(NIFTY_FUTURE, "NIFTY", Kind.FUTURE, lot=65, tick=TICK),
                    "NSE_FO|35001",
                    "NSE_FO|35001",
                ),
                Listing(
                    Instrument(NIFTY, "Nifty 50", Kind.INDEX, lot=1, tick=TICK),
                    "NSE_INDEX|Nifty 50",
                    "NSE_INDEX|Nifty 50",
                ),
            )
        }

    @staticmethod
    def _share(name: InstrumentId, key: str, isin: str) -> Listing:
        return Listing(Instrument(name, "Infosys", Kind.EQUITY, lot=1, tick=TICK, isin=isin), key, key)

    def listing(self, instrument: InstrumentId) -> Listing | None:
        return self._listings.get(instrument)

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        found = self.by_feed_key(order_key)
        return found if found and found.exchange is exchange else None

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return next((name for name, one in self._listings.items() if one.feed_key == feed_key), None)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return next((name for name, one in self._listings.items() if one.instrument.isin == isin), None)


CHILD = ChildOrder(
    id=ChildId("c1"),
    order_id=OrderId("o1"),
    account_id=AccountId("a1"),
    broker=BrokerId.UPSTOX,
    slice=0,
    instrument=INFY,
    side=Side.BUY,
    quantity=10,
    order_type=OrderType.LIMIT,
    product=Product.CNC,
    validity=Validity.DAY,
    price=Price(Decimal("1500.05")),
    trigger_price=None,
    tag="01K9TMTAG",
)
PLACED = replace(CHILD, broker_order_ids=("261120000000001",), accepted_at=NOW)


def ok(data: Any) -> bytes:
    return orjson.dumps({"status": "success", "data": data})


def refusal(code: str, message: str = "no") -> bytes:
    error = {
        "errorCode": code, "message": message, "propertyPath": None, "invalidValue": None,
        "error_code": code, "property_path": None, "invalid_value": None,
    }  # fmt: skip
    return orjson.dumps({"status": "error", "errors": [error]})


ORDER_ROW: dict[str, Any] = {
    "exchange": "NSE", "product": "D", "price": 1500.05, "quantity": 10, "status": "open", "guid": None,
    "tag": "01K9TMTAG", "instrument_token": "NSE_EQ|INE009A01021", "placed_by": "SB0001",
    "tradingsymbol": "INFY", "trading_symbol": "INFY", "order_type": "LIMIT", "validity": "DAY",
    "trigger_price": 0.0, "disclosed_quantity": 0, "transaction_type": "BUY", "average_price": 0.0,
    "filled_quantity": 0, "pending_quantity": 10, "status_message": None, "status_message_raw": None,
    "exchange_order_id": "1100000000000001", "parent_order_id": None, "order_id": "261120000000001",
    "variety": "SIMPLE", "order_timestamp": "2026-11-20 10:59:58", "exchange_timestamp": "2026-11-20 10:59:59",
    "is_amo": False, "order_request_id": "1", "order_ref_id": "261120000000001",
}  # fmt: skip

GTT_ROW: dict[str, Any] = {
    "type": "SINGLE", "exchange": "NSE_EQ", "quantity": 5, "product": "D", "trading_symbol": "INFY",
    "instrument_token": "NSE_EQ|INE009A01021", "gtt_order_id": "GTT-1", "expires_at": 1795161600000000,
    "created_at": 1763625600000000,
    "rules": [{
        "strategy": "ENTRY", "status": "SCHEDULED", "message": None, "trigger_type": "BELOW",
        "trigger_price": 1400.0, "transaction_type": "BUY", "order_id": None, "trailing_gap": None,
    }],
}  # fmt: skip

POSITION_ROW: dict[str, Any] = {
    "exchange": "NSE", "multiplier": 1.0, "value": -30001.0, "pnl": 10.0, "product": "D",
    "instrument_token": "NSE_EQ|INE009A01021", "average_price": 1500.05, "buy_value": 0.0,
    "overnight_quantity": 0, "day_buy_value": 0.0, "day_buy_price": 0.0, "overnight_buy_amount": 0.0,
    "overnight_buy_quantity": 0, "day_buy_quantity": 0, "day_sell_value": 30001.0, "day_sell_price": 1500.05,
    "overnight_sell_amount": 0.0, "overnight_sell_quantity": 0, "day_sell_quantity": 20, "quantity": -20,
    "last_price": 1499.5, "unrealised": 11.0, "realised": 0.0, "sell_value": 30001.0,
    "tradingsymbol": "INFY", "trading_symbol": "INFY", "close_price": 1490.0, "buy_price": 0.0,
    "sell_price": 1500.05,
}  # fmt: skip

HOLDING_ROW: dict[str, Any] = {
    "isin": "INE009A01021", "cnc_used_quantity": 25, "collateral_type": "WC", "company_name": "INFOSYS LTD",
    "haircut": 0.2, "product": "D", "quantity": 100, "tradingsymbol": "INFY", "trading_symbol": "INFY",
    "last_price": 1499.5, "close_price": 1490.0, "pnl": 500.0, "day_change": 0.0,
    "day_change_percentage": 0.0, "instrument_token": "NSE_EQ|INE009A01021", "average_price": 1400.25,
    "collateral_quantity": 5, "collateral_update_quantity": 0, "t1_quantity": 10, "exchange": "NSE",
}  # fmt: skip

FUNDS: dict[str, Any] = {
    "available_to_trade": {
        "total": 90000.5,
        "cash_available_to_trade": {
            "total": 80000.5,
            "cash": {"opening_balance": 100000.0, "added_today": 0, "withdrawn_today": 0,
                     "amount_from_stock_sale": 0, "unpaid_charges": 0},
            "margin_used": {"total": 19999.5, "mtf": 0, "loss": {"total": 0, "realised": 0, "unrealised": 0},
                            "span_exposure": 0, "cash_margin_var_elm": 0, "premium_present": 0,
                            "delivery_margin": {"total": 19999.5, "equity": 19999.5, "fo_settlement": 0}},
        },
        "pledge_available_to_trade": {
            "margin_from_pledge": {"total": 15000, "equity": 15000, "mutual_funds": 0},
            "margin_used": {"total": 5000, "mtf": 0, "span_exposure": 5000, "cash_margin_var_elm": 0,
                            "premium_present": 0, "delivery_margin": {}},
        },
    },
    "unavailable_to_trade": {
        "cash_unavailable_to_trade": {"unsettled_profit": {"todays_profit": 0, "previous_days": 0}},
        "pledge_unavailable_to_trade": {"equity": 0, "mutual_funds": 0},
    },
}  # fmt: skip

QUOTE_ROW: dict[str, Any] = {
    "ohlc": {"open": 1495.0, "high": 1510.0, "low": 1488.1, "close": 1499.5, "volume": 120000, "ts": 1763616600000},
    "depth": {
        "buy": [{"quantity": 100, "price": 1499.4, "orders": 3}, *[{"quantity": 0, "price": 0.0, "orders": 0}] * 4],
        "sell": [{"quantity": 50, "price": 1499.6, "orders": 1}, *[{"quantity": 0, "price": 0.0, "orders": 0}] * 4],
    },
    "timestamp": "2026-11-20T10:59:59.123+05:30", "instrument_token": "NSE_EQ|INE009A01021", "symbol": "INFY",
    "last_price": 1499.5, "volume": 120000, "average_price": 1500.12, "oi": 0.0, "net_change": 9.5,
    "total_buy_quantity": 1000.0, "total_sell_quantity": 900.0, "lower_circuit_limit": 1341.0,
    "upper_circuit_limit": 1639.0, "last_trade_time": "1763616598000", "oi_day_high": 0.0, "oi_day_low": 0.0,
    "prev_close_price": 1490.0,
}  # fmt: skip

TOKEN: dict[str, Any] = {
    "email": "demo@example.test", "exchanges": ["NSE", "NFO", "BSE", "BFO"], "products": ["D", "I", "CO"],
    "broker": "UPSTOX", "user_id": "SB0001", "user_name": "Demo", "order_types": ["MARKET", "LIMIT", "SL", "SL-M"],
    "user_type": "individual", "poa": False, "is_active": True, "access_token": "secret-token",
    "extended_token": None,
}  # fmt: skip
