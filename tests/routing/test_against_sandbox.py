"""Our charges against those of the sandbox's back office, written apart from ours: no difference on any trade."""

import random
from datetime import date, datetime
from decimal import Decimal
from typing import cast

import pytest

from domain.account import BrokerId
from domain.fees import Ware
from domain.instrument import Exchange, InstrumentId, Kind
from domain.money import Money, Price
from domain.order import Product, Side
from domain.routing import Charges
from mocks.brokers.backoffice import charges as theirs
from mocks.brokers.backoffice import contract_note as their_note
from mocks.brokers.backoffice import orders as their_orders
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.rates.shelf import tariff_of
from mocks.exchange import model
from routing.compare import LISTS, Payer, compare
from routing.contract_note import Executed, draw_up
from routing.expiry import assigned, exercised
from routing.fees import Trade, charges

TODAY = date(2026, 11, 20)
NAMES = {
    BrokerId.ZERODHA: "kite",
    BrokerId.UPSTOX: "upstox",
    BrokerId.GROWW: "groww",
    BrokerId.MOCK: "mock",
}
DAYS = {
    BrokerId.ZERODHA: [date(2024, 10, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31)],
    BrokerId.UPSTOX: [],  # our table of its own fees begins on 1 April 2026
    BrokerId.GROWW: [date(2025, 6, 21), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31)],
    BrokerId.MOCK: [date(2024, 10, 1), date(2026, 3, 1)],
}
WHAT = [
    (Exchange.NSE, Kind.EQUITY, Product.CNC),
    (Exchange.NSE, Kind.EQUITY, Product.MIS),
    (Exchange.NSE, Kind.EQUITY, Product.MTF),
    (Exchange.BSE, Kind.EQUITY, Product.CNC),
    (Exchange.BSE, Kind.EQUITY, Product.MIS),
    (Exchange.NFO, Kind.FUTURE, Product.NRML),
    (Exchange.NFO, Kind.CALL, Product.MIS),
    (Exchange.NFO, Kind.PUT, Product.NRML),
    (Exchange.BFO, Kind.FUTURE, Product.MIS),
    (Exchange.BFO, Kind.CALL, Product.NRML),
]
SIDES = {Side.BUY: model.Side.BUY, Side.SELL: model.Side.SELL}
ISIN = "INE009A01021"


def listing(instrument: InstrumentId, kind: Kind, isin: str = ISIN) -> model.Instrument:
    return model.Instrument(
        str(instrument), instrument.exchange, instrument.symbol, instrument.symbol, model.Kind(kind.value), 1,
        isin, 1, 5, 10**6, 10_000, None,
    )  # fmt: skip


def seeded(broker: BrokerId, count: int) -> list[tuple[Trade, date]]:
    """Trades of every size, segment and day."""
    dice = random.Random(f"charges {broker}")
    trades = []
    for number in range(count):
        exchange, kind, product = WHAT[number % len(WHAT)]
        quantity = dice.choice((1, 3, 65, 400, 25_000))
        paise = dice.choice((dice.randint(5, 999), dice.randint(1_000, 99_999), dice.randint(10**5, 10**7)))
        trade = Trade(exchange, kind, product, dice.choice(list(Side)), quantity, Price.paise(paise))
        trades.append((trade, dice.choice([date(2026, 4, 1), TODAY, *DAYS[broker]])))
    return trades


@pytest.mark.parametrize("broker", list(BrokerId))
def test_no_order_costs_another_sum_than_in_the_sandbox(broker: BrokerId) -> None:
    for trade, day in seeded(broker, 400):
        ours = charges(broker, trade, on=day, dp_due=False)
        what = listing(InstrumentId(trade.exchange, "X"), trade.kind)
        product = their_orders.Product(trade.product.value)
        paise = int(trade.price.amount * 100)
        leg = theirs.Leg(what.key, SIDES[trade.side], product, trade.quantity, paise)
        found = theirs.charge(tariff_of(NAMES[broker]), what, leg, day)
        assert ours == Charges(
            brokerage=Money(found.brokerage),
            stt=Money(found.stt),
            exchange=Money(found.exchange + found.ipft),
            sebi=Money(found.sebi),
            stamp=Money(found.stamp),
            gst=Money(found.gst),
        ), (trade, day)
        assert ours.total.amount == found.total


@pytest.mark.parametrize("broker", list(BrokerId))
@pytest.mark.parametrize("value", ["0.05", "99.99", "100", "250000"])
def test_the_depository_and_the_desk_take_the_same(broker: BrokerId, value: str) -> None:
    name, rupees = tariff_of(NAMES[broker]), Decimal(value)
    sale = Trade(Exchange.NSE, Kind.EQUITY, Product.CNC, Side.SELL, 1, Price.of(value), by_desk=True)
    ours = charges(broker, sale, on=TODAY)
    assert ours.dp.amount == theirs.demat_charge(name, rupees).total
    assert ours.desk.amount == theirs.desk_charge(name, 1).total


