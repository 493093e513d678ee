"""What a contract costs that is not closed before it expires. Rupees, exact; no exchange charge is due."""

from __future__ import annotations

from datetime import date

from domain.account import BrokerId
from domain.fees import STANDARD, Ending, FeePlan
from domain.instrument import Exchange, Kind
from domain.money import Money, Price
from domain.order import Product, Side
from domain.routing import Charges
from routing.fees import SCHEDULES, ChargesUnknown, Trade, charges, known, segment_of, tariff
from routing.schedules import statutory
from routing.schedules.table import NIL, Segment


def cost(broker: BrokerId, trade: Trade, *, on: date, plan: FeePlan = STANDARD) -> Charges:
    """Of an order, or of the end of a contract. Raises ChargesUnknown, also for an end that it cannot have."""
    option = trade.kind in (Kind.CALL, Kind.PUT)
    match trade.ending:
        case None:
            return charges(broker, trade, on=on, plan=plan)
        case Ending.EXERCISED if option:
            return exercised(
                broker, trade.exchange, quantity=trade.quantity, intrinsic=trade.price, on=on, plan=plan
            )
        case Ending.ASSIGNED if option:
            return assigned(
                broker, trade.exchange, quantity=trade.quantity, intrinsic=trade.price, on=on, plan=plan
            )
        case Ending.DELIVERED if trade.exchange in (Exchange.NFO, Exchange.BFO):
            return delivered(broker, trade.side, quantity=trade.quantity, price=trade.price, on=on, plan=plan)
        case _:
            raise ChargesUnknown(f"A {trade.kind} of {trade.exchange} is not {trade.ending}.")


def exercised(
    broker: BrokerId,
    exchange: Exchange,
    *,
    quantity: int,
    intrinsic: Price,
    on: date,
    plan: FeePlan = STANDARD,
) -> Charges:
    """Of who holds an option that ends `intrinsic` rupees a unit in the money, settled in cash: he pays the tax."""
    value = intrinsic * quantity
    rows = statutory.EXERCISE_CTT if exchange is Exchange.MCX else statutory.EXERCISE_STT
    rate = NIL if exchange in (Exchange.CDS, Exchange.BCD) else known(rows, on, "tax on exercised options")
    return _brokerage(broker, exchange, value, on, plan) + Charges(stt=value * rate)


def assigned(
    broker: BrokerId,
    exchange: Exchange,
    *,
    quantity: int,
    intrinsic: Price,
    on: date,
    plan: FeePlan = STANDARD,
) -> Charges:
    """Of who wrote it: no tax."""
    return _brokerage(broker, exchange, intrinsic * quantity, on, plan)


def delivered(
    broker: BrokerId, side: Side, *, quantity: int, price: Price, on: date, plan: FeePlan = STANDARD
) -> Charges:
    """Of a contract on a share that ends in the share itself, taken (BUY) or given (SELL) at the settlement `price`.

    Both sides pay the tax of a delivery on the whole value, who takes the shares the stamp duty. Raises ChargesUnknown
    where the broker's rate is not known.
    """
    value = price * quantity
    name = f"{broker.value.title()} brokerage on physical delivery"
    fee = known(SCHEDULES[broker].delivered, on, name).of(value.amount)
    fees = tariff(broker, Exchange.NSE, Segment.DELIVERY, side, on, plan=plan)
    whole = fees.charges(value)
    return Charges(
        brokerage=Money(fee), stt=whole.stt, stamp=whole.stamp, gst=Money(fee * fees.gst), dp=whole.dp
    )


def _brokerage(broker: BrokerId, exchange: Exchange, value: Money, on: date, plan: FeePlan) -> Charges:
    if not known(SCHEDULES[broker].expiry, on, f"{broker.value.title()} brokerage at expiry"):
        return Charges()
    segment = segment_of(exchange, Kind.CALL, Product.NRML)
    fees = tariff(broker, exchange, segment, Side.SELL, on, plan=plan)
    fee = fees.brokerage.of(value.amount)
    return Charges(brokerage=Money(fee), gst=Money(fee * fees.gst))
