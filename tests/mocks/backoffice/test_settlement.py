"""The end of a day: notes, entries, T+1, contracts, loans, the square-off hour and the depository's leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import orjson
import pytest

from mocks import seed
from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Order, Product
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.rates.shelf import TARIFFS
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import Kind, Side
from mocks.exchange.venue import Exchange
from tests.mocks.backoffice.desk import INFY, PROFILE, USER, Desk, listed

LAKH = 100_000_00
FUTURE = "NFO:NIFTY26DECFUT"
NOON = datetime(
    2026, 11, 23, 12, 0, tzinfo=IST
)  # a Monday; Tuesday is a holiday, so the week's options end on it
TODAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 25)
KITE = replace(PROFILE, tariff=TARIFFS["kite"])


class Days(Desk):
    """A desk at an exchange that keeps its hours."""

    def __init__(self, *, cash: int = 50 * LAKH, start: datetime = NOON, ddpi: bool = True) -> None:
        start_ns = int(start.timestamp()) * 10**9
        self.exchange = Exchange(
            listed(start.date()), seed=1, start_ns=start_ns, flow=False, always_open=False
        )
        self.office = BackOffice(self.exchange, KITE)
        self.user = seed.create(self.office, seed.NewUser(user_id=USER, cash=cash, ddpi=ddpi))

    def go(self, moment: datetime) -> None:
        self.exchange.advance(int(moment.timestamp()) * 10**9)

    def next_day(self) -> None:
        """To ten in the morning of the next trading day."""
        day = self.exchange.calendar.trading_day_after(self.exchange.day)
        self.go(datetime(day.year, day.month, day.day, 10, 0, tzinfo=IST))

    def deal(self, side: str, key: str, product: str = "NRML", quantity: int = 65) -> Order:
        """At the best price of the other side: nobody has traded the contract today."""
        price = (self.ask(key) if side == "BUY" else self.bid(key)) / 100
        return self.place(f"{side} {quantity} {key} {product} LIMIT {price}")

    def moved(self, occasion: Occasion) -> int:
        """Paise to the client."""
        return sum(e.to_client for e in self.office.ledger_entries(USER) if e.occasion is occasion)

    def hold(self) -> tuple[int, int]:
        held = {one.key: one for one in self.office.holdings(USER)}.get(INFY)
        return (held.quantity, held.t1) if held else (0, 0)


def near_call(desk: Desk, expiry: date = TODAY, *, above: int = 0) -> str:
    """The call of that expiry whose strike is nearest to the index plus `above` (paise)."""
    wanted = desk.price("NSE:NIFTY 50") + above
    calls = [
        one
        for one in desk.exchange.instruments.values()
        if one.kind is Kind.CALL and one.underlying == "NSE:NIFTY 50" and one.expiry == expiry.isoformat()
    ]
    return min(calls, key=lambda one: abs(one.strike - wanted)).key


def test_shares_bought_today_are_t1_the_next_trading_day_and_settled_the_day_after() -> None:
    desk = Days()
    bought = desk.place("BUY 10 NSE:INFY CNC MARKET")
    assert desk.hold() == (0, 0)
    desk.next_day()
    assert (desk.exchange.day, desk.hold()) == (WEDNESDAY, (0, 10))
    assert desk.office.positions(USER) == []
    assert desk.office.orders(USER) == []
    assert desk.moved(Occasion.SHARES) == -bought.filled_value
    desk.next_day()
    assert desk.hold() == (10, 0)


def test_a_share_bought_yesterday_may_be_sold_before_it_arrives() -> None:
    desk = Days()
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    desk.next_day()
    desk.place("SELL 4 NSE:INFY CNC MARKET")
    assert desk.refused("SELL 7 NSE:INFY CNC MARKET").code is Code.INSUFFICIENT_HOLDINGS
    desk.next_day()
    assert desk.hold() == (6, 0)


def test_the_note_of_a_day_is_what_is_debited_and_stays() -> None:
    desk = Days()
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    desk.place("SELL 10 NSE:INFY MIS MARKET")
    sold = desk.place("SELL 20 NSE:INFY CNC MARKET")
    running = desk.office.contract_note(USER)
    assert desk.office.funds(USER).charges > 0
    desk.next_day()
    note = desk.office.contract_note(USER, TODAY)
    assert note.charges == running.charges
    assert desk.moved(Occasion.CHARGES) == -note.total_charges
    assert note.charges["demat"] == 13_00
    assert note.charges["stt"] % 100 == 0  # whole rupees
    assert len(note.trades) == len(running.trades)
    assert note.net == note.obligation - note.total_charges
    assert sold.filled_value > 0 == desk.office.funds(USER).charges
    with pytest.raises(Refusal) as no:
        desk.office.contract_note(USER, date(2026, 11, 20))
    assert no.value.code is Code.NO_CONTRACT_NOTE


def test_stt_is_of_the_days_average_shares_bought_and_sold_as_intraday() -> None:
    """Zerodha's own example: 500 and 200 bought at 100 and 110, 500 sold at 105."""
    desk = Days()
    desk.office.set_position(USER, INFY, Product.CNC, 0, 0)
    for side, quantity, price in (("BUY", 500, 100_00), ("SELL", 500, 105_00), ("BUY", 200, 110_00)):
        order = desk.place(f"BUY {quantity} NSE:INFY CNC LIMIT 1450")  # rests: its fills are written by hand
        order.filled, order.filled_value = quantity, quantity * price
        order.request = replace(order.request, side=Side[side])
    assert desk.office.contract_note(USER).charges["stt"] == 13_00 + 21_00


