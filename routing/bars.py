"""Why an account can take no part of an order at all."""

from __future__ import annotations

from collections.abc import Iterator

from domain.order import OrderIntent, Side
from domain.policy import Policy
from domain.routing import Candidate, Reason, ReasonCode
from routing.aims import takes_part
from routing.margin import DELIVERED, opposite_held


def bars(intent: OrderIntent, policy: Policy, candidate: Candidate) -> Iterator[Reason]:
    """Why this account can take no part of the order at all."""
    label, account = candidate.label, candidate.account_id
    if not takes_part(policy, account):
        text = f"{label} is not among the accounts that your policy names."
        yield Reason(ReasonCode.NOT_IN_POLICY, text, account)
    if not candidate.session_ok:
        yield Reason(ReasonCode.LOGIN_NEEDED, f"{label} needs a login.", account, fix="Log in again.")
    if candidate.breaker_open:
        text = f"{label} does not answer; we wait before asking it again."
        yield Reason(ReasonCode.BREAKER_OPEN, text, account)
    if candidate.held_open and not _gives_back(intent, candidate):
        text = f"{label} takes nothing new: {candidate.held_open}."
        yield Reason(ReasonCode.BREAKER_HELD, text, account)
    if not candidate.may_order:
        text = f"{label} lets this login read and not trade."
        yield Reason(
            ReasonCode.ORDERS_NOT_ALLOWED, text, account, fix="Log in with an app that may send orders."
        )
    if candidate.wrong_address:
        text = (
            f"Orders for {label} would leave from {candidate.wrong_address}, which is not registered at "
            f"{candidate.broker.value.title()}: it would refuse them."
        )
        fix = "Register this address at the broker, or set the account's proxy."
        yield Reason(ReasonCode.ADDRESS_DRIFTED, text, account, fix=fix)
    if candidate.order_rate:
        yield Reason(ReasonCode.ORDER_RATE, f"{label} takes no order now: {candidate.order_rate}.", account)
    elif candidate.orders_left is not None and candidate.orders_left <= 0:
        yield Reason(ReasonCode.ORDER_RATE, f"{label} may send no more orders now.", account)
    yield from _lacks(intent, candidate)
    if candidate.margin_available is None:
        text = f"The funds and holdings of {label} are not known yet."
        yield Reason(ReasonCode.SNAPSHOT_MISSING, text, account)


def _gives_back(intent: OrderIntent, candidate: Candidate) -> bool:
    """Whether any part of it only closes, or sells, what the account holds."""
    if intent.product in DELIVERED:
        return intent.side is Side.SELL
    return opposite_held(intent, candidate) >= intent.quantity


def _lacks(intent: OrderIntent, candidate: Candidate) -> Iterator[Reason]:
    """What the order needs and this broker does not have."""
    label, account, exchange = candidate.label, candidate.account_id, intent.instrument.exchange
    if exchange not in candidate.exchanges:
        yield Reason(
            ReasonCode.EXCHANGE_UNSUPPORTED, f"{label} does not trade on {exchange}.", account, "exchange"
        )
    if not candidate.listed:
        yield Reason(ReasonCode.NOT_LISTED_AT_BROKER, f"{label} does not list {intent.instrument}.", account)
    if intent.product not in candidate.products:
        text = f"{label} has no {intent.product} orders."
        yield Reason(ReasonCode.PRODUCT_UNSUPPORTED, text, account, "product")
    if intent.order_type not in candidate.order_types:
        text = f"{label} has no {intent.order_type} orders."
        yield Reason(ReasonCode.ORDER_TYPE_UNSUPPORTED, text, account, "order_type")
    if intent.validity not in candidate.validities:
        text = f"{label} has no {intent.validity} orders."
        yield Reason(ReasonCode.VALIDITY_UNSUPPORTED, text, account, "validity", "Use DAY.")
    if intent.disclosed_quantity and not candidate.disclosed_supported:
        text = f"{label} has no disclosed quantity."
        fix = "Leave the disclosed quantity out."
        yield Reason(ReasonCode.DISCLOSED_UNSUPPORTED, text, account, "disclosed_quantity", fix)
    if intent.after_market and not candidate.after_market:
        text = f"{label} takes no after-market orders."
        yield Reason(ReasonCode.AFTER_MARKET_UNSUPPORTED, text, account, "after_market")
    if intent.iceberg_legs > candidate.iceberg_legs:
        most = candidate.iceberg_legs
        text = f"{label} takes at most {most} legs." if most else f"{label} has no iceberg orders."
        fix = f"Use at most {most} legs." if most else "Leave iceberg_legs at 0."
        yield Reason(ReasonCode.ICEBERG_UNSUPPORTED, text, account, "iceberg_legs", fix)
