"""A Kite order form as a request to the order desk, by the rules of its variety and of the strictness in force."""

from __future__ import annotations

from dataclasses import dataclass

from mocks.brokers.backoffice.margins import automatic_protection, protected_price
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.switches import Strictness
from mocks.brokers.kite.fields import (
    MARKETS,
    PRICED,
    PRODUCTS,
    SIDES,
    STOPS,
    TYPES,
    VALIDITIES,
    amount,
    instrument_key,
    listed,
    required,
    whole,
)
from mocks.brokers.kite.reply import bad_input
from mocks.exchange.model import OrderType, Side, Validity

VARIETIES = ("regular", "amo", "co", "iceberg", "auction")
UNPROTECTED = (
    "Market orders without market protection are not allowed via API. "
    "Please set market protection or use a Limit order."
)
TAG_LENGTH = 20
LEGS = range(2, 51)
TTL_MINUTES = range(1, 376)  # up to a trading day; the real range is not documented


@dataclass(frozen=True, slots=True)
class _Terms:
    key: str
    side: Side
    type: OrderType
    price: int
    trigger: int
    protection: float | None


class Intake:
    def __init__(self, office: BackOffice) -> None:
        self._office = office

    def request(self, variety: str, fields: dict[str, str], api_key: str) -> OrderRequest:
        """Raises InputException for what can never be an order. Fields of other varieties are passed over."""
        if variety not in VARIETIES:
            raise bad_input("Invalid `variety`.")
        terms, extra = self._terms(fields), {"variety": variety}
        terms = self._entered(terms, extra)
        quantity = whole(fields, "quantity")
        legs, leg_quantity = self._iceberg(variety, fields, terms.key, quantity)
        if variety == "auction":
            self._check_auction(fields, terms.side)
        validity, minutes = self._validity(fields)
        return OrderRequest(
            key=terms.key,
            side=terms.side,
            type=terms.type,
            product=self._product(variety, fields),
            quantity=quantity,
            price=terms.price,
            trigger=terms.trigger,
            disclosed=whole(fields, "disclosed_quantity"),
            validity=validity,
            ttl_minutes=minutes,
            protection=terms.protection,
            tag=self._tag(fields),
            app=api_key,
            amo=variety == "amo",
            iceberg_legs=legs,
            iceberg_quantity=leg_quantity,
            cover_trigger=self._cover(fields, terms) if variety == "co" else 0,
            extra=extra,
        )

    def _terms(self, fields: dict[str, str]) -> _Terms:
        key, kind = instrument_key(fields), listed(TYPES, fields, "order_type")
        return _Terms(
            key,
            listed(SIDES, fields, "transaction_type"),
            kind,
            amount(fields, "price") if kind in PRICED else 0,
            amount(fields, "trigger_price") if kind in STOPS else 0,
            self.protection(fields, kind),
        )

    def protection(self, fields: dict[str, str], order_type: OrderType) -> float | None:
        """Percent, -1 for automatic; None where the type has none, or before April 2026, when none was needed."""
        if order_type not in MARKETS:
            return None
        try:
            percent = float(fields.get("market_protection") or 0)
        except ValueError:
            raise bad_input("Invalid `market_protection`.") from None
        if percent == 0:
            if self._office.switches.strictness is Strictness.LEGACY:
                return None
            raise bad_input(UNPROTECTED)
        if percent != -1 and not 0 < percent <= 100:
            raise bad_input("Invalid `market_protection`.")
        return percent

    def protected(self, key: str, side: Side, order_type: OrderType, percent: float | None) -> dict[str, str]:
        """What the book will show of the protection."""
        if percent is None:
            return {}
        instrument, last = self._office.instrument(key), self._office.last_price(key)
        shown = automatic_protection(last, instrument.kind) if percent == -1 else percent
        extra = {"protection": f"{shown:.2f}"}
        if order_type is OrderType.MARKET:
            extra["protected_price"] = str(protected_price(instrument, side, last, percent))
        return extra

    def _entered(self, terms: _Terms, extra: dict[str, str]) -> _Terms:
        """Before April 2026 a stop whose trigger was already reached went straight to the exchange."""
        extra |= self.protected(terms.key, terms.side, terms.type, terms.protection)
        legacy = self._office.switches.strictness is Strictness.LEGACY
        if not legacy or terms.type not in STOPS or not terms.trigger:
            return terms
        self._office.instrument(terms.key)
        last = self._office.last_price(terms.key)
        reached = terms.trigger <= last if terms.side is Side.BUY else terms.trigger >= last
        if not reached:
            return terms
        extra |= {"stop_type": terms.type.value, "stop_trigger": str(terms.trigger)}
        kind = OrderType.LIMIT if terms.type is OrderType.SL else OrderType.MARKET
        return _Terms(terms.key, terms.side, kind, terms.price, 0, terms.protection)

    def _product(self, variety: str, fields: dict[str, str]) -> Product:
        """Cover orders are intraday whatever they are called."""
        if variety == "co" and fields.get("product") in ("MIS", "CO", None, ""):
            return Product.MIS
        return listed(PRODUCTS, fields, "product")

    def _cover(self, fields: dict[str, str], terms: _Terms) -> int:
        """The stop of a cover order, paise."""
        if terms.type not in (OrderType.MARKET, OrderType.LIMIT):
            raise bad_input("Invalid `order_type`. Cover orders are MARKET or LIMIT.")
        required(fields, "trigger_price")
        return amount(fields, "trigger_price")

    def _validity(self, fields: dict[str, str]) -> tuple[Validity, int]:
        validity = VALIDITIES.get(fields.get("validity") or "DAY")
        if validity is None:
            raise bad_input("Invalid `validity`.")
        if validity is not Validity.TTL:
            return validity, 0
        minutes = whole(fields, "validity_ttl")
        if minutes not in TTL_MINUTES:
            raise bad_input("Invalid `validity_ttl`.")
        return validity, minutes

    def _iceberg(self, variety: str, fields: dict[str, str], key: str, quantity: int) -> tuple[int, int]:
        """Legs and the quantity of one: the whole in equal lots, rounded up; the first leg takes what is odd."""
        if variety != "iceberg":
            return 0, 0
        legs, leg_quantity = whole(fields, "iceberg_legs"), whole(fields, "iceberg_quantity")
        if legs not in LEGS:
            raise bad_input(f"Invalid `iceberg_legs`. It should be between {LEGS.start} and {LEGS.stop - 1}.")
        lot = self._office.instrument(key).lot
        fair = -(-quantity // (legs * lot)) * lot
        if leg_quantity != fair:
            raise bad_input("Invalid `iceberg_quantity`.")
        return legs, leg_quantity

    def _check_auction(self, fields: dict[str, str], side: Side) -> None:
        """Sales of holdings that the exchange buys in for others' short delivery. None is ever held here: the list
        of auctions is empty and no number is on it."""
        if side is not Side.SELL:
            raise bad_input("Invalid `transaction_type`. Only sell orders are taken into an auction.")
        number = required(fields, "auction_number")
        raise bad_input(f"Invalid `auction_number`. There is no auction {number} today.")

    def _tag(self, fields: dict[str, str]) -> str:
        tag = fields.get("tag", "")
        if len(tag) > TAG_LENGTH:
            raise bad_input(f"Invalid `tag`. It should be at most {TAG_LENGTH} characters.")
        return tag
