"""What a client gets out of corporate actions, and when: shares, averages, money in the bank, conditional orders."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, time

import orjson
import pytest

from mocks import seed
from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.conditional import Conditional, Leg, Role, Shape, Status, Trigger
from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.portfolio import Holding
from mocks.brokers.backoffice.profile import IST
from mocks.exchange.actions import Action, ActionKind
from mocks.exchange.model import Add, OrderType, Side
from mocks.exchange.venue import Exchange
from tests.mocks.backoffice.desk import PROFILE, USER, listed

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (16, 17, 18, 19))
POWER, MM, ITC = "NSE:ADANIPOWER", "NSE:M&MFIN", "NSE:ITC"
FEW = tuple(one for one in listed(MONDAY) if one.key in (POWER, MM, ITC, "BSE:ADANIPOWER"))


def ns(day: date, hour: int) -> int:
    return int(datetime.combine(day, time(hour), IST).timestamp()) * 10**9


class Branch:
    def __init__(self, **holdings: int) -> None:
        self.exchange = Exchange(FEW, seed=1, start_ns=ns(MONDAY, 10), flow=False, always_open=False)
        self.office = BackOffice(self.exchange, PROFILE)
        self.office.switches = replace(self.office.switches, charges=False)
        seed.create(
            self.office,
            seed.NewUser(
                user_id=USER,
                cash=10_000_000_00,
                holdings=[
                    seed.Owned(key.replace("_", ":").replace("MM", "M&M"), quantity, 100_00.0)
                    for key, quantity in holdings.items()
                ],
            ),
        )

    def held(self, key: str) -> Holding:
        return self.office.ledger(USER).holdings[self.exchange.instruments[key].isin]

    def buy(self, key: str, quantity: int, product: Product = Product.CNC) -> int:
        price = self.exchange.quote(key).last_price
        number = self.exchange.next_order_number()
        self.exchange.submit(Add(key, number, Side.SELL, OrderType.LIMIT, quantity, price, client="SOMEBODY"))
        self.office.place(USER, OrderRequest(key, Side.BUY, OrderType.LIMIT, product, quantity, price))
        return price

    def morning(self, day: date) -> None:
        self.exchange.advance(ns(day, 10))


def test_a_split_multiplies_settled_new_and_pledged_shares_and_keeps_their_cost() -> None:
    branch = Branch(NSE_ADANIPOWER=100)
    branch.office.pledge(USER, branch.held(POWER).isin, 40)
    price = branch.buy(POWER, 7)
    branch.exchange.announce(Action(POWER, ActionKind.SPLIT, TUESDAY, new=5))
    branch.morning(TUESDAY)
    held = branch.held(POWER)
    assert (held.quantity, held.t1, held.pledged) == (500, 35, 200)
    assert held.average * held.owned == pytest.approx(100 * 100_00 + 7 * price)
    branch.morning(WEDNESDAY)
    assert (branch.held(POWER).quantity, branch.held(POWER).t1) == (535, 0)


def test_bonus_shares_come_when_they_are_due_and_not_to_who_bought_on_the_ex_date() -> None:
    branch = Branch(NSE_MMFIN=101)
    branch.exchange.announce(Action(MM, ActionKind.BONUS, TUESDAY, new=1, old=2, days=2))
    branch.morning(TUESDAY)
    branch.buy(MM, 10)
    branch.morning(WEDNESDAY)
    assert branch.held(MM).owned == 111
    before = branch.held(MM).average * 111
    branch.morning(THURSDAY)
    assert branch.held(MM).owned == 161  # 50 for 101: the fraction is not given
    assert branch.held(MM).average * 161 == pytest.approx(before)


def test_who_sells_everything_on_the_ex_date_gets_the_bonus_all_the_same() -> None:
    branch = Branch(NSE_MMFIN=100)
    branch.exchange.announce(Action(MM, ActionKind.BONUS, TUESDAY, days=1))
    branch.morning(TUESDAY)
    price = branch.exchange.quote(MM).bids[0].price
    branch.office.place(USER, OrderRequest(MM, Side.SELL, OrderType.LIMIT, Product.CNC, 100, price))
    branch.morning(WEDNESDAY)
    assert (branch.held(MM).owned, branch.held(MM).average) == (100, 0.0)


def test_a_broker_may_go_on_showing_the_old_average() -> None:
    branch = Branch(NSE_ADANIPOWER=100)
    branch.office.switches = replace(branch.office.switches, adjusted_averages=False)
    branch.exchange.announce(Action(POWER, ActionKind.SPLIT, TUESDAY, new=5))
    branch.morning(TUESDAY)
    assert (branch.held(POWER).owned, branch.held(POWER).average) == (500, 100_00.0)


def test_shares_on_the_brokers_money_split_and_their_loan_stays() -> None:
    branch = Branch()
    price = branch.buy(POWER, 10, Product.MTF)
    branch.exchange.announce(Action(POWER, ActionKind.SPLIT, TUESDAY, new=5))
    branch.morning(TUESDAY)
    held = branch.held(POWER)
    assert (held.mtf_quantity, held.mtf_value, held.mtf_loan) == (50, 10 * price, 5 * price)


def test_a_dividend_goes_to_the_bank_when_it_is_due_and_never_through_the_account() -> None:
    branch = Branch(NSE_ITC=30)
    ledger = branch.office.ledger(USER)
    bank, cash = ledger.daybook.balance_of(Account.BANK), branch.office.funds(USER).cash
    branch.exchange.announce(Action(ITC, ActionKind.DIVIDEND, TUESDAY, amount=650, days=1))
    branch.morning(TUESDAY)
    assert ledger.daybook.balance_of(Account.BANK) == bank
    branch.morning(WEDNESDAY)
    assert ledger.daybook.balance_of(Account.BANK) == bank + 30 * 650
    assert branch.office.funds(USER).cash == cash
    (entry,) = [one for one in ledger.daybook.entries if one.occasion is Occasion.DIVIDEND]
    assert (entry.debit, entry.credit, entry.key, entry.day) == (
        Account.COMPANY,
        Account.BANK,
        ITC,
        WEDNESDAY,
    )


def test_a_day_ended_by_hand_is_no_ex_date() -> None:
    branch = Branch(NSE_ADANIPOWER=100)
    branch.exchange.announce(Action(POWER, ActionKind.SPLIT, TUESDAY, new=5))
    branch.office.settle()
    assert branch.held(POWER).quantity == 100
    branch.morning(TUESDAY)
    assert branch.held(POWER).quantity == 500


def test_conditional_orders_on_the_share_are_disabled() -> None:
    branch = Branch(NSE_ADANIPOWER=100, NSE_ITC=10)
    made = []
    for key in (POWER, ITC):
        price = branch.exchange.quote(key).last_price // 10 * 9 // 5 * 5
        request = OrderRequest(key, Side.SELL, OrderType.LIMIT, Product.CNC, 10, price)
        leg = Leg(Role.ENTRY, Trigger.BELOW, price, request)
        made.append(branch.office.conditionals.place(USER, Conditional(key, Shape.SINGLE, [leg])))
    branch.exchange.announce(Action(POWER, ActionKind.SPLIT, TUESDAY, new=5))
    branch.morning(TUESDAY)
    assert [one.status for one in made] == [Status.DISABLED, Status.ACTIVE]


def test_what_is_to_come_survives_a_restart() -> None:
    branch = Branch(NSE_MMFIN=100)
    branch.exchange.announce(Action(MM, ActionKind.BONUS, TUESDAY, days=2))
    branch.morning(TUESDAY)
    kept = json.loads(orjson.dumps(snapshot.dump(branch.office)))
    later = Exchange(FEW, seed=1, start_ns=branch.exchange.now, flow=False, always_open=False)
    office = BackOffice(later, PROFILE)
    snapshot.load(office, kept)
    later.advance(ns(THURSDAY, 10))
    assert office.ledger(USER).holdings[later.instruments[MM].isin].owned == 200