def test_nothing_is_charged_when_charges_are_switched_off() -> None:
    desk = Days()
    desk.office.switches = replace(desk.office.switches, charges=False)
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    assert desk.office.funds(USER).charges == 0
    desk.next_day()
    assert desk.moved(Occasion.CHARGES) == 0
    assert desk.office.contract_note(USER, TODAY).total_charges == 0


def test_a_future_is_marked_to_market_every_day_and_keeps_its_cost() -> None:
    desk = Days()
    bought = desk.deal("BUY", FUTURE)
    desk.next_day()
    (carried,) = desk.office.positions(USER)
    marked = carried.marked_price
    assert desk.moved(Occasion.MARK_TO_MARKET) == 65 * marked - bought.filled_value
    assert carried.overnight_price == round(bought.average)
    sold = desk.deal("SELL", FUTURE)
    assert desk.office.funds(USER).realised == sold.filled_value - 65 * marked
    desk.next_day()
    assert desk.moved(Occasion.MARK_TO_MARKET) == sold.filled_value - bought.filled_value
    assert desk.office.positions(USER) == []


def test_a_carried_and_traded_position_keeps_its_overnight_and_day_parts() -> None:
    desk = Days()
    desk.deal("BUY", FUTURE)
    desk.next_day()
    desk.deal("BUY", FUTURE)
    desk.deal("SELL", FUTURE)
    (position,) = desk.office.positions(USER)
    assert (position.overnight_quantity, position.day_buy_quantity, position.day_sell_quantity) == (
        65,
        65,
        65,
    )
    assert (position.quantity, position.day_quantity) == (65, 0)


def test_an_option_pays_its_premium_and_is_worth_its_distance_at_the_end() -> None:
    desk = Days()
    call = near_call(desk, above=-300_00)
    bought = desk.deal("BUY", call)
    assert desk.office.funds(USER).premium == bought.filled_value
    desk.go(NOON.replace(hour=16, minute=30))
    worth = desk.exchange.settlement_price(call)
    desk.next_day()
    assert desk.office.positions(USER) == []
    assert desk.moved(Occasion.PREMIUM) == -bought.filled_value
    assert desk.moved(Occasion.EXPIRY) == 65 * worth > 0
    note = desk.office.contract_note(USER, TODAY)
    assert note.charges["stt"] == round(65 * worth * 0.0015)  # 0.15 % of what it was worth, by its holder
    assert note.charges["brokerage"] == 40_00  # the purchase, and the exercise


def test_an_option_out_of_the_money_ends_without_a_movement() -> None:
    desk = Days()
    sold = desk.deal("SELL", near_call(desk, above=400_00))
    desk.next_day()
    assert desk.office.positions(USER) == []
    assert desk.moved(Occasion.PREMIUM) == sold.filled_value
    assert desk.moved(Occasion.EXPIRY) == 0


def test_a_carried_option_holds_no_premium_and_pays_in_full_when_it_is_sold() -> None:
    desk = Days()
    call = near_call(desk, date(2026, 12, 29))
    desk.deal("BUY", call)
    desk.next_day()
    before = desk.office.funds(USER)
    assert before.premium == 0
    sold = desk.deal("SELL", call)
    after = desk.office.funds(USER)
    assert after.available == before.available + sold.filled_value - after.charges


