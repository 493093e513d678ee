"""The charges calculator and an account's own terms on the wire. Rupees as decimal strings."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.account import BrokerId
from domain.fees import FeePlan, Taxed
from domain.instrument import Exchange, InstrumentId
from domain.order import Product, Side
from orchestrator.orders.decision_schemas import ChargesOut
from orchestrator.schemas import In, MoneyText, Out, PriceText
from routing.compare import Comparison, Estimate
from routing.schedules.table import Segment


class FundedOut(Out):
    """Shares on the broker's money: interest a day if all of the value is lent; the fees per ISIN with GST."""

    interest_per_day: MoneyText
    pledge: MoneyText
    release: MoneyText


class EstimateOut(Out):
    """One broker's list, or one of my accounts with terms of its own. `unknown` says why there are no charges."""

    broker: BrokerId
    account: str | None
    label: str | None
    charges: ChargesOut | None
    unknown: str | None
    dearer_by: MoneyText | None
    funded: FundedOut | None

    @classmethod
    def of(cls, one: Estimate) -> EstimateOut:
        return cls(
            broker=one.payer.broker,
            account=one.payer.account,
            label=one.payer.label or None,
            charges=ChargesOut.of(one.charges) if one.charges else None,
            unknown=one.unknown.message if one.unknown else None,
            dearer_by=one.dearer_by,
            funded=FundedOut.model_validate(one.funded) if one.funded else None,
        )


class ComparisonOut(Out):
    """What one executed order would cost everywhere, the cheapest first and what is not known last.

    `difference`: rupees between the dearest and the cheapest.
    """

    exchange: Exchange
    symbol: str
    side: Side
    quantity: int
    product: Product
    price: PriceText
    value: MoneyText
    segment: Segment
    fund: bool
    on: date
    estimates: list[EstimateOut]
    cheapest: BrokerId | None
    difference: MoneyText | None

    @classmethod
    def of(cls, instrument: InstrumentId, found: Comparison) -> ComparisonOut:
        trade, cheapest = found.trade, found.cheapest
        return cls(
            exchange=trade.exchange,
            symbol=instrument.symbol,
            side=trade.side,
            quantity=trade.quantity,
            product=trade.product,
            price=trade.price,
            value=trade.value,
            segment=trade.segment,
            fund=trade.ware.fund,
            on=found.on,
            estimates=[EstimateOut.of(one) for one in found.estimates],
            cheapest=cheapest.payer.broker if cheapest else None,
            difference=found.difference,
        )


class FeePlanIn(In):
    """What an account pays otherwise than its broker's list; all left out is that list.

    `per_order`: rupees an order in place of the list's flat fee or cap. `taxed`: the lines that GST is on.
    """

    plan: Annotated[str, Field(max_length=20)] = ""
    per_order: MoneyText | None = None
    woman_first_holder: bool = False
    in_debit: bool = False
    taxed: list[Taxed] | None = None
    stamp_in_rupees: bool = False

    def parsed(self) -> FeePlan:
        return FeePlan(
            plan=self.plan,
            per_order=self.per_order,
            woman_first_holder=self.woman_first_holder,
            in_debit=self.in_debit,
            taxed=None if self.taxed is None else frozenset(self.taxed),
            stamp_in_rupees=self.stamp_in_rupees,
        )


class FeePlanOut(Out):
    """An account's own terms. `plans`: what may be chosen at its broker."""

    account: str
    broker: BrokerId
    plan: str
    plans: list[str]
    per_order: MoneyText | None
    woman_first_holder: bool
    in_debit: bool
    taxed: list[Taxed] | None
    stamp_in_rupees: bool

    @classmethod
    def of(cls, account: str, broker: BrokerId, plan: FeePlan, plans: list[str]) -> FeePlanOut:
        return cls(
            account=account,
            broker=broker,
            plan=plan.plan,
            plans=plans,
            per_order=plan.per_order,
            woman_first_holder=plan.woman_first_holder,
            in_debit=plan.in_debit,
            taxed=None if plan.taxed is None else sorted(plan.taxed),
            stamp_in_rupees=plan.stamp_in_rupees,
        )
