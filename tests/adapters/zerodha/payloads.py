"""Answers of Kite Connect v3 in the shape of its documentation, with invented people and orders."""

from __future__ import annotations

import json
from typing import Any

from adapters.broker import Listing
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price

INFY = InstrumentId(Exchange.NSE, "INFY")
NIFTY = InstrumentId(Exchange.NSE, "NIFTY 50")
USDINR = InstrumentId(Exchange.CDS, "USDINR26DECFUT")
TOKENS = {INFY: 408065, NIFTY: 256265, USDINR: 412675}


class Symbols:
    """Three listings by the names that Kite gives them."""

    def listing(self, instrument: InstrumentId) -> Listing | None:
        if instrument not in TOKENS:
            return None
        named = Instrument(instrument, instrument.symbol, Kind.EQUITY, 1, Price.paise(5))
        return Listing(named, instrument.symbol, str(TOKENS[instrument]))

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        found = InstrumentId(exchange, order_key)
        return found if found in TOKENS else None

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return next((one for one, token in TOKENS.items() if str(token) == feed_key), None)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return None


def success(data: Any) -> bytes:
    return json.dumps({"status": "success", "data": data}).encode()


def error(error_type: str, message: str = "no") -> bytes:
    return json.dumps(
        {"status": "error", "message": message, "error_type": error_type, "data": None}
    ).encode()


def order_row(**changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "placed_by": "AB1234",
        "order_id": "1953341975595868160",
        "exchange_order_id": "1300000012345678",
        "parent_order_id": None,
        "status": "OPEN",
        "status_message": None,
        "status_message_raw": None,
        "order_timestamp": "2026-11-20 09:15:02",
        "exchange_update_timestamp": "2026-11-20 09:15:03",
        "exchange_timestamp": "2026-11-20 09:15:02",
        "variety": "regular",
        "modified": False,
        "exchange": "NSE",
        "tradingsymbol": "INFY",
        "instrument_token": 408065,
        "order_type": "LIMIT",
        "transaction_type": "BUY",
        "validity": "DAY",
        "validity_ttl": 0,
        "product": "CNC",
        "quantity": 10,
        "disclosed_quantity": 0,
        "price": 1500.05,
        "trigger_price": 0,
        "average_price": 1500.05,
        "filled_quantity": 4,
        "pending_quantity": 6,
        "cancelled_quantity": 0,
        "market_protection": 0,
        "meta": {},
        "tag": "T0123456789ABCDEFGHI",
        "tags": ["T0123456789ABCDEFGHI"],
        "guid": "01XABC",
    }
    return row | changes


def trade_row(**changes: Any) -> dict[str, Any]:
    row = {
        "trade_id": "10000001",
        "order_id": "1953341975595868160",
        "exchange": "NSE",
        "tradingsymbol": "INFY",
        "instrument_token": 408065,
        "product": "CNC",
        "average_price": 1500.05,
        "quantity": 4,
        "exchange_order_id": "1300000012345678",
        "transaction_type": "BUY",
        "fill_timestamp": "2026-11-20 09:15:03",
        "order_timestamp": "09:15:02",
        "exchange_timestamp": "2026-11-20 09:15:03",
    }
    return row | changes


def holding_row(**changes: Any) -> dict[str, Any]:
    row = {
        "tradingsymbol": "INFY",
        "exchange": "NSE",
        "instrument_token": 408065,
        "isin": "INE009A01021",
        "product": "CNC",
        "price": 0,
        "quantity": 11,
        "used_quantity": 0,
        "t1_quantity": 7,
        "realised_quantity": 11,
        "authorised_quantity": 0,
        "authorised_date": "2026-11-20 00:00:00",
        "authorisation": {},
        "opening_quantity": 18,
        "short_quantity": 0,
        "collateral_quantity": 0,
        "collateral_type": "",
        "discrepancy": False,
        "average_price": 1429.066667,
        "last_price": 1526.9,
        "close_price": 1532.4,
        "pnl": 1761.0,
        "day_change": -5.5,
        "day_change_percentage": -0.3589,
        "mtf": {"quantity": 0, "used_quantity": 0, "average_price": 0, "value": 0, "initial_margin": 0},
    }
    return row | changes


def position_row(**changes: Any) -> dict[str, Any]:
    row = {
        "tradingsymbol": "INFY",
        "exchange": "NSE",
        "instrument_token": 408065,
        "product": "MIS",
        "quantity": -5,
        "overnight_quantity": 0,
        "multiplier": 1,
        "average_price": 1510.5,
        "close_price": 0,
        "last_price": 1508.2,
        "value": 7552.5,
        "pnl": 11.5,
        "m2m": 11.5,
        "unrealised": 11.5,
        "realised": 0,
        "buy_quantity": 0,
        "buy_price": 0,
        "buy_value": 0,
        "buy_m2m": 0,
        "sell_quantity": 5,
        "sell_price": 1510.5,
        "sell_value": 7552.5,
        "sell_m2m": 7552.5,
        "day_buy_quantity": 0,
        "day_buy_price": 0,
        "day_buy_value": 0,
        "day_sell_quantity": 5,
        "day_sell_price": 1510.5,
        "day_sell_value": 7552.5,
    }
    return row | changes


MARGINS = {
    "equity": {
        "enabled": True,
        "net": 99725.05,
        "available": {
            "adhoc_margin": 0,
            "cash": 0,
            "opening_balance": 245431.6,
            "live_balance": 99725.05,
            "collateral": 20000,
            "intraday_payin": 0,
        },
        "utilised": {
            "debits": 165706.55,
            "exposure": 38981.25,
            "m2m_realised": 761.7,
            "m2m_unrealised": 0,
            "option_premium": 0,
            "payout": 0,
            "span": 101989,
            "holding_sales": 0,
            "turnover": 0,
            "liquid_collateral": 0,
            "stock_collateral": 0,
            "delivery": 0,
        },
    },
    "commodity": {"enabled": False, "net": 0, "available": {}, "utilised": {}},
}

LEVEL = {"price": 1508.15, "quantity": 120, "orders": 3}
EMPTY = {"price": 0, "quantity": 0, "orders": 0}
QUOTE = {
    "instrument_token": 408065,
    "timestamp": "2026-11-20 15:12:26",
    "last_trade_time": "2026-11-20 15:12:25",
    "last_price": 1508.2,
    "last_quantity": 5,
    "buy_quantity": 120,
    "sell_quantity": 0,
    "volume": 5360054,
    "average_price": 1509.43,
    "oi": 0,
    "oi_day_high": 0,
    "oi_day_low": 0,
    "net_change": 0,
    "lower_circuit_limit": 1370.15,
    "upper_circuit_limit": 1674.65,
    "ohlc": {"open": 1520, "high": 1524.9, "low": 1501, "close": 1522.4},
    "depth": {"buy": [LEVEL, EMPTY, EMPTY, EMPTY, EMPTY], "sell": [EMPTY] * 5},
}

MASTER = """instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,\
instrument_type,segment,exchange
408065,1594,INFY,INFOSYS,0,,0,0.1,1,EQ,NSE,NSE
256265,1001,NIFTY 50,NIFTY 50,0,,0,0,0,EQ,INDICES,NSE
12073986,47164,NIFTY26DEC24500CE,NIFTY,0,2026-12-29,24500,0.05,65,CE,NFO-OPT,NFO
12074242,47165,NIFTY26DECFUT,NIFTY,0,2026-12-29,0,0.1,65,FUT,NFO-FUT,NFO
99,1,GOLDX,GOLD,0,2026-12-29,0,1,1,FUT,NCO-FUT,NCO
"""
