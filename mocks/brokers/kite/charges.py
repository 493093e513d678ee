"""The charges block of Kite's margin and charges calls, by the sandbox's own copy of the 2026 rates. Pure."""

from __future__ import annotations

from typing import Any

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.exchange.model import Instrument, Kind, Side

# Parts of turnover: (STT bought, STT sold, exchange, stamp bought), and the brokerage's share and cap in rupees.
DELIVERY = (0.001, 0.001, 0.0000307, 0.00015, 0.0, 0.0)
INTRADAY = (0.0, 0.00025, 0.0000307, 0.00003, 0.0003, 20.0)
FUTURES = (0.0, 0.0005, 0.0000183, 0.00002, 0.0003, 20.0)
OPTIONS = (0.0, 0.0015, 0.0003553, 0.00003, 1e6, 20.0)  # brokerage is flat
BSE_SHARES = 0.0000375
SEBI, GST = 0.000001, 0.18


def charges(instrument: Instrument, asked: OrderRequest, price: int) -> dict[str, Any]:
    """Rupees on `price` paise a share."""
    if instrument.kind is Kind.EQUITY:
        rates = INTRADAY if asked.product is Product.MIS else DELIVERY
    else:
        rates = FUTURES if instrument.kind is Kind.FUTURE else OPTIONS
    stt_buy, stt_sell, exchange_rate, stamp_rate, share, cap = rates
    if instrument.exchange == "BSE":
        exchange_rate = BSE_SHARES
    turnover = asked.quantity * price / 100
    buys = asked.side is Side.BUY
    brokerage, exchange = min(turnover * share, cap), turnover * exchange_rate
    sebi, stt = turnover * SEBI, turnover * (stt_buy if buys else stt_sell)
    stamp = turnover * stamp_rate if buys else 0.0
    gst = (brokerage + exchange + sebi) * GST
    return {
        "transaction_tax": stt,
        "transaction_tax_type": "stt",
        "exchange_turnover_charge": exchange,
        "sebi_turnover_charge": sebi,
        "brokerage": brokerage,
        "stamp_duty": stamp,
        "gst": {"igst": gst, "cgst": 0, "sgst": 0, "total": gst},
        "total": stt + exchange + sebi + brokerage + stamp + gst,
    }
