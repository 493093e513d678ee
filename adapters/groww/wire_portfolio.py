"""Groww's holdings, positions and funds in our words. Pure; unreadable input raises ValueError, KeyError or TypeError.

Two of Groww's quantities are documented loosely; each row's own arithmetic tells which reading is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from adapters.broker import Profile, Symbols
from adapters.groww.terms import TERMS
from adapters.groww.wire import PRODUCT, VENUE, Json, decimal, instrument_of, price, units
from domain.account import Margin
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price, average_price
from domain.position import Holding, Position, Traded

_SETTLED_PARTS = (
    "demat_free_quantity",
    "demat_locked_quantity",
    "groww_locked_quantity",
    "pledge_quantity",
    "repledge_quantity",
)


def profile(payload: Json) -> Profile:
    user_id = str(payload.get("ucc") or payload["vendor_user_id"])
    return Profile(user_id, user_id)  # Groww gives no name


def margin(payload: Json) -> Margin:
    """`available` is the delivery balance, the smallest of Groww's per-product balances for shares."""
    equity = payload["equity_margin_details"]
    return Margin(
        cash=Money(decimal(payload["clear_cash"])),
        used=abs(Money(decimal(payload["net_margin_used"]))),  # the docs show it negative
        available=Money(decimal(equity["cnc_balance_available"])),
    )


def holding(row: Json, symbols: Symbols) -> Holding:
    isin = str(row["isin"])
    t1 = units(row.get("t1_quantity") or 0)
    instrument = symbols.by_isin(isin) or InstrumentId(Exchange.NSE, str(row["trading_symbol"]))
    return Holding(
        instrument=instrument,
        isin=isin,
        quantity=_owned(row, t1),
        t1_quantity=t1,
        # Shares still under way (T1) may be sold at the exchange, but Groww's rule for it is not documented.
        sellable_quantity=units(row.get("demat_free_quantity") or 0),
        average_price=price(row.get("average_price")),
        pledged_quantity=units(row.get("pledge_quantity") or 0),
    )


def _owned(row: Json, t1: int) -> int:
    """Settled and T1 together. `quantity` leaves T1 out exactly when the demat parts alone add up to it."""
    quantity = units(row["quantity"])
    settled = sum((decimal(row.get(part) or 0) for part in _SETTLED_PARTS), Decimal(0))
    return quantity + t1 if quantity == settled else quantity


def position(row: Json, symbols: Symbols) -> Position:
    """One position; raises ValueError for a product that we have no word for rather than file it under another."""
    product = PRODUCT.get(str(row["product"]))
    if product is None:
        raise ValueError(f"unknown product {row['product']!r}")
    instrument = instrument_of(row, symbols)
    if instrument is None:
        raise ValueError(f"a position on {row.get('exchange')!r} {row.get('segment')!r}")
    net = units(row["quantity"])
    carried_in = units(row.get("carry_forward_credit_quantity") or 0)
    carried_out = units(row.get("carry_forward_debit_quantity") or 0)
    bought, sold = units(row.get("credit_quantity") or 0), units(row.get("debit_quantity") or 0)
    buy_value = _value(row, "credit", bought)
    sell_value = _value(row, "debit", sold)
    today: Traded | None = Traded(bought, buy_value, sold, sell_value)
    early_buy = _value(row, "carry_forward_credit", carried_in)
    early_sell = _value(row, "carry_forward_debit", carried_out)
    if net != bought - sold:  # the day's figures leave the carried ones out
        bought, sold = bought + carried_in, sold + carried_out
        buy_value += early_buy
        sell_value += early_sell
    elif carried_in != carried_out:  # they have the carried ones in them
        today = Traded(
            bought - carried_in, buy_value - early_buy, sold - carried_out, sell_value - early_sell
        )
    elif carried_in:
        today = None  # either way adds up
    return Position(
        instrument=instrument,
        product=product,
        quantity=net,
        overnight_quantity=carried_in - carried_out,
        buy_quantity=bought,
        buy_value=buy_value,
        sell_quantity=sold,
        sell_value=sell_value,
        average_price=_average(row, net, bought, buy_value, sold, sell_value),
        today=today,
    )


def _value(row: Json, part: str, quantity: int) -> Money:
    """Trades come to whole paise; the average that Groww tells is a quotient."""
    return Money(decimal(row.get(f"{part}_price") or 0) * quantity).rounded()


def _average(row: Json, net: int, bought: int, buy: Money, sold: int, sell: Money) -> Price | None:
    """Groww's net price where it gives one, else the average of the side that is open."""
    if net == 0:
        return None
    return price(row.get("net_price")) or (
        average_price(buy, bought) if net > 0 else average_price(sell, sold)
    )


def required_margin(payload: Json) -> Money:
    return Money(decimal(payload["total_requirement"]))


def charges(payload: Json) -> Money | None:
    """Brokerage, taxes and fees of the order in one sum; None where Groww leaves it out."""
    value = payload.get("brokerage_and_charges")
    return None if value is None else Money(decimal(value))


def exchanges(payload: Json) -> frozenset[Exchange] | None:
    """Where this account may trade, of the exchanges that `terms` knows; None when Groww does not say."""
    segments = payload.get("active_segments")
    if not isinstance(segments, list):
        return None
    closed = {name for name in ("NSE", "BSE") if payload.get(f"{name.lower()}_enabled") is False}
    return frozenset(
        exchange
        for exchange in TERMS.exchanges
        if VENUE[exchange][1] in segments and VENUE[exchange][0] not in closed
    )


def authorisation_words(payload: Json, needs: Mapping[InstrumentId, int]) -> str:
    """What the person does so that shares may be sold: no call of Groww's starts it."""
    if payload.get("ddpi_enabled") is True:
        return "DDPI is signed at Groww: sales need no authorisation"
    shares = ", ".join(f"{quantity} {instrument.symbol}" for instrument, quantity in needs.items())
    return (
        f"Authorise {shares or 'the shares'} with your TPIN in Groww's app or site (or sign DDPI there once)"
    )
