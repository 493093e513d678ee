"""The words of a routing decision: who could take the order, who takes it, what each would have cost, and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter

from domain.account import AccountId, BrokerId
from domain.fees import PLAIN, STANDARD, FeePlan, Ware
from domain.instrument import Exchange, Kind
from domain.money import ZERO, Money, Price
from domain.order import OrderIntent, OrderType, Product, Validity
from domain.policy import Policy

NIL = Decimal(0)


class ReasonCode(StrEnum):
    """Why an order was refused, an account passed over, or a plan chosen. Documented in docs/reference/reasons.md."""

    # refusals of the order itself
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    LOT_MULTIPLE = "lot_multiple"
    TICK_MULTIPLE = "tick_multiple"
    PRICE_REQUIRED = "price_required"
    PRICE_NOT_ALLOWED = "price_not_allowed"
    TRIGGER_REQUIRED = "trigger_required"
    TRIGGER_NOT_ALLOWED = "trigger_not_allowed"
    TRIGGER_BEYOND_LIMIT = "trigger_beyond_limit"
    PRICE_OUT_OF_BAND = "price_out_of_band"
    DISCLOSED_QUANTITY = "disclosed_quantity"
    NOT_TRADABLE = "not_tradable"
    PRODUCT_NOT_FOR_SEGMENT = "product_not_for_segment"
    MARKET_CLOSED = "market_closed"
    IOC_FORBIDDEN = "ioc_forbidden"
    AFTER_MARKET_WHILE_OPEN = "after_market_while_open"
    ICEBERG_LEGS = "iceberg_legs"
    VALIDITY_MINUTES = "validity_minutes"
    PRICE_UNKNOWN = "price_unknown"
    CHARGES_UNKNOWN = "charges_unknown"
    NO_ACCOUNT = "no_account"
    ACCOUNT_UNKNOWN = "account_unknown"
    NO_FEASIBLE_ACCOUNT = "no_feasible_account"
    SELF_TRADE = "self_trade"
    CONSENT_NEEDED = "consent_needed"
    # the user's own limits
    KILL_SWITCH = "kill_switch"
    REDUCE_ONLY = "reduce_only"
    TRADING_HOURS = "trading_hours"
    DAY_LOSS = "day_loss"
    ORDER_VALUE_LIMIT = "order_value_limit"
    ORDER_QUANTITY_LIMIT = "order_quantity_limit"
    DAY_VALUE_LIMIT = "day_value_limit"
    DAY_ORDERS_LIMIT = "day_orders_limit"
    SYMBOL_LIMIT = "symbol_limit"
    BROKER_LIMIT = "broker_limit"
    # of the personal token that a program came with
    TOKEN_POLICY = "token_policy"
    # why one account is passed over
    LOGIN_NEEDED = "login_needed"
    BREAKER_OPEN = "breaker_open"
    BREAKER_HELD = "breaker_held"
    SNAPSHOT_MISSING = "snapshot_missing"
    NOT_LISTED_AT_BROKER = "not_listed_at_broker"
    EXCHANGE_UNSUPPORTED = "exchange_unsupported"
    PRODUCT_UNSUPPORTED = "product_unsupported"
    ORDER_TYPE_UNSUPPORTED = "order_type_unsupported"
    VALIDITY_UNSUPPORTED = "validity_unsupported"
    DISCLOSED_UNSUPPORTED = "disclosed_unsupported"
    AFTER_MARKET_UNSUPPORTED = "after_market_unsupported"
    ICEBERG_UNSUPPORTED = "iceberg_unsupported"
    MARGIN_SHORT = "margin_short"
    HOLDINGS_SHORT = "holdings_short"
    AUTHORISATION_NEEDED = "authorisation_needed"
    FREEZE_LIMIT = "freeze_limit"
    ORDER_RATE = "order_rate"
    ADDRESS_DRIFTED = "address_drifted"
    ORDERS_NOT_ALLOWED = "orders_not_allowed"
    OPENS_OPPOSITE = "opens_opposite"
    HEDGE_ELSEWHERE = "hedge_elsewhere"
    NOT_PINNED = "not_pinned"
    NOT_IN_POLICY = "not_in_policy"
    # why the plan is what it is
    CHEAPEST = "cheapest"
    FASTEST = "fastest"
    MOST_RELIABLE = "most_reliable"
    BALANCED = "balanced"
    FALLBACK = "fallback"
    SPREAD = "spread"
    ONLY_FEASIBLE = "only_feasible"
    PINNED = "pinned"
    SPLIT_BY_MARGIN = "split_by_margin"
    SPLIT_BY_HOLDINGS = "split_by_holdings"
    SPLIT_BY_FREEZE = "split_by_freeze"
    SPLIT_BY_LIMIT = "split_by_limit"
    SPLIT_IS_BETTER = "split_is_better"
    SENT_IN_LEGS = "sent_in_legs"
    MARKET_PROTECTION = "market_protection"
    TAX_ESTIMATED = "tax_estimated"
    EXITS_POSITION = "exits_position"
    HEDGES = "hedges"
    TIE_BROKEN_BY_SPEED = "tie_broken_by_speed"


@dataclass(frozen=True, slots=True)
class Reason:
    """One coded reason in words. `account` when it speaks of one account, `field` when of one field of the order."""

    code: ReasonCode
    message: str
    account: AccountId | None = None
    field: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Charges:
    """All-in charges of one order in rupees, exact (unrounded) lines.

    `exchange` includes IPFT. `dp` and `desk` (an order by telephone or of the risk desk) include their own GST.
    """

    brokerage: Money = ZERO
    stt: Money = ZERO
    exchange: Money = ZERO
    sebi: Money = ZERO
    stamp: Money = ZERO
    gst: Money = ZERO
    dp: Money = ZERO
    desk: Money = ZERO

    @property
    def total(self) -> Money:
        return Money(self.exact_total)

    @property
    def exact_total(self) -> Decimal:
        """`total` in rupees."""
        return (
            self.brokerage.amount
            + self.stt.amount
            + self.exchange.amount
            + self.sebi.amount
            + self.stamp.amount
            + self.gst.amount
            + self.dp.amount
            + self.desk.amount
        )

    @property
    def rounded(self) -> Charges:
        """Every line to whole paise, half up, as brokers show them."""
        return Charges(*(line.rounded() for line in _lines(self)))

    @property
    def total_of_rounded_lines(self) -> Money:
        return self.rounded.total

    def __add__(self, other: Charges) -> Charges:
        return Charges.sum((self, other))

    @staticmethod
    def sum(several: Sequence[Charges]) -> Charges:
        """Line by line."""
        if len(several) == 1:
            return several[0]
        lines = zip(*[_lines(one) for one in several], strict=True)
        return Charges(*[Money(sum([one.amount for one in line], NIL)) for line in lines])


_lines: Callable[[Charges], tuple[Money, ...]] = attrgetter(*(line.name for line in fields(Charges)))


@dataclass(frozen=True, slots=True)
class Market:
    """What the decision knows of the instrument's market. `last_price` in rupees; None is not known.

    `strike` of an option: a written one is margined on its contract value, not on its premium.
    """

    kind: Kind
    lot: int
    tick: Price
    freeze: int | None
    last_price: Price | None
    lower_band: Price | None = None
    upper_band: Price | None = None
    open: bool = True
    closed_because: str = ""
    strike: Price | None = None
    ware: Ware = PLAIN  # what of it the charges depend on


@dataclass(frozen=True, slots=True)
class Leg:
    """A position in another contract of the same underlying, expiry and product. `quantity`: net units, short < 0."""

    kind: Kind
    strike: Price | None
    quantity: int


@dataclass(frozen=True, slots=True)
class QuotedMargin:
    """What the broker's own call asks for so many units of this order, in rupees."""

    quantity: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Candidate:
    """One account as the router sees it: reservations are already taken off `margin_available` and `sellable`.

    `margin_available` is rupees, None when no snapshot is known. `sellable` is units of the order's ISIN that a
    delivery sell may use now, `releasable` those beyond that only wait for the person's leave at the
    depository. `margin_rates` is the part of the order's value blocked per product (an estimate).
    """

    account_id: AccountId
    broker: BrokerId
    label: str
    session_ok: bool
    breaker_open: bool
    listed: bool
    margin_available: Money | None
    sellable: int
    exchanges: frozenset[Exchange]
    products: frozenset[Product]
    order_types: frozenset[OrderType]
    validities: frozenset[Validity]
    disclosed_supported: bool
    margin_rates: tuple[tuple[Product, Decimal], ...]
    place_ms: int | None = None  # measured median of placing, milliseconds
    held: int = 0  # net position units of this contract and product: an exit needs no margin
    after_market: bool = False  # takes orders for the next session while the market is closed
    iceberg_legs: int = 0  # the most legs of an order that goes part after part; 0: takes no such order
    market_protection: str = ""  # who protects a market order: sent (with it) | broker; "" nobody
    order_rate: str = ""  # the rule for orders by API that leaves no room for one now
    orders_left: int | None = None  # the most orders that it may send now; None: no limit
    value_left: Money | None = (
        None  # rupees left today of the user's own limit at this broker, over its accounts
    )
    reject_rate: Decimal | None = (
        None  # part of its recent orders that it or the line lost; None: not measured
    )
    legs: tuple[
        Leg, ...
    ] = ()  # held beside this contract: a hedge needs less margin in the account of its other leg
    margin_quoted: QuotedMargin | None = None  # the broker's own figure, when it is fresh
    prices_stalled: bool = False  # its live prices are cut off, or stand still while others move
    may_order: bool = True  # false: the broker said that this login may only read
    releasable: int = 0
    held_open: str = ""  # why somebody lets nothing new go there: it takes only what gives back what it holds
    wrong_address: str = ""  # the address that orders would come from, when it is not the registered one
    fees: FeePlan = STANDARD  # what the account pays otherwise than its broker's list
    traded_today: int = (
        0  # of this ISIN for delivery, net: what was sold from demat already pays the day's DP charge
    )


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the plan: one child order to come."""

    account_id: AccountId
    broker: BrokerId
    label: str
    quantity: int
    charges: Charges
    margin_required: Money
    margin_estimated: bool = True  # false: by the broker's own call, or by a rule that leaves no doubt


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan that was not chosen: infeasible (with reasons) or beaten.

    `beaten_by` is how many rupees dearer in charges; negative where the policy goes by something else.
    """

    slices: tuple[Slice, ...]
    feasible: bool
    reasons: tuple[Reason, ...]
    charges: Charges | None
    beaten_by: Money | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why no other plan is better. `cost` is the plan's charges in rupees.

    `bound`: what the charges of any plan would be at least, each account at its lowest rate; None where charges are
    not what the policy goes by. `beaten` plans could have been sent and are told among the alternatives; `ruled_out`
    accounts could not take it all.
    """

    minimised: str
    cost: Money
    bound: Money | None
    beaten: int
    ruled_out: int


@dataclass(frozen=True, slots=True)
class RoutingDecision:
    """What will be sent, why, and what the others would have cost.

    `hash` is over all the inputs, whose canonical text is `inputs`: it is kept apart, for replaying the decision.
    """

    intent: OrderIntent
    policy: Policy
    slices: tuple[Slice, ...]
    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...]
    hash: str
    summary: str
    certificate: Certificate | None = None
    inputs: str = field(default="", repr=False, compare=False)

    @property
    def charges(self) -> Charges:
        return Charges.sum([part.charges for part in self.slices]) if self.slices else Charges()

    @property
    def saving(self) -> Money | None:
        """Rupees saved against the next best feasible plan; None when there is none."""
        beaten = [
            other.beaten_by for other in self.alternatives if other.feasible and other.beaten_by is not None
        ]
        return min(beaten) if beaten else None


@dataclass(frozen=True, slots=True)
class Denied:
    """We said no before anything was sent. A value, not an error."""

    reasons: tuple[Reason, ...]
    alternatives: tuple[Alternative, ...] = ()
    hash: str = ""
