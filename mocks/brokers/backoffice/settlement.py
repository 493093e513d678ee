"""The end of a day for one client: trades become entries, shares bought become T1 and T1 becomes settled.

T+1 settlement of shares, daily marking of futures to market, expiry of contracts in cash (contracts on shares too:
deliveries of shares against contracts are not simulated). Paise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from mocks.brokers.backoffice.charges import Charges, exercise_charge, total
from mocks.brokers.backoffice.checks import DELIVERY
from mocks.brokers.backoffice.contract_note import ContractNote, draw_up
from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import funded_percent, is_contract, is_option, percent
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.tariff import Tariff
from mocks.exchange.model import Instrument, Side

CLOSE_OUT_PERCENT = 20  # above the settlement price, for shares sold and not delivered
ACCOUNT_OF = {line: Account(line) for line in Charges().lines()}


@dataclass(frozen=True, slots=True)
class DayEnd:
    """The day that ends and the one that begins; `charges`: does this broker take any."""

    closed: date
    opened: date
    at: datetime
    tariff: Tariff
    charges: bool


def settle(ledger: Ledger, end: DayEnd) -> None:
    """Everything of a day into the entries; what is carried starts the next one."""
    _interest(ledger, end)
    _charge(ledger, end)
    carried: dict[tuple[str, Product], Position] = {}
    _deliver_sold(ledger)
    for (key, product), position in ledger.positions.items():
        instrument = ledger.market.instrument(key)
        if is_contract(instrument):
            kept = _contract(ledger, end, instrument, position)
            if kept is not None:
                _merge(carried, kept)
        else:
            _shares(ledger, end, instrument, product, position)
    ledger.positions = carried
    ledger.holdings = {isin: held for isin, held in ledger.holdings.items() if not held.empty}
    _begin(ledger)


def note_of(ledger: Ledger, day: date, at: datetime, tariff: Tariff, *, charges: bool) -> ContractNote:
    """The contract note of the day so far."""
    note = draw_up(
        user_id=ledger.user.user_id,
        day=day,
        at=at,
        orders=ledger.orders.values(),
        delivered={isin: value for isin, value in ledger.delivered.items() if value},
        market=ledger.market,
        tariff=tariff,
        extra=_expiries(ledger, day, tariff),
    )
    if not charges:
        note.charges.update(dict.fromkeys(note.charges, 0))
    return note


def _charge(ledger: Ledger, end: DayEnd) -> None:
    note = note_of(ledger, end.closed, end.at, end.tariff, charges=end.charges)
    if not note.trades and not note.total_charges:
        return
    _file(ledger, note)
    for line, amount in note.charges.items():
        ledger.daybook.write(end.at, end.closed, Occasion.CHARGES, ACCOUNT_OF[line], -amount)


def _file(ledger: Ledger, note: ContractNote) -> None:
    """A day that is settled by hand and goes on has one note all the same."""
    day = note.day.isoformat()
    earlier = ledger.notes.get(day)
    if earlier is None:
        ledger.notes[day] = note
        return
    charges = {line: amount + earlier.charges[line] for line, amount in note.charges.items()}
    ledger.notes[day] = replace(
        note,
        trades=[*earlier.trades, *note.trades],
        charges=charges,
        obligation=earlier.obligation + note.obligation,
    )


def square_off_at_last(ledger: Ledger) -> None:
    """Close intraday positions at the last price without an order, for a day that is ended by hand."""
    for position in ledger.positions.values():
        if position.product is Product.MIS and position.quantity:
            side = Side.SELL if position.quantity > 0 else Side.BUY
            position.add(side, abs(position.quantity), ledger.market.last(position.key))


def _expiries(ledger: Ledger, day: date, tariff: Tariff) -> Charges:
    """Tax and brokerage on options that end in the money on `day`."""
    found = []
    for position in ledger.positions.values():
        instrument = ledger.market.instrument(position.key)
        if position.quantity and is_option(instrument) and _ends(instrument, day):
            worth = ledger.market.settlement(position.key)
            if worth:
                found.append(exercise_charge(tariff, instrument, position.quantity, worth, day))
    return total(found)


def _ends(instrument: Instrument, day: date) -> bool:
    return bool(instrument.expiry) and date.fromisoformat(instrument.expiry) <= day


def _interest(ledger: Ledger, end: DayEnd) -> None:
    """Loans from before today, and a balance below zero, cost interest for every calendar day until the next."""
    days = (end.opened - end.closed).days
    owed = end.tariff.interest.of(ledger.daybook.loan, days)
    overdrawn = max(0, -ledger.daybook.balance)
    owed += end.tariff.overdraft.of(overdrawn, days)
    ledger.daybook.write(end.at, end.closed, Occasion.INTEREST, Account.INTEREST, -owed)


def _contract(ledger: Ledger, end: DayEnd, instrument: Instrument, position: Position) -> Position | None:
    """Mark to market or pay the premium; what is left of it tomorrow."""
    ends = _ends(instrument, end.closed)
    flow = position.day_sell_value - position.day_buy_value
    if is_option(instrument):
        _write(ledger, end, Occasion.PREMIUM, flow, position.key)
        if ends:
            worth = position.quantity * ledger.market.settlement(position.key)
            _write(ledger, end, Occasion.EXPIRY, worth, position.key)
        marked = 0
    else:
        marked = ledger.market.settlement(position.key)
        flow += position.quantity * marked - position.overnight_quantity * position.marked_price
        _write(ledger, end, Occasion.EXPIRY if ends else Occasion.MARK_TO_MARKET, flow, position.key)
    if ends or not position.quantity:
        return None
    return Position(
        position.key, Product.NRML, position.quantity, round(position.average), marked_price=marked
    )


def _merge(carried: dict[tuple[str, Product], Position], kept: Position) -> None:
    """An intraday position that nobody closed is carried with the rest of its contract."""
    other = carried.setdefault((kept.key, kept.product), kept)
    if other is kept:
        return
    quantity = other.overnight_quantity + kept.overnight_quantity
    cost = other.overnight_quantity * other.overnight_price + kept.overnight_quantity * kept.overnight_price
    if quantity:
        other.overnight_price = abs(round(cost / quantity))
        other.overnight_quantity = quantity
    else:
        del carried[kept.key, kept.product]


def _shares(
    ledger: Ledger, end: DayEnd, instrument: Instrument, product: Product, position: Position
) -> None:
    flow = position.day_sell_value - position.day_buy_value
    _write(ledger, end, Occasion.SHARES, flow, position.key)
    if product is Product.MTF:
        _lend(ledger, end, instrument, position)
    elif product in DELIVERY or position.quantity > 0:
        if position.quantity > 0:
            _receive(ledger, instrument, position)
    elif position.quantity < 0:
        price = ledger.market.settlement(position.key) * (100 + CLOSE_OUT_PERCENT) // 100
        _write(ledger, end, Occasion.CLOSE_OUT, position.quantity * price, position.key)


def _deliver_sold(ledger: Ledger) -> None:
    """T1 arrives, and what was sold out of the account goes."""
    for held in ledger.holdings.values():
        held.quantity += held.t1 - held.used
        held.t1 = held.used = held.authorised = 0
        held.authorised_until = None


def _receive(ledger: Ledger, instrument: Instrument, position: Position) -> None:
    held = ledger.holding(instrument.isin, position.key)
    cost = held.average * held.owned + position.average * position.quantity
    held.t1 += position.quantity
    held.average = cost / held.owned


def _lend(ledger: Ledger, end: DayEnd, instrument: Instrument, position: Position) -> None:
    """The broker pays his part of funded purchases; sales pay him back in proportion."""
    held = ledger.holding(instrument.isin, position.key)
    if held.mtf_used:
        repaid = ledger.repayment(instrument)
        _write(ledger, end, Occasion.REPAYMENT, -repaid, position.key, Account.LENDER)
        sold = min(held.mtf_used, held.mtf_quantity)
        held.mtf_value -= held.mtf_value * sold // held.mtf_quantity
        held.mtf_loan -= repaid
        held.mtf_quantity -= sold
        held.mtf_used = 0
    if position.quantity > 0:
        cost = round(position.average * position.quantity)
        loan = cost - percent(cost, funded_percent(instrument))
        _write(ledger, end, Occasion.LOAN, loan, position.key, Account.LENDER)
        held.mtf_quantity += position.quantity
        held.mtf_value += cost
        held.mtf_loan += loan


def _write(
    ledger: Ledger,
    end: DayEnd,
    occasion: Occasion,
    amount: int,
    key: str,
    other: Account = Account.CLEARING,
) -> None:
    ledger.daybook.write(end.at, end.closed, occasion, other, amount, key)


def _begin(ledger: Ledger) -> None:
    """A new day: only orders that are not over stay."""
    ledger.payin = 0
    ledger.charges = 0
    ledger.unpaid.clear()
    ledger.delivered.clear()
    ledger.orders = dict(ledger.live)
    ledger.by_tag = {}
    for order in ledger.orders.values():
        if order.tag:
            ledger.by_tag.setdefault(order.tag, []).append(order.order_id)
