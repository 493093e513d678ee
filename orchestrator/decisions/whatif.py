"""What kept decisions would have been under another policy, and what that would have cost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.account import AccountId
from domain.money import ZERO, Money
from domain.order import OrderId
from domain.policy import Policy, PolicyKind, Weights
from domain.routing import Denied, RoutingDecision
from orchestrator.decisions.kept import Kept, read
from routing.aims import expected_loss
from routing.decide import decide
from routing.fingerprint import Inputs
from routing.margin import reference_price


@dataclass(frozen=True, slots=True)
class Line:
    """One order that would have gone another way, in words, and how many rupees of charges more that would cost."""

    order_id: OrderId
    then: str
    instead: str
    difference: Money


@dataclass
class WhatIf:
    """Sums over orders. `compared`: those with a plan then and under the other policy.

    `losses` are what delay and losses are expected to cost, by the rates in routing/aims.py.
    """

    orders: int = 0
    without_inputs: int = 0
    refused: int = 0
    compared: int = 0
    charges: Money = ZERO
    charges_instead: Money = ZERO
    losses: Money = ZERO
    losses_instead: Money = ZERO
    changed: list[Line] = field(default_factory=list)

    @property
    def difference(self) -> Money:
        """Rupees of charges more (positive) or less under the other policy."""
        return self.charges_instead - self.charges


def compare(kept: Iterable[Kept], policy: Policy) -> WhatIf:
    """Each order decided anew from its own inputs under `policy`. Orders that named an account keep it.

    Both sides are made again, so that a change of fee tables in between does not count.
    """
    result = WhatIf()
    for one in kept:
        result.orders += 1
        if one.inputs is None:
            result.without_inputs += 1
            continue
        inputs = read(one.inputs)
        then, instead = _decided(inputs, inputs.policy), _decided(inputs, policy)
        if isinstance(then, Denied) or isinstance(instead, Denied):
            result.refused += 1
            continue
        _add(result, one, inputs, then, instead)
    return result


def _decided(inputs: Inputs, policy: Policy) -> RoutingDecision | Denied:
    return decide(inputs.intent, inputs.market, inputs.candidates, policy, on=inputs.on)


def _add(result: WhatIf, kept: Kept, inputs: Inputs, then: RoutingDecision, instead: RoutingDecision) -> None:
    before, after = then.charges.total, instead.charges.total
    result.compared += 1
    result.charges += before
    result.charges_instead += after
    result.losses += _losses(inputs, then)
    result.losses_instead += _losses(inputs, instead)
    if [(one.account_id, one.quantity) for one in then.slices] != [
        (one.account_id, one.quantity) for one in instead.slices
    ]:
        result.changed.append(Line(kept.order_id, then.summary, instead.summary, after - before))


def _losses(inputs: Inputs, decision: RoutingDecision) -> Money:
    price = reference_price(inputs.intent, inputs.market)
    accounts = {one.account_id: one for one in inputs.candidates}
    if price is None:
        return ZERO
    return Money.sum(expected_loss(accounts[one.account_id], price * one.quantity) for one in decision.slices)


def policy_of(text: str) -> Policy:
    """A policy as it is typed: cheapest | fastest | most_reliable | spread[:A,B] | pinned:A | fallback:A,B |
    balanced[:COST,SPEED,RELIABILITY]. Raises ValueError saying what to write."""
    name, _, rest = text.partition(":")
    names = tuple(AccountId(one.strip()) for one in rest.split(",") if one.strip())
    try:
        kind = PolicyKind(name.strip().lower().replace("-", "_"))
    except ValueError:
        raise ValueError(f"{name} is no policy: write one of {', '.join(PolicyKind)}") from None
    if kind is PolicyKind.BALANCED:
        try:
            cost, speed, reliability = (int(one) for one in names) if names else (1, 1, 1)
            return Policy(kind, weights=Weights(cost, speed, reliability))
        except ValueError:
            raise ValueError("write balanced:2,1,1 for the weights of cost, speed and reliability") from None
    if kind is PolicyKind.PINNED:
        if len(names) != 1:
            raise ValueError("write pinned:ACCOUNT")
        return Policy(kind, names[0])
    return Policy(kind, accounts=names)
