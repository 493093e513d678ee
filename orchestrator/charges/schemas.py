"""The charges calculator and an account's own terms on the wire. Rupees as decimal strings."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from domain.account import BrokerId
from domain.fees import Ending, FeePlan, Fund, Taxed
from domain.instrument import Exchange, InstrumentId
from domain.money import Money
from domain.order import ChildOrder, Product, Side
from domain.routing import Charges
from orchestrator.charges.repository import Charged
from orchestrator.orders.decision_schemas import ChargesOut
from orchestrator.schemas import In, MoneyText, Out, PriceText, Time
from routing.compare import Comparison, Estimate
from routing.contract_note import ContractNote
from routing.reckoning import Cause, reckon
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

    `difference`: rupees between the dearest and the cheapest. `fund_kind`: "untold" is taxed as a fund of shares.
    """

    exchange: Exchange
    symbol: str
    side: Side
    quantity: int
    product: Product
    price: PriceText
    value: MoneyText
    segment: Segment
    ending: Ending | None
    fund: bool
    fund_kind: Fund | None
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
            ending=trade.ending,
            fund=trade.ware.fund is not None,
            fund_kind=trade.ware.fund,
            on=found.on,
            estimates=[EstimateOut.of(one) for one in found.estimates],
            cheapest=cheapest.payer.broker if cheapest else None,
            difference=found.difference,
        )


class DifferenceOut(Out):
    """`amount` rupees charged more, below zero less, for this cause."""

    cause: Cause
    amount: MoneyText


class ChildChargesOut(Out):
    """One part of an order. `predicted` when it was sent; `at_fills`: our tables on what was filled, without the DP
    charge that is billed by day; `charged`: the broker's own figure for the same, null with the reason in `unknown`.
    """

    child: str
    account: str
    broker: BrokerId
    filled_quantity: int
    predicted: ChargesOut
    at_fills: MoneyText | None
    charged: MoneyText | None
    difference: MoneyText | None
    differences: list[DifferenceOut]
    unknown: str | None
    asked_at: Time | None

    @classmethod
    def of(cls, child: ChildOrder, predicted: Charges, told: Charged | None) -> ChildChargesOut:
        sums = None
        if told and told.at_fills is not None and told.charged is not None:
            sums = reckon(predicted, at_fills=told.at_fills, charged=told.charged)
        return cls(
            child=child.id,
            account=child.account_id,
            broker=child.broker,
            filled_quantity=child.filled_quantity,
            predicted=ChargesOut.of(predicted),
            at_fills=told.at_fills if told else None,
            charged=told.charged if told else None,
            difference=sums.difference if sums else None,
            differences=[DifferenceOut.model_validate(one) for one in sums.differences] if sums else [],
            unknown=_unknown(child, told),
            asked_at=told.asked_at if told else None,
        )


def _unknown(child: ChildOrder, told: Charged | None) -> str | None:
    if told is not None:
        return told.words
    if not child.filled_quantity:
        return "Nothing was filled, so nothing is charged."
    return "Not asked yet." if child.status.final else "Still open: the broker is asked when it has ended."


class OrderChargesOut(Out):
    """Predicted and charged side by side. `charged` and `difference` are null while any filled part is unknown."""

    order: str
    predicted: MoneyText
    charged: MoneyText | None
    difference: MoneyText | None
    parts: list[ChildChargesOut]

    @classmethod
    def of(cls, order: str, parts: list[ChildChargesOut]) -> OrderChargesOut:
        filled = [one for one in parts if one.filled_quantity]
        predicted = Money.sum(one.predicted.total for one in filled or parts)
        known = [one.charged for one in filled if one.charged is not None]
        charged = Money.sum(known) if filled and len(known) == len(filled) else None
        difference = None if charged is None else charged - predicted
        return cls(order=order, predicted=predicted, charged=charged, difference=difference, parts=parts)


class SecurityTaxOut(Out):
    """STT or CTT of one security's day: the average price of all trades in it, where shares are taxed by it; units both
    bought and sold (intraday) and the rest (delivery); each tax as billed."""

    symbol: str
    average: PriceText | None
    intraday_quantity: int
    delivered_quantity: int
    intraday: MoneyText
    delivery: MoneyText


class ContractNoteOut(Out):
    """The note that a day should bring for `orders` of ours. `charges` as billed, with the note's roundings; `exact`:
    the orders' own unrounded charges. `obligation`: what the trades come to, above zero to receive; `net`: after them.
    """

    account: str
    broker: BrokerId
    day: date
    orders: int
    charges: ChargesOut
    exact: ChargesOut
    taxes: list[SecurityTaxOut]
    obligation: MoneyText
    net: MoneyText

    @classmethod
    def of(cls, account: str, note: ContractNote, orders: int) -> ContractNoteOut:
        return cls(
            account=account,
            broker=note.broker,
            day=note.day,
            orders=orders,
            charges=ChargesOut.of(note.charges),
            exact=ChargesOut.of(note.exact),
            taxes=[
                SecurityTaxOut(
                    symbol=str(tax.instrument),
                    average=tax.average,
                    intraday_quantity=tax.intraday_quantity,
                    delivered_quantity=tax.delivered_quantity,
                    intraday=tax.intraday,
                    delivery=tax.delivery,
                )
                for tax in note.taxes
            ],
            obligation=note.obligation,
            net=note.net,
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
