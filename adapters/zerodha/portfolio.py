"""The account on the wire of Kite Connect v3: person, funds, holdings, positions, conversions, leave to sell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.broker import Conversion, Profile, Symbols
from adapters.rows import Rows, read, together
from adapters.zerodha import wire
from domain.account import Margin
from domain.errors import BrokerRejected, OutcomeUnknown
from domain.instrument import InstrumentId
from domain.money import Money
from domain.order import Product
from domain.position import Holding, Position, Traded


def _owned(row: Mapping[str, Any], symbols: Symbols) -> InstrumentId:
    """As `instrument_id`, but what is owned must not vanish: Kite's own name stands in for an unlisted symbol."""
    known = wire.instrument_id(row, symbols)
    return known or InstrumentId(wire.EXCHANGES[str(row["exchange"])], str(row["tradingsymbol"]))


def profile(data: Mapping[str, Any]) -> Profile:
    return Profile(str(data["user_id"]), str(data["user_name"]), str(data.get("email") or ""))


def margin(data: Mapping[str, Any]) -> Margin:
    """Funds of the equity segment (shares and their derivatives).

    `available.cash` is at times 0 on a funded account, so cash is told from net = cash + collateral - debits.
    """
    equity = data["equity"]
    net, debits = Money.of(equity["net"]), Money.of(equity["utilised"]["debits"])
    collateral = Money.of(equity["available"]["collateral"])
    return Margin(cash=net + debits - collateral, used=debits, available=net)


def needs_leave(profile: Mapping[str, Any]) -> bool:
    """Whether the depository releases settled shares only by the person's leave (TPIN): no power of attorney nor DDPI
    is on file. A word that is not known proves nothing: the broker then decides."""
    meta = profile.get("meta")
    return isinstance(meta, dict) and meta.get("demat_consent") == "empty"


def holdings(data: object, symbols: Symbols, *, by_leave: bool) -> Rows[Holding]:
    """Own shares, and apart from them those bought on Zerodha's money."""
    own = read(data, lambda row: holding(row, symbols, by_leave=by_leave), "a holding")
    lent = read(data, lambda row: funded(row, symbols), "a funded part of a holding")
    return together(own, Rows((one for one in lent if one is not None), lent.unread))


def holding(row: Mapping[str, Any], symbols: Symbols, *, by_leave: bool = False) -> Holding:
    """`opening_quantity` is settled plus T1 as carried overnight, `used_quantity` what of it was sold today.

    `by_leave`: as `needs_leave`. Settled shares are sold before T1 ones, which are not at the depository yet.
    """
    t1, used, pledged = int(row["t1_quantity"]), int(row["used_quantity"]), int(row["collateral_quantity"])
    opening = row.get("opening_quantity")
    carried = int(row["quantity"]) + t1 if opening is None else int(opening)
    owned = carried - used
    sellable = max(0, owned - pledged)
    settled = max(0, sellable - min(t1, owned))
    released = int(row.get("authorised_quantity") or 0)
    return Holding(
        instrument=_owned(row, symbols),
        isin=str(row["isin"]),
        quantity=owned,
        t1_quantity=min(t1, owned),
        sellable_quantity=sellable,
        average_price=wire.price(row["average_price"]),
        last_price=wire.price(row["last_price"]),
        close_price=wire.price(row["close_price"]),
        pledged_quantity=pledged,
        unauthorised_quantity=sellable - released if by_leave and released < settled else 0,
        authorised_quantity=released,
    )


def funded(row: Mapping[str, Any], symbols: Symbols) -> Holding | None:
    """The part of a holding that was bought on Zerodha's money: Kite tells it inside the row, in none of its
    other numbers. None: there is none. Settled and T1 shares are not told apart, so none is called T1.

    `initial_margin` is what of the cost (`value`) was one's own: the rest was lent, and is owed until sales settle.
    """
    part = row.get("mtf") or {}
    carried, used = int(part.get("quantity") or 0), int(part.get("used_quantity") or 0)
    if not carried:
        return None
    return Holding(
        instrument=_owned(row, symbols),
        isin=str(row["isin"]),
        quantity=carried - used,
        t1_quantity=0,
        sellable_quantity=carried - used,
        average_price=wire.price(part["average_price"]),
        last_price=wire.price(row["last_price"]),
        close_price=wire.price(row["close_price"]),
        product=Product.MTF,
        loan=Money.of(part["value"]) - Money.of(part["initial_margin"]),
    )


def position(row: Mapping[str, Any], symbols: Symbols) -> Position:
    """One row of `net`. A product we cannot name (CO) must not show as another one: ValueError."""
    quantity, product = int(row["quantity"]), wire.PRODUCTS.get(str(row["product"]))
    if product is None:
        raise ValueError(f"{row['tradingsymbol']} in the product {row['product']}, which has no name here")
    return Position(
        instrument=_owned(row, symbols),
        product=product,
        quantity=quantity,
        overnight_quantity=int(row["overnight_quantity"]),
        buy_quantity=int(row["buy_quantity"]),
        buy_value=Money.of(row["buy_value"]),
        sell_quantity=int(row["sell_quantity"]),
        sell_value=Money.of(row["sell_value"]),
        average_price=wire.price(row["average_price"]) if quantity else None,
        last_price=wire.price(row["last_price"]),
        close_price=wire.price(row["close_price"]),
        multiplier=int(row["multiplier"]),
        today=Traded(
            buy_quantity=int(row["day_buy_quantity"]),
            buy_value=Money.of(row["day_buy_value"]),
            sell_quantity=int(row["day_sell_quantity"]),
            sell_value=Money.of(row["day_sell_value"]),
        ),
    )


def conversion_form(conversion: Conversion, order_key: str) -> dict[str, str]:
    """The form of PUT /portfolio/positions."""
    return {
        "exchange": conversion.instrument.exchange.value,
        "tradingsymbol": order_key,
        "transaction_type": wire.SIDE_WORDS[conversion.side],
        "position_type": "overnight" if conversion.overnight else "day",
        "quantity": str(conversion.quantity),
        "old_product": wire.PRODUCT_WORDS[conversion.old],
        "new_product": wire.PRODUCT_WORDS[conversion.new],
    }


def converted(data: Any) -> None:
    """Kite answers a conversion with `true`. Anything else proves nothing: OutcomeUnknown."""
    if data is not True:
        raise OutcomeUnknown("Zerodha answered the conversion without saying that it was done")


def authorisation_form(
    needs: Mapping[InstrumentId, int], holdings: Iterable[Mapping[str, Any]], symbols: Symbols
) -> list[tuple[str, str]]:
    """Pairs of `isin` and `quantity`. A share that is held as another exchange's listing counts by its ISIN.

    Raises BrokerRejected for what is not held.
    """
    isins = {wire.instrument_id(row, symbols): str(row["isin"]) for row in holdings}
    form: list[tuple[str, str]] = []
    for instrument, quantity in needs.items():
        listing = symbols.listing(instrument)
        isin = isins.get(instrument) or (listing.instrument.isin if listing else None)
        if isin is None:
            raise BrokerRejected(f"{instrument} is not held at Zerodha", code="not_held")
        form += [("isin", isin), ("quantity", str(quantity))]
    return form