def test_a_funded_purchase_borrows_pays_interest_and_is_paid_back() -> None:
    desk = Days()
    bought = desk.place("BUY 100 NSE:INFY MTF MARKET")
    own = -(-bought.filled_value * 25 // 100)
    assert (desk.office.funds(USER).delivery_debit, desk.office.funds(USER).mtf_margin) == (own, own)
    desk.next_day()
    (held,) = desk.office.holdings(USER)
    loan = bought.filled_value - own
    assert (held.quantity, held.mtf_quantity, held.mtf_loan) == (0, 100, loan)
    assert desk.moved(Occasion.INTEREST) == 0  # from T+1
    assert desk.refused("SELL 1 NSE:INFY CNC MARKET").code is Code.INSUFFICIENT_HOLDINGS
    desk.next_day()
    assert desk.moved(Occasion.INTEREST) == -desk.office.tariff.interest.of(loan, 1)
    sold = desk.place("SELL 40 NSE:INFY MTF MARKET")
    repaid = loan * 40 // 100
    assert desk.office.funds(USER).sale_credit == sold.filled_value - repaid
    desk.next_day()
    (held,) = desk.office.holdings(USER)
    assert (held.mtf_quantity, held.mtf_loan) == (60, loan - repaid)
    assert desk.office.funds(USER).mtf_loan == loan - repaid


def test_intraday_positions_are_closed_by_real_orders_at_the_brokers_hour() -> None:
    desk = Days()
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    waiting = desk.place("SELL 10 NSE:INFY MIS LIMIT 1600")
    kept = desk.place("BUY 10 NSE:INFY CNC LIMIT 1450")
    desk.go(NOON.replace(hour=15, minute=9, second=59))
    assert not waiting.ended
    desk.go(NOON.replace(hour=15, minute=10, second=5))
    assert (waiting.ended, kept.ended) == (True, False)
    (position,) = desk.office.positions(USER)
    assert position.quantity == 0
    squared = desk.office.orders(USER)[-1]
    assert (squared.side, squared.filled) == (Side.SELL, 10)
    assert desk.refused("BUY 10 NSE:INFY MIS LIMIT 1500").code is Code.INTRADAY_OVER
    assert desk.office.contract_note(USER).charges["desk"] == 50_00


def test_contracts_are_closed_at_their_own_hour() -> None:
    desk = Days()
    desk.deal("BUY", FUTURE, "MIS")
    desk.go(NOON.replace(hour=15, minute=20))
    assert desk.office.positions(USER)[0].quantity == 65
    desk.go(NOON.replace(hour=15, minute=30, second=10))
    assert desk.office.positions(USER)[0].quantity == 0


def test_muhurat_trading_has_an_hour_of_its_own() -> None:
    desk = Days(start=datetime(2026, 11, 6, 10, 0, tzinfo=IST))
    desk.go(datetime(2026, 11, 8, 18, 20, tzinfo=IST))  # a Sunday
    infy = desk.office.instrument(INFY)
    assert desk.office.square_off.hour(infy) == time(19, 5)
    assert not desk.office.square_off.is_over(infy)
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    desk.next_day()
    assert desk.office.contract_note(USER, date(2026, 11, 8)).charges["desk"] == 50_00


def test_an_always_open_market_squares_off_before_midnight() -> None:
    desk = Desk()
    desk.place("BUY 10 NSE:INFY MIS MARKET")
    desk.wait(14 * 3600 - 5)
    assert desk.office.positions(USER)[0].quantity == 0
    desk.wait(60)
    assert desk.office.positions(USER) == []
    assert desk.office.contract_note(USER, date(2026, 11, 20)).charges["desk"] > 0


def test_shares_sold_short_and_never_bought_back_are_closed_out_above_the_close() -> None:
    desk = Days(start=NOON.replace(hour=15, minute=29))
    desk.office.set_position(USER, INFY, Product.MIS, -10, 1500_00)
    desk.go(NOON.replace(hour=16, minute=30))
    close = desk.exchange.settlement_price(INFY)
    desk.next_day()
    assert desk.moved(Occasion.CLOSE_OUT) == -10 * (close * 120 // 100)


def test_leave_to_sell_is_asked_for_confirmed_and_over_at_half_past_five() -> None:
    desk = Days(ddpi=False)
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    isin = desk.office.instrument(INFY).isin
    asked = desk.office.request_authorisation(USER, {isin: 20})
    assert desk.refused("SELL 5 NSE:INFY CNC MARKET").code is Code.NEEDS_AUTHORISATION
    desk.office.confirm_authorisation(asked)
    desk.office.confirm_authorisation(asked)
    desk.place("SELL 5 NSE:INFY CNC MARKET")
    no = desk.refused("SELL 16 NSE:INFY CNC MARKET")
    assert no.fields == {"needs": 16, "has": 15}
    (held,) = desk.office.holdings(USER)
    assert held.authorised_until == NOON.replace(hour=17, minute=30)
    desk.go(NOON.replace(hour=17, minute=30))
    ledger = desk.office.ledger(USER)
    assert ledger.unauthorised(desk.office.instrument(INFY), 5, Product.CNC) == (5, 0)
    with pytest.raises(Refusal) as unknown:
        desk.office.confirm_authorisation("nothing")
    assert unknown.value.code is Code.UNKNOWN_AUTHORISATION
    everything = desk.office.request_authorisation(USER, {})
    assert desk.office.authorisations.find(everything).shares == {isin: 45}


def test_leave_to_sell_is_not_given_to_two_open_orders() -> None:
    desk = Days(ddpi=False)
    desk.office.set_holding(USER, INFY, 50, 1400_00)
    desk.office.authorise(USER, desk.office.instrument(INFY).isin, 20)
    desk.place("SELL 15 NSE:INFY CNC LIMIT 1600")
    no = desk.refused("SELL 10 NSE:INFY CNC LIMIT 1600")
    assert (no.code, no.fields) == (Code.NEEDS_AUTHORISATION, {"needs": 10, "has": 5})


def test_shares_on_their_way_are_sold_without_leave_after_the_settled_ones() -> None:
    desk = Days(ddpi=False)
    desk.office.set_holding(USER, INFY, 10, 1400_00, t1=10)
    assert desk.refused("SELL 15 NSE:INFY CNC MARKET").fields == {"needs": 10, "has": 0}
    desk.office.authorise(USER, desk.office.instrument(INFY).isin, 10)
    desk.place("SELL 15 NSE:INFY CNC MARKET")
    desk.place("SELL 5 NSE:INFY CNC MARKET")


def test_an_overdrawn_account_pays_interest_for_every_calendar_day() -> None:
    desk = Days(cash=0)
    desk.office.ledger(USER).pay(-LAKH, desk.office.now())
    desk.next_day()  # Monday to Wednesday
    assert desk.moved(Occasion.INTEREST) == -desk.office.tariff.overdraft.of(LAKH, 2) == -100_00


def test_everything_of_an_account_survives_a_restart() -> None:
    desk = Days()
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    desk.place("BUY 20 NSE:INFY MTF MARKET")
    desk.deal("SELL", FUTURE)
    desk.next_day()
    desk.place("SELL 4 NSE:INFY CNC MARKET")
    desk.office.deposit(USER, 500_00)
    saved = orjson.loads(orjson.dumps(snapshot.dump(desk.office)))
    again = BackOffice(desk.exchange, KITE)
    snapshot.load(again, saved)
    assert again.ledger_entries(USER) == desk.office.ledger_entries(USER)
    assert again.funds(USER) == desk.office.funds(USER)
    assert again.contract_note(USER, TODAY) == desk.office.contract_note(USER, TODAY)
    assert again.holdings(USER) == desk.office.holdings(USER)
    assert again.positions(USER) == desk.office.positions(USER)
    assert again.contract_note(USER).charges == desk.office.contract_note(USER).charges


def test_every_movement_takes_from_one_account_what_it_gives_to_another() -> None:
    desk = Days()
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    desk.next_day()
    book = desk.office.ledger(USER).daybook
    assert sum(book.balance_of(account) for account in Account) == 0
    assert book.balance_of(Account.CLIENT) == book.balance == desk.office.funds(USER).cash
    assert desk.office.ledger_entries(USER, WEDNESDAY) == []
    assert timedelta(0) <= book.entries[-1].at - book.entries[0].at


def test_a_restart_on_a_later_day_settles_the_day_that_was_missed() -> None:
    desk = Days()
    call = near_call(desk, above=-300_00)
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    bought = desk.deal("BUY", call)
    desk.place("BUY 10 NSE:INFY CNC LIMIT 1450")
    worth = desk.exchange.settlement_price(call)
    saved = orjson.loads(orjson.dumps(snapshot.dump(desk.office)))
    later = Days(start=datetime(2026, 11, 25, 10, 0, tzinfo=IST))
    later.office = BackOffice(later.exchange, KITE)
    snapshot.load(later.office, saved)
    assert later.hold() == (0, 10)
    assert later.office.orders(USER) == []
    assert later.office.positions(USER) == []
    assert later.moved(Occasion.PREMIUM) == -bought.filled_value
    assert later.moved(Occasion.EXPIRY) == 65 * worth
    assert later.office.contract_note(USER, TODAY).trades


def test_a_day_before_the_first_known_rates_is_refused() -> None:
    with pytest.raises(ValueError, match="2022-06-01"):
        Days(start=datetime(2022, 6, 1, 10, 0, tzinfo=IST))