@pytest.mark.parametrize("broker", list(BrokerId))
@pytest.mark.parametrize("day", [TODAY, date(2026, 4, 1)])
def test_an_exercised_option_costs_the_same(broker: BrokerId, day: date) -> None:
    option = listing(InstrumentId(Exchange.NFO, "X"), Kind.CALL, "")
    for quantity, paise in ((65, 12_345), (1, 5), (1_800, 99_999)):
        given = {"quantity": quantity, "intrinsic": Price.paise(paise), "on": day}
        held = exercised(broker, Exchange.NFO, **given)  # type: ignore[arg-type]
        written = assigned(broker, Exchange.NFO, **given)  # type: ignore[arg-type]
        tariff_there = tariff_of(NAMES[broker])
        assert held.total.amount == theirs.exercise_charge(tariff_there, option, quantity, paise, day).total
        assert (
            written.total.amount == theirs.exercise_charge(tariff_there, option, -quantity, paise, day).total
        )


def test_a_loan_costs_the_same_a_day() -> None:
    for rupees in (1, 39_999, 40_000, 40_001, 365_000, 1_234_567):
        buy = Trade(Exchange.NSE, Kind.EQUITY, Product.MTF, Side.BUY, 1, Price.of(rupees))
        for one in compare(buy, map(Payer, LISTS), on=TODAY).estimates:
            assert one.funded is not None
            there = tariff_of(NAMES[one.payer.broker]).interest.of(rupees * 100, 1)
            assert one.funded.interest_per_day.rounded() == Money.paise(there)


class _Listed:
    """The part of the sandbox's market that a note looks at."""

    def __init__(self, day: list[Executed]) -> None:
        self._known = {str(one.instrument): listing(one.instrument, one.kind, one.isin or "") for one in day}

    def instrument(self, key: str) -> model.Instrument:
        return self._known[key]


def _order(number: int, one: Executed) -> their_orders.Order:
    at = datetime(2026, 11, 20, 12, tzinfo=IST)
    request = their_orders.OrderRequest(
        str(one.instrument),
        SIDES[one.side],
        model.OrderType.LIMIT,
        their_orders.Product(one.product.value),
        one.quantity,
        extra={their_note.SQUARED_OFF: "1"} if one.by_desk else {},
    )
    return their_orders.Order(
        str(number), "U1", request, at, one.quantity, 0, 0, 0, request.type, request.validity, None,
        filled=one.quantity, filled_value=int(one.value.amount * 100),
    )  # fmt: skip


def a_day(seed: int) -> list[Executed]:
    dice = random.Random(f"day {seed}")
    names = {"A": "INE001A01011", "B": "INE002A01022", "C": "INE003A01033"}
    day = []
    for _ in range(dice.randint(1, 8)):
        exchange, kind, product = dice.choice(WHAT)
        quantity = dice.choice((1, 7, 65, 300))
        isin = symbol = ""
        if kind is Kind.EQUITY:
            symbol, isin = dice.choice(list(names.items()))
        value = Money.paise(sum(dice.randint(100, 300_000) for _ in range(3)) * quantity // 3)
        instrument = InstrumentId(exchange, symbol or f"X26NOV{kind.value}")
        side = dice.choice(list(Side))
        day.append(
            Executed(
                instrument, kind, product, side, quantity, value, isin or None, Ware(), dice.random() < 0.1
            )
        )
    return day


@pytest.mark.parametrize("broker", list(BrokerId))
def test_the_contract_notes_agree_line_by_line(broker: BrokerId) -> None:
    for seed in range(60):
        day = a_day(seed)
        ours = draw_up(broker, day, on=TODAY)
        # Which shares left the demat account is another office's matter there: it is told.
        without = draw_up(broker, [one for one in day if one.kind is not Kind.EQUITY], on=TODAY)
        note = their_note.draw_up(
            user_id="U1",
            day=TODAY,
            at=datetime(2026, 11, 20, 18, tzinfo=IST),
            orders=[_order(number, one) for number, one in enumerate(day)],
            delivered={},
            market=cast(Market, _Listed(day)),
            tariff=tariff_of(NAMES[broker]),
        )
        lines = {name: Money.paise(paise) for name, paise in note.charges.items()}
        billed = ours.charges
        assert without.charges.dp == Money.of(0)
        assert (billed.brokerage, billed.stt, billed.sebi) == (
            lines["brokerage"],
            lines["stt"],
            lines["sebi"],
        )
        assert billed.stamp == lines["stamp"]
        # Here IPFT is part of the exchange's line and the desk's GST part of the desk's: a paisa of rounding at most.
        assert abs(billed.exchange - lines["exchange"] - lines["ipft"]) <= Money.of("0.01")
        assert abs(billed.gst + billed.desk - lines["gst"] - lines["desk"]) <= Money.of("0.01")
