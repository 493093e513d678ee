"""How a hook makes an order of an alert: rules that its user saved. Pure."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from domain.account import AccountId
from domain.instrument import Instrument, InstrumentId
from domain.money import ZERO, Price
from domain.order import OrderIntent, OrderType, Product, Side
from orchestrator.orders.schemas import MAX_QUANTITY
from orchestrator.schemas import In, MoneyText
from orchestrator.tradingview.alert import Alert, Unusable

MOST_NAMES = 200
HUNDRED = Decimal(100)


def _listing(text: str) -> str:
    return str(InstrumentId.parse(text))


def _alert_name(text: str) -> str:
    if ":" not in text:
        raise ValueError("a name of TradingView is EXCHANGE:TICKER, for example NSE:NIFTY1!")
    return text.upper()


AlertName = Annotated[str, Field(max_length=64, pattern=r"^[!-~]+$"), AfterValidator(_alert_name)]
Listing = Annotated[str, Field(max_length=64, pattern=r"^[ -~]+$"), AfterValidator(_listing)]


class QuantityIn(In):
    """`contracts`: as many units as the alert's contracts; `lots`: as many lots; `units`: always `units`; `rupees`: as
    many whole lots as `amount` buys at the alert's price."""

    by: Literal["contracts", "lots", "units", "rupees"] = "contracts"
    units: Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)] | None = None
    amount: MoneyText | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.by == "units") is not (self.units is not None):
            raise ValueError("units goes with by: units, and with nothing else")
        if (self.by == "rupees") is not (self.amount is not None):
            raise ValueError("amount goes with by: rupees, and with nothing else")
        if self.amount is not None and self.amount <= ZERO:
            raise ValueError("an amount is more than zero")
        return self


class RulesIn(In):
    """`symbols`: the alert's EXCHANGE:TICKER, and the instrument that is meant. `others`: what is not in them is the
    instrument of that very name, or refused. A LIMIT order is priced `offset_percent` worse than the alert's price, so
    that it still trades: above it to buy, below it to sell."""

    symbols: Annotated[dict[AlertName, Listing], Field(max_length=MOST_NAMES, default_factory=dict)]
    others: Literal["as_named", "refuse"] = "as_named"
    quantity: QuantityIn = QuantityIn()
    product: Product
    order_type: Literal["MARKET", "LIMIT"] = "MARKET"
    offset_percent: Annotated[str, Field(pattern=r"^[0-5](\.[0-9]{1,2})?$", examples=["0.25"])] = "0"
    account: Annotated[str, Field(min_length=1, max_length=64)] = "auto"

    @field_validator("offset_percent")
    @classmethod
    def _at_most_five(cls, text: str) -> str:
        if Decimal(text) > 5:
            raise ValueError("at most 5 percent")
        return text

    @model_validator(mode="after")
    def _offset_of_a_limit(self) -> Self:
        if Decimal(self.offset_percent) and self.order_type != "LIMIT":
            raise ValueError("offset_percent goes with LIMIT")
        return self


def meant(rules: RulesIn, alert: Alert) -> InstrumentId:
    """Which instrument an alert is about. Raises Unusable."""
    mapped = rules.symbols.get(alert.name)
    if mapped is None and rules.others == "refuse":
        raise Unusable("alert_symbol_unmapped", f"{alert.name} is not among the symbols of this hook")
    try:
        return InstrumentId.parse(mapped or alert.name)
    except ValueError:
        words = f"{alert.name} is no instrument of ours: add it to the symbols of this hook"
        raise Unusable("alert_symbol_unmapped", words) from None


def order_of(rules: RulesIn, alert: Alert, one: Instrument) -> OrderIntent:
    """The order that the alert stands for. Raises Unusable."""
    return OrderIntent(
        instrument=one.id,
        side=alert.side,
        quantity=_units(rules.quantity, alert, one),
        order_type=OrderType(rules.order_type),
        product=rules.product,
        price=_limit(rules, alert, one) if rules.order_type == "LIMIT" else None,
        account=None if rules.account == "auto" else AccountId(rules.account),
    )


def _units(rule: QuantityIn, alert: Alert, one: Instrument) -> int:
    match rule.by:
        case "units":
            units = rule.units or 0
        case "rupees":
            if alert.price is None or rule.amount is None:
                raise Unusable(
                    "alert_price_missing", 'an amount of rupees needs a price: "price": "{{close}}"'
                )
            units = int(rule.amount.amount / (alert.price.amount * one.lot)) * one.lot
        case "contracts" | "lots":
            if alert.contracts is None or alert.contracts != int(alert.contracts):
                words = 'contracts must be a whole number: "contracts": "{{strategy.order.contracts}}"'
                raise Unusable("alert_contracts_not_whole", words)
            units = int(alert.contracts) * (one.lot if rule.by == "lots" else 1)
    if not 0 < units <= MAX_QUANTITY:
        raise Unusable("alert_quantity", f"that comes to {units} units of {one.id}")
    return units


def _limit(rules: RulesIn, alert: Alert, one: Instrument) -> Price:
    if alert.price is None:
        raise Unusable("alert_price_missing", 'a LIMIT order needs a price: "price": "{{close}}"')
    part = Decimal(rules.offset_percent) / HUNDRED
    wanted = alert.price.amount * (1 + part if alert.side is Side.BUY else 1 - part)
    rounding = ROUND_CEILING if alert.side is Side.BUY else ROUND_FLOOR
    steps = (wanted / one.tick.amount).to_integral_value(rounding)
    if steps <= 0:
        raise Unusable("alert_price_missing", "the price comes to nothing")
    return Price(steps * one.tick.amount)
