"""What every simulated broker has in common, on one exchange: accounts, risk checks, orders, money and shares.

One instance per broker; synchronous, integer paise, no broker's words. Servers translate it to their wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from mocks.brokers.backoffice import mishap, sweep
from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.conditional_watch import Conditionals
from mocks.brokers.backoffice.desk import Desk
from mocks.brokers.backoffice.entitlement import entitle, give
from mocks.brokers.backoffice.entries import Account, Occasion
from mocks.brokers.backoffice.hindsight import Hindsight
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.orders import (
    PARKED,
    Change,
    Fill,
    Order,
    OrderRequest,
    OrderUpdate,
    Stage,
)
from mocks.brokers.backoffice.portfolio import Position
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.settlement import DayEnd, settle, square_off_at_last
from mocks.brokers.backoffice.squareoff import SquareOff
from mocks.brokers.backoffice.sweep import Swept
from mocks.brokers.backoffice.treasury import Treasury
from mocks.exchange.actions import ActionKind
from mocks.exchange.model import DayRolled

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class BackOffice(Treasury):
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
        super().__init__(exchange, profile, clock)
        self.desk = Desk(exchange, profile, self.now, self._ledgers, self.risk, lambda: self.switches, seed)
        self.conditionals = Conditionals(exchange, self.market, profile, self.now, self._place_fired)
        self.desk.blotter.endings.append(self.conditionals.on_end)
        self._hindsight = Hindsight(self.now)
        self.square_off = SquareOff(self)
        self.risk.intraday_is_over = self.square_off.is_over
        exchange.on_close(self._day_closed)
        exchange.on_day(self._day_rolled)
        # What the broker's own server wants kept over a restart: JSON made by `keeps`, found again in `kept`.
        self.keeps: Callable[[], Any] = lambda: None
        self.kept: Any = None
        self.resets: list[Callable[[], None]] = []  # told when everybody is forgotten

    # accounts ---------------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Register a user with an empty book; replaces one with the same id."""
        self.directory.users[user.user_id] = user
        ledger = Ledger(user, self.market)
        ledger.daybook.write(self.now(), self.market.today, Occasion.OPENING, Account.BANK, user.opening_cash)
        self._ledgers[user.user_id] = ledger
        listeners = self.desk.blotter.listeners.setdefault(user.user_id, [])
        if self.charge_fill not in listeners:
            listeners.insert(0, self.charge_fill)
        return user

    def add_app(self, app: App) -> App:
        self.directory.apps[app.api_key] = app
        return app

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

        def blocked(order: Order) -> bool:
            return self.instrument(order.key).exchange in user.blocked_segments

        self.desk.recall(self.ledger(user_id), blocked)
        self.cancel_all(user_id, lambda order: not blocked(order))

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

    def positions(self, user_id: str) -> list[Position]:
        """Closed ones included until the day ends."""
        return self._hindsight.positions(self.ledger(user_id))

    # the day's end ----------------------------------------------------------------------------------------

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

    def end_missed_day(self, day: date) -> None:
        """Settle a day of an earlier run: its orders are over, but for those that wait for the next session."""
        for ledger in self._ledgers.values():
            for order in list(ledger.live.values()):
                if order.stage not in PARKED:
                    self.desk.blotter.end(order, Stage.CANCELLED, "The market closed", by="exchange")
        self._end_day(day, self.market.today)
        self._companies_act(day, self.market.today)

    def _day_closed(self, day: date) -> None:
        """The last session ended: contracts that expire are about to leave the list."""
        for ledger in self._ledgers.values():
            self.market.remember(key for key, _ in ledger.positions)

    def _day_rolled(self, rolled: DayRolled) -> None:
        self._end_day(rolled.closed, rolled.opened)
        self._companies_act(rolled.closed, rolled.opened)
        self.square_off.plan()

    def _companies_act(self, closed: date, opened: date) -> None:
        """What went ex after the day that closed, and what is given on the one that opens."""
        self._give(opened)
        for action in self.exchange.actions:
            if closed < action.on <= opened:
                isin = self.market.instrument(action.key).isin
                due = self.exchange.calendar.trading_day_later(action.on, action.days)
                for ledger in self._ledgers.values():
                    entitle(ledger, action, isin, due)
                if action.kind is not ActionKind.DIVIDEND:
                    self._disable_conditionals(isin, f"Corporate action: {action.kind}")
        self._give(opened)

    def _disable_conditionals(self, isin: str, reason: str) -> None:
        """Their prices are those of another share now."""
        for user_id in list(self._ledgers):
            for one in self.conditionals.active(user_id):
                if self.market.instrument(one.key).isin == isin:
                    self.conditionals.disable(user_id, one.conditional_id, reason)

    def _give(self, opened: date) -> None:
        for ledger in self._ledgers.values():
            give(ledger, opened, self.now(), adjusted_averages=self.switches.adjusted_averages)

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
