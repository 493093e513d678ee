"""Orders on the wire: what comes in, what goes out. Money and prices are decimal strings in rupees."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from domain.account import AccountId, BrokerId
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderIntent, OrderType, Product, Side, Status, Validity
from domain.policy import Policy
from domain.routing import Charges
from orchestrator.orders.decision_schemas import ChargesOut, DecisionOut, labels_of
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.rows import StoredOrder
from orchestrator.policies.schemas import PolicyIn
from orchestrator.schemas import In, Out, PriceText, Time
from routing.selftrade import Verdict, When
from routing.unsure import hedge_of, hedge_words

MAX_QUANTITY = 100_000_000
MOST_LEGS = 1000  # a bound on what is read; what each broker takes is far less


class OrderIn(In):
    """An order as asked. `quantity` in units (shares), not lots; prices in rupees."""

    exchange: Exchange
    symbol: Annotated[str, Field(min_length=1, max_length=64, examples=["INFY"])]
    side: Side
    order_type: OrderType
    quantity: Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)]
    price: PriceText | None = None
    trigger_price: PriceText | None = None
    product: Product
    validity: Validity = Validity.DAY
    validity_minutes: Annotated[
        int, Field(ge=0, le=1440, strict=True, description="how long a TTL order lives; else 0")
    ] = 0
    disclosed_quantity: Annotated[int, Field(ge=0, le=MAX_QUANTITY, strict=True)] = 0
    account: Annotated[str, Field(min_length=1, max_length=64, description="`auto` or an account's id")] = (
        "auto"
    )
    after_market: Annotated[
        bool, Field(description="for the next session: only while the exchange is closed")
    ] = False
    iceberg_legs: Annotated[
        int,
        Field(
            ge=0,
            le=MOST_LEGS,
            strict=True,
            description="0: all at once. Else it goes in so many legs, each when the one before is filled.",
        ),
    ] = 0
    policy: Annotated[
        PolicyIn | None,
        Field(description="routes this order alone; left out: by the policy that you have set"),
    ] = None

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.policy is not None and self.account != "auto":
            raise ValueError("an order names an account or a policy, not both")
        return self

    @property
    def chosen(self) -> Policy | None:
        """The policy of this order alone."""
        return None if self.policy is None else self.policy.policy()

    def intent(self) -> OrderIntent:
        return OrderIntent(
            instrument=InstrumentId(self.exchange, _symbol(self.symbol)),
            side=self.side,
            quantity=self.quantity,
            order_type=self.order_type,
            product=self.product,
            validity=self.validity,
            price=self.price,
            trigger_price=self.trigger_price,
            disclosed_quantity=self.disclosed_quantity,
            account=None if self.account == "auto" else AccountId(self.account),
            after_market=self.after_market,
            iceberg_legs=self.iceberg_legs,
            validity_minutes=self.validity_minutes,
        )


class ModifyIn(In):
    """New terms of an order; what is left out stays. `quantity` is its new total in units, filled part included."""

    quantity: Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)] | None = None
    order_type: OrderType | None = None
    price: PriceText | None = None
    trigger_price: PriceText | None = None
    disclosed_quantity: Annotated[int, Field(ge=0, le=MAX_QUANTITY, strict=True)] | None = None

    def terms(self) -> NewTerms:
        return NewTerms(
            self.quantity, self.order_type, self.price, self.trigger_price, self.disclosed_quantity
        )


def _symbol(text: str) -> str:
    # Some letters outside ASCII have a capital inside it: the order would go to another instrument than was named.
    return text.upper() if text.isascii() else text


class ChildOut(Out):
    id: str
    account: str
    account_label: str
    broker: BrokerId
    slice: int
    quantity: int
    filled_quantity: int
    average_price: PriceText | None
    status: Status
    status_reason: str | None
    order_type: OrderType
    price: PriceText | None
    trigger_price: PriceText | None
    changing: Annotated[bool, Field(description="a change was asked and is not known to be in force or not")]
    broker_order_id: str | None
    duplicate_broker_order_ids: list[str]
    surplus_quantity: Annotated[
        int, Field(description="units filled, or that may still be, beyond what was asked here")
    ]
    tag: str
    charges_estimate: ChargesOut

    @classmethod
    def of(cls, child: ChildOrder, label: str, charges: Charges) -> ChildOut:
        return cls(
            id=child.id,
            account=child.account_id,
            account_label=label,
            broker=child.broker,
            slice=child.slice,
            quantity=child.quantity_now,
            filled_quantity=child.filled_quantity,
            average_price=_shown(child.average_price),
            status=child.status,
            status_reason=child.reason,
            order_type=child.order_type_now,
            price=child.price_now,
            trigger_price=child.trigger_price_now,
            changing=child.changing is not None,
            broker_order_id=child.broker_order_id,
            duplicate_broker_order_ids=list(child.broker_order_ids[1:]),
            surplus_quantity=child.surplus_quantity,
            tag=child.tag,
            charges_estimate=ChargesOut.of(charges),
        )


class TimelineOut(Out):
    """One step of the order's story. `broker_words` are verbatim; `latency_ms` is this hop's."""

    at: Time
    kind: str
    child: str | None
    text: str
    broker_words: str | None
    latency_ms: int | None
    source: str | None


class HedgeOut(Out):
    """While a part is unknown that would take risk on: the market order that undoes it. It is offered, never sent."""

    exchange: Exchange
    symbol: str
    side: Side
    quantity: int
    product: Product
    words: str

    @classmethod
    def of(cls, stored: StoredOrder) -> HedgeOut | None:
        hedge = hedge_of(stored.order, stored.decision.reasons)
        if hedge is None:
            return None
        return cls(
            exchange=hedge.instrument.exchange,
            symbol=hedge.instrument.symbol,
            side=hedge.side,
            quantity=hedge.quantity,
            product=hedge.product,
            words=hedge_words(stored.order, hedge),
        )


class OrderOut(Out):
    id: str
    created_at: Time
    exchange: Exchange
    symbol: str
    side: Side
    order_type: OrderType
    product: Product
    validity: Validity
    validity_minutes: int
    price: PriceText | None
    trigger_price: PriceText | None
    disclosed_quantity: int
    quantity: int
    filled_quantity: int
    pending_quantity: int
    average_price: PriceText | None
    status: Status
    status_reason: str | None
    account: str
    after_market: bool
    iceberg_legs: int
    token: Annotated[str | None, Field(description="The personal token that placed it.")]
    children: list[ChildOut]
    hedge: HedgeOut | None
    decision: DecisionOut
    timeline: list[TimelineOut]

    @classmethod
    def of(cls, stored: StoredOrder) -> OrderOut:
        order, intent, now = stored.order, stored.order.intent, stored.order.leading
        labels = labels_of(stored.decision)
        return cls(
            id=order.id,
            created_at=order.created_at,
            exchange=intent.instrument.exchange,
            symbol=intent.instrument.symbol,
            side=intent.side,
            order_type=now.order_type_now,
            product=intent.product,
            validity=intent.validity,
            validity_minutes=intent.validity_minutes,
            price=now.price_now,
            trigger_price=now.trigger_price_now,
            disclosed_quantity=now.disclosed_quantity_now,
            quantity=order.quantity_now,
            filled_quantity=order.filled_quantity,
            pending_quantity=sum(child.live_quantity for child in order.children),
            average_price=_shown(order.average_price),
            status=order.status,
            status_reason=_why(order.children),
            account=intent.account or "auto",
            after_market=intent.after_market,
            iceberg_legs=intent.iceberg_legs,
            token=order.token,
            children=[
                ChildOut.of(
                    child,
                    labels.get(child.account_id, child.broker.value),
                    stored.child_charges.get(ChildId(child.id), Charges()),
                )
                for child in order.children
            ],
            hedge=HedgeOut.of(stored),
            decision=DecisionOut.of(stored.decision),
            timeline=[
                TimelineOut(
                    at=event.at,
                    kind=event.kind,
                    child=event.child_id,
                    text=event.text,
                    broker_words=event.words,
                    latency_ms=event.latency_ms,
                    source=event.source,
                )
                for event in stored.timeline
            ],
        )


class OwnOrderOut(Out):
    """One of my own resting orders that the new one could trade with. `waits`: a stop of the two must fire first."""

    order: str
    account: str
    account_label: str
    side: Side
    quantity: int
    order_type: OrderType
    price: PriceText | None
    trigger_price: PriceText | None
    stop_loss: bool
    waits: bool


class OwnOrdersOut(Out):
    """What would be done about own orders in the way: refuse, reprice (to `new_price`) or cancel them first."""

    action: Literal["refuse", "reprice", "cancel_then_send"]
    new_price: PriceText | None
    orders: list[OwnOrderOut]

    @classmethod
    def of(cls, verdict: Verdict) -> OwnOrdersOut:
        return cls(
            action="reprice"
            if verdict.repriced
            else "cancel_then_send"
            if verdict.cancel_first
            else "refuse",
            new_price=verdict.intent.price if verdict.repriced else None,
            orders=[
                OwnOrderOut(
                    order=one.resting.order_id,
                    account=one.resting.account_id,
                    account_label=one.resting.label,
                    side=one.resting.side,
                    quantity=one.resting.quantity,
                    order_type=one.resting.order_type,
                    price=one.resting.price,
                    trigger_price=one.resting.trigger_price,
                    stop_loss=one.stop_loss,
                    waits=one.when is When.ON_TRIGGER,
                )
                for one in verdict.conflicts
            ],
        )


class OrderPage(Out):
    items: list[OrderOut]
    next_cursor: str | None


def _shown(average: Price | None) -> Price | None:
    """An average to a hundredth of a paisa: the exact one may have endless decimals."""
    return None if average is None else Price(average.amount.quantize(Decimal("0.0001")))


def _why(children: tuple[ChildOrder, ...]) -> str | None:
    """The broker's words that matter most: of an unknown child first, else of the first one that has any."""
    telling = sorted(children, key=lambda child: child.status is not Status.UNKNOWN)
    return next((child.reason for child in telling if child.reason), None)
