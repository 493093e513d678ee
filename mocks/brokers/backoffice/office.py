"""What every simulated broker has in common, on one exchange: accounts, risk checks, orders, money and shares.

One instance per broker; synchronous, integer paise, no broker's words. Servers translate it to their wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mocks.brokers.backoffice import authorisation, mishap, sweep
from mocks.brokers.backoffice import charges as costs
from mocks.brokers.backoffice.accounts import App, Directory, User
from mocks.brokers.backoffice.authorisation import Authorisation, Authorisations
from mocks.brokers.backoffice.basket import basket_need
from mocks.brokers.backoffice.charges import Charges, Leg
from mocks.brokers.backoffice.conditional_watch import Conditionals
from mocks.brokers.backoffice.contract_note import SQUARED_OFF, ContractNote
from mocks.brokers.backoffice.desk import Desk
from mocks.brokers.backoffice.entries import Account, Entry, Occasion
from mocks.brokers.backoffice.hindsight import Hindsight
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import BasketNeed, Need
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.orders import Change, Fill, Order, OrderRequest, OrderUpdate, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.profile import IST, Profile
from mocks.brokers.backoffice.rates.shelf import tariff_of
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import Risk
from mocks.brokers.backoffice.settlement import DayEnd, note_of, settle, square_off_at_last
from mocks.brokers.backoffice.squareoff import SquareOff
from mocks.brokers.backoffice.sweep import Swept
from mocks.brokers.backoffice.switches import Switches
from mocks.exchange.model import DayRolled, Instrument, Kind, Side

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class BackOffice:
    """One broker's back office. Every method may raise `Refusal`; nothing has changed then."""

    def __init__(
        self,
        exchange: Exchange,
        profile: Profile,
        *,
        clock: Callable[[], datetime] | None = None,
        seed: int = 1,
    ) -> None:
        """`clock` defaults to the exchange's simulated time. `seed` chooses the latencies of `Pace.REALISTIC`."""
        self.exchange = exchange
        self.profile = profile
        self.tariff = profile.tariff or tariff_of(profile.name)
        self.switches = Switches()
        self.now: Callable[[], datetime] = clock or self._exchange_time
        self.directory = Directory(self.now, profile.expiry, profile.token)
        self.market = Market(exchange, self.now)
        self._ledgers: dict[str, Ledger] = {}
        self.risk = Risk(exchange)
        self.desk = Desk(exchange, profile, self.now, self._ledgers, self.risk, lambda: self.switches, seed)
        self.conditionals = Conditionals(exchange, profile, self.now, self._place_fired)
        self.desk.blotter.endings.append(self.conditionals.on_end)
        self._hindsight = Hindsight(self.now)
        self.authorisations = Authorisations(self.now)
        self.square_off = SquareOff(self)
        self.risk.intraday_is_over = self.square_off.is_over
        exchange.on_close(self._day_closed)
        exchange.on_day(self._day_rolled)
        # What the broker's own server wants kept over a restart: JSON made by `keeps`, found again in `kept`.
        self.keeps: Callable[[], Any] = lambda: None
        self.kept: Any = None
        self.resets: list[Callable[[], None]] = []  # told when everybody is forgotten

    def _exchange_time(self) -> datetime:
        return datetime.fromtimestamp(self.exchange.now / 1e9, IST)

    # accounts ---------------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Register a user with an empty book; replaces one with the same id."""
        self.directory.users[user.user_id] = user
        ledger = Ledger(user, self.market)
        ledger.daybook.write(self.now(), self.market.today, Occasion.OPENING, Account.BANK, user.opening_cash)
        self._ledgers[user.user_id] = ledger
        listeners = self.desk.blotter.listeners.setdefault(user.user_id, [])
        if self._charge not in listeners:
            listeners.insert(0, self._charge)
        return user

    def _charge(self, update: OrderUpdate) -> None:
        """Each execution changes what its order costs."""
        order = update.order
        if update.fill is None or not self.switches.charges:
            return
        leg = Leg(order.key, order.side, order.product, order.filled, order.average)
        cost = costs.charge(self.tariff, self.market.instrument(order.key), leg, self.market.today)
        if SQUARED_OFF in order.request.extra:
            cost += costs.desk_charge(self.tariff, 1)
        self.ledger(order.user_id).owe(order.order_id, cost.paise)

    def add_app(self, app: App) -> App:
        self.directory.apps[app.api_key] = app
        return app

    def set_holding(self, user_id: str, key: str, quantity: int, average: float, *, t1: int = 0) -> Holding:
        """Put shares into the demat account. `average` in paise."""
        instrument = self.instrument(key)
        if instrument.kind is not Kind.EQUITY:
            raise Refusal(Code.UNKNOWN_INSTRUMENT, f"{key} is not a share", key=key)
        holding = Holding(instrument.isin, key, quantity, t1, average=average)
        self.ledger(user_id).holdings[instrument.isin] = holding
        return holding

    def set_position(self, user_id: str, key: str, product: Product, quantity: int, price: int) -> Position:
        """Give a position: NRML is carried in overnight, the rest counts as traded today. Signed quantity."""
        instrument = self.instrument(key)
        position = Position(key, product)
        if product is Product.NRML:
            position.overnight_quantity, position.overnight_price = quantity, price
            if instrument.kind is Kind.FUTURE:
                position.marked_price = price  # as if it was settled at its cost
        else:
            position.add(Side.BUY if quantity > 0 else Side.SELL, abs(quantity), price)
        self.ledger(user_id).positions[key, product] = position
        return position

    def authorise(self, user_id: str, isin: str, quantity: int) -> None:
        """The depository's leave to sell `quantity` shares out of the holding (without DDPI), until 17:30 IST."""
        ledger = self.ledger(user_id)
        authorisation.check(ledger, isin, quantity)
        authorisation.grant(ledger, isin, quantity, self.now())

    def request_authorisation(self, user_id: str, shares: Mapping[str, int]) -> str:
        """Ask for leave to sell `shares` (by ISIN; empty: all that is free); the id of the page to send the client to.
        `authorisations.find` tells what was asked, `confirm_authorisation` is the client's yes."""
        return self.authorisations.ask(self.ledger(user_id), shares).request_id

    def confirm_authorisation(self, request_id: str) -> Authorisation:
        asked = self.authorisations.find(request_id)
        return self.authorisations.confirm(self.ledger(asked.user_id), request_id)

    def pledge(self, user_id: str, isin: str, quantity: int) -> Funds:
        """Pledge free settled shares as collateral; below zero releases them. The fee is debited at once."""
        ledger = self.ledger(user_id)
        held = ledger.holdings.get(isin)
        free = min(held.free, held.quantity - held.used - held.pledged) if held else 0
        if held is None or not -held.pledged <= quantity <= free:
            raise Refusal(Code.INSUFFICIENT_HOLDINGS, "Not enough shares", needs=quantity, has=free)
        held.pledged += quantity
        fee = self.tariff.pledge_fee if quantity > 0 else self.tariff.release_fee
        if self.switches.charges:
            paise = int(costs.to_paisa(costs.with_tax(fee)) * 100)
            ledger.daybook.write(
                self.now(), self.market.today, Occasion.CHARGES, Account.PLEDGE, -paise, held.key
            )
        return self.funds(user_id)

    # orders -----------------------------------------------------------------------------------------------

    def place(self, user_id: str, request: OrderRequest) -> Order:
        """Check, block margin, send. The order returned may already be COMPLETE, or REJECTED by the exchange
        (or by the risk desk, for the codes in `Profile.rejects_in_book`); at `Pace.REALISTIC` it is RECEIVED and
        the rest follows. Of an iceberg it is the first leg; an after-market order is AMO_RECEIVED."""
        return self.desk.place(self.ledger(user_id), request)

    def modify(self, user_id: str, order_id: str, change: Change) -> Order:
        """Change an open order. A no of the exchange itself shows as a NOT_MODIFIED row, not as a Refusal."""
        return self.desk.modify(self.ledger(user_id), order_id, change)

    def cancel(self, user_id: str, order_id: str) -> Order:
        """Ask for the end of an open or parked order. Raises Refusal: not_open, being_processed (not at the
        exchange yet, or another change of it is on its way)."""
        return self.desk.cancel(self.ledger(user_id), order_id)

    def cancel_all(self, user_id: str, keep: Callable[[Order], bool] = lambda order: False) -> Swept:
        """Cancel every open or parked order but those that `keep` is true for."""
        return sweep.cancel_all(self, user_id, keep)

    def exitable(self, user_id: str) -> list[Position]:
        """What `exit_all` would leave: open positions but delivery shares, those to buy back first."""
        return sweep.exitable(self, user_id)

    def exit_all(
        self,
        user_id: str,
        keep: Callable[[Position], bool] = lambda position: False,
        *,
        tag: str = "",
        extra: dict[str, str] | None = None,
    ) -> Swept:
        """A protected market order against each of `exitable` but those that `keep` is true for, in slices of the
        freeze quantity."""
        return sweep.exit_all(self, user_id, keep, tag, extra or {})

    def block_segments(self, user_id: str, segments: Iterable[str]) -> None:
        """The kill switch: open orders of these exchanges (NSE, BSE, NFO, BFO) are cancelled, new ones refused
        with Code.BLOCKED. An empty list lifts it."""
        user = self.directory.user(user_id)
        user.blocked_segments = sorted(segments)
        blocked = user.blocked_segments
        self.cancel_all(user_id, lambda order: self.instrument(order.key).exchange not in blocked)

    def order(self, user_id: str, order_id: str) -> Order:
        """Raises Refusal(unknown_order)."""
        found = self._hindsight.order(self.desk.find(self.ledger(user_id), order_id))
        if found is None:
            raise Refusal(Code.UNKNOWN_ORDER, f"Unknown order {order_id}", order_id=order_id)
        return found

    def orders(self, user_id: str) -> list[Order]:
        """The day's book, oldest first."""
        return self._hindsight.orders(user_id, self.ledger(user_id).orders.values())

    def orders_by_tag(self, user_id: str, tag: str) -> list[Order]:
        ledger = self.ledger(user_id)
        return self._hindsight.orders(user_id, [ledger.orders[one] for one in ledger.by_tag.get(tag, ())])

    def trades(self, user_id: str) -> list[Fill]:
        """The day's executions, oldest first."""
        fills = [fill for order in self.orders(user_id) for fill in order.fills]
        return sorted(fills, key=lambda fill: fill.at)

    def read_lag(self, user_id: str) -> float:
        """How many seconds old what this user reads is."""
        return self._hindsight.lags.get(user_id, 0.0)

    def set_read_lag(self, user_id: str, seconds: float) -> None:
        """Let `order`, `orders`, `orders_by_tag`, `trades` and `positions` answer what was true so long ago; 0 ends
        it. `place`, `modify` and `cancel` always act on the truth; funds and holdings are never behind."""
        self._hindsight.lags[user_id] = seconds

    def _place_fired(self, user_id: str, request: OrderRequest) -> Order:
        """An order of a conditional: no mishap of whoever is being served meets it."""
        with mishap.nothing_wrong():
            return self.place(user_id, request)

    def listen(self, user_id: str, callback: Callable[[OrderUpdate], None]) -> Callable[[], None]:
        """Hear every stage of every order of a user, in order, synchronously; call the result to stop.

        The callback must be quick and must not raise: put the bytes to send into a queue.
        """
        listeners = self.desk.blotter.listeners.setdefault(user_id, [])
        listeners.append(callback)

        def stop() -> None:
            if callback in listeners:
                listeners.remove(callback)

        return stop

    # money and shares -------------------------------------------------------------------------------------

    def funds(self, user_id: str) -> Funds:
        return self.ledger(user_id).funds()

    def holdings(self, user_id: str) -> list[Holding]:
        return list(self.ledger(user_id).holdings.values())

    def positions(self, user_id: str) -> list[Position]:
        """Closed ones included until the day ends."""
        return self._hindsight.positions(self.ledger(user_id))

    def deposit(self, user_id: str, amount: int) -> Funds:
        """Paise."""
        if amount <= 0:
            raise Refusal(Code.BAD_QUANTITY, "Amount must be above zero")
        self.ledger(user_id).pay(amount, self.now())
        return self.funds(user_id)

    def withdraw(self, user_id: str, amount: int) -> Funds:
        """Paise; never more than what is available. Raises Refusal(insufficient_funds)."""
        if amount <= 0:
            raise Refusal(Code.BAD_QUANTITY, "Amount must be above zero")
        has = self.funds(user_id).spendable
        if amount > has:
            raise Refusal(Code.INSUFFICIENT_FUNDS, "Not enough free cash", needs=amount, has=has)
        self.ledger(user_id).pay(-amount, self.now())
        return self.funds(user_id)

    def required_margin(self, user_id: str, request: OrderRequest) -> Need:
        """What the order would block, closing parts left out. The order itself is not checked."""
        ledger = self.ledger(user_id)
        closing = ledger.closing(request.key, request.product, request.side, request.quantity)
        opening = request.quantity - closing
        price = self.risk.price(request)
        instrument = self.instrument(request.key)
        return ledger.need(instrument, request.product, request.side, opening, closing, price)

    def basket_margin(
        self, user_id: str, requests: Iterable[OrderRequest], *, consider_positions: bool = True
    ) -> BasketNeed:
        """What the orders would block together, hedges counted. They are not checked."""
        asked = [(request, self.risk.price(request)) for request in requests]
        return basket_need(self.ledger(user_id), asked, consider_positions=consider_positions)

    def contract_note(self, user_id: str, day: date | None = None) -> ContractNote:
        """Of a past day, or of today as far as it went (None). Raises Refusal(no_contract_note)."""
        ledger, today = self.ledger(user_id), self.market.today
        if day is None or (day == today and day.isoformat() not in ledger.notes):
            return note_of(ledger, today, self.now(), self.tariff, charges=self.switches.charges)
        found = ledger.notes.get(day.isoformat())
        if found is None:
            raise Refusal(Code.NO_CONTRACT_NOTE, f"Nothing was traded on {day}")
        return found

    def ledger_entries(self, user_id: str, since: date | None = None) -> list[Entry]:
        """Every movement of money, oldest first. Today's trades come in when the day ends."""
        entries = self.ledger(user_id).daybook.entries
        return [entry for entry in entries if since is None or entry.day >= since]

    def charges(self, user_id: str, legs: Iterable[Leg], day: date | None = None) -> Charges:
        """What executed orders cost at this broker, exact; `day` None is today. Without the fee on shares that leave
        the demat account (`tariff.depository`, `charges.demat_charge`). Raises ValueError before the first rates."""
        self.directory.user(user_id)
        on = day or self.market.today
        return costs.total(costs.charge(self.tariff, self.instrument(leg.key), leg, on) for leg in legs)

    def convert(
        self,
        user_id: str,
        key: str,
        side: Side,
        quantity: int,
        old: Product,
        new: Product,
        *,
        overnight: bool = False,
    ) -> None:
        """Move `quantity` of a position (bought: side BUY) to another product at its average price.

        Raises Refusal: no_position, bad_product, insufficient_funds, insufficient_holdings.
        """
        self.risk.convert(self.ledger(user_id), key, side, quantity, old, new, overnight=overnight)

    def settle(self) -> None:
        """End the day for everybody by hand: open orders end, intraday is squared off at the last price, T1 moves on,
        the order books start empty. The exchange's own day goes on."""
        today = self.market.today
        opened = self.exchange.calendar.trading_day_after(today)
        for ledger in self._ledgers.values():
            self.desk.end_day(ledger)
            square_off_at_last(ledger)
        self._end_day(today, opened)

    def _end_day(self, closed: date, opened: date) -> None:
        end = DayEnd(closed, opened, self.now(), self.tariff, self.switches.charges)
        for ledger in self._ledgers.values():
            self.desk.end_day(ledger)
            settle(ledger, end)
        self.market.forget()

    def _day_closed(self, day: date) -> None:
        """The last session ended: contracts that expire are about to leave the list."""
        for ledger in self._ledgers.values():
            self.market.remember(key for key, _ in ledger.positions)

    def _day_rolled(self, rolled: DayRolled) -> None:
        self._end_day(rolled.closed, rolled.opened)
        self.square_off.plan()

    def reset(self) -> None:
        """Forget everybody: open orders are cancelled, users, apps, codes and sessions go."""
        for ledger in self._ledgers.values():
            self.desk.forget(ledger)
        self._ledgers.clear()
        self.conditionals.clear()
        self.desk.blotter.listeners.clear()
        self.directory.clear()
        for forget in self.resets:
            forget()

    # the market -------------------------------------------------------------------------------------------

    def instrument(self, key: str) -> Instrument:
        """Raises Refusal(unknown_instrument)."""
        found = self.exchange.instruments.get(key)
        if found is None:
            raise Refusal(Code.UNKNOWN_INSTRUMENT, f"Unknown instrument {key}", key=key)
        return found

    def last_price(self, key: str) -> int:
        """Paise."""
        return self.exchange.quote(key).last_price

    def client(self, user_id: str) -> str:
        """The PAN that a user trades under at the exchange."""
        return self.directory.user(user_id).pan

    def ledgers(self) -> list[Ledger]:
        return list(self._ledgers.values())

    def ledger(self, user_id: str) -> Ledger:
        """A user's books. Raises Refusal(unknown_user)."""
        found = self._ledgers.get(user_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_USER, f"Unknown user {user_id}")
        return found
