"""What programs send, read into our own orders: Kite's fields, exactly those. Pure.

A field that means something and cannot be kept is refused by its name, never passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from adapters.zerodha.wire import AFTER_MARKET, ICEBERG, PRODUCTS, REGULAR, SIDES, TYPES, VALIDITY_WORDS
from domain.instrument import Instrument
from domain.money import Price
from domain.order import OrderIntent, Validity
from orchestrator.errors import Problem
from orchestrator.kite.listings import Listings
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.schemas import MAX_QUANTITY
from routing.rules import PRICED, TRIGGERED

T = TypeVar("T")
Form = Mapping[str, str]

VALIDITIES = {word: validity for validity, word in VALIDITY_WORDS.items()}
VARIETIES = (REGULAR, AFTER_MARKET, ICEBERG)
LONGEST_TAG = 20
DIGITS = 15
ECHOED = {"variety", "order_id"}  # that the SDK repeats in the body
KNOWN = ECHOED | {
    "exchange", "tradingsymbol", "transaction_type", "order_type", "quantity", "product", "price", "trigger_price",
    "validity", "validity_ttl", "disclosed_quantity", "iceberg_legs", "iceberg_quantity", "market_protection",
    "autoslice", "tag",
}  # fmt: skip
CHANGEABLE = ECHOED | {
    "quantity", "price", "order_type", "trigger_price", "validity", "disclosed_quantity", "market_protection",
    "parent_order_id",
}  # fmt: skip


def bad(field: str, text: str = "") -> Problem:
    """In Kite's own words, which programs look for."""
    return Problem(422, "invalid_input", f"Invalid `{field}`.{f' {text}' if text else ''}", field=field)


def intent_of(form: Form, variety: str, listings: Listings) -> OrderIntent:
    """The order that a form asks for. Raises Problem 422."""
    _only(form, KNOWN)
    if variety not in VARIETIES:
        raise bad("variety", f"Orders here are {', '.join(VARIETIES)}.")
    _protection(form)
    listed = instrument(form, listings)
    kind = word(TYPES, form, "order_type")
    validity = word(VALIDITIES, form, "validity") if form.get("validity") else Validity.DAY
    quantity = whole(form, "quantity")
    legs = _legs(form, variety, quantity, listed.lot)
    return OrderIntent(
        instrument=listed.id,
        side=word(SIDES, form, "transaction_type"),
        quantity=quantity,
        order_type=kind,
        product=word(PRODUCTS, form, "product"),
        validity=validity,
        price=amount(form, "price")
        if kind in PRICED
        else None,  # Kite takes no notice of a market order's price
        trigger_price=amount(form, "trigger_price"),
        disclosed_quantity=whole(form, "disclosed_quantity", otherwise=0),
        after_market=variety == AFTER_MARKET,
        iceberg_legs=legs,
        validity_minutes=whole(form, "validity_ttl", otherwise=0) if validity is Validity.TTL else 0,
    )


def terms_of(form: Form, validity: Validity) -> NewTerms:
    """What is to change of an order. `validity` is its own, which stays. Raises Problem 422."""
    _only(form, CHANGEABLE)
    _protection(form)
    if form.get("parent_order_id"):
        raise bad("parent_order_id", "There are no cover orders here.")
    if form.get("validity") and word(VALIDITIES, form, "validity") is not validity:
        raise bad("validity", f"That of an order stays as it is: {VALIDITY_WORDS[validity]}.")
    kind = word(TYPES, form, "order_type") if form.get("order_type") else None
    takes_price, takes_trigger = kind is None or kind in PRICED, kind is None or kind in TRIGGERED
    return NewTerms(
        quantity=whole(form, "quantity") if form.get("quantity") else None,
        order_type=kind,
        price=amount(form, "price") if takes_price else None,
        trigger_price=amount(form, "trigger_price") if takes_trigger else None,
        disclosed_quantity=whole(form, "disclosed_quantity", otherwise=0)
        if form.get("disclosed_quantity")
        else None,
    )


def tag_of(form: Form) -> str | None:
    tag = form.get("tag") or None
    if tag is not None and (len(tag) > LONGEST_TAG or not tag.isascii() or not tag.isprintable()):
        raise bad("tag", f"It has at most {LONGEST_TAG} characters.")
    return tag


# --- fields ------------------------------------------------------------------------------------------------------


def required(form: Form, field: str) -> str:
    value = form.get(field, "")
    if not value:
        text = f"Missing or empty field `{field}`"
        raise Problem(422, "invalid_input", text, field=field)
    return value


def word(table: Mapping[str, T], form: Form, field: str) -> T:
    """What a word means; one that is not listed never becomes another."""
    value = required(form, field)
    if value not in table:
        raise bad(field, f"It is one of {', '.join(table)}.")
    return table[value]


def whole(form: Form, field: str, *, otherwise: int | None = None) -> int:
    text = form.get(field, "") if otherwise is not None else required(form, field)
    if not text and otherwise is not None:
        return otherwise
    digits = text.removesuffix(".0")  # some languages send whole numbers so
    if not (digits.isascii() and digits.isdigit()) or len(digits) > DIGITS or int(digits) > MAX_QUANTITY:
        raise bad(field)
    return int(digits)


def amount(form: Form, field: str) -> Price | None:
    """Rupees; None for none, which Kite writes as 0."""
    text = form.get(field, "")
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise bad(field) from None
    if not text.isascii() or not value.is_finite() or not 0 <= value < 10**DIGITS:
        raise bad(field)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6:
        raise bad(field, "It has at most six decimals.")
    return Price(value) if value else None


def instrument(form: Form, listings: Listings) -> Instrument:
    exchange, symbol = required(form, "exchange"), required(form, "tradingsymbol")
    found = listings.named(exchange, symbol)
    if found is None:
        text = "The instrument you are placing an order for has either expired or does not exist."
        raise Problem(422, "instrument_unknown", text, field="tradingsymbol")
    return found


def _only(form: Form, known: set[str]) -> None:
    strange = next((field for field, value in form.items() if field not in known and value), None)
    if strange is not None:
        raise bad(strange, "This is not offered here, and to pass over it could mean another order.")


def _protection(form: Form) -> None:
    """The exchange's own band goes with every market order (-1); another width cannot be asked of every broker."""
    text = form.get("market_protection", "")
    try:
        value = Decimal(text) if text else Decimal(-1)
    except InvalidOperation:
        raise bad("market_protection") from None
    if not value.is_finite() or value not in (-1, 0):
        raise bad("market_protection", "Here it is -1: the exchange's own band, at whatever broker.")


def _legs(form: Form, variety: str, quantity: int, lot: int) -> int:
    legs, size = whole(form, "iceberg_legs", otherwise=0), whole(form, "iceberg_quantity", otherwise=0)
    if variety != ICEBERG:
        return 0  # as Kite has it
    if not legs:
        raise bad("iceberg_legs")
    if size and size != -(-quantity // (legs * lot)) * lot:
        raise bad("iceberg_quantity")
    return legs
