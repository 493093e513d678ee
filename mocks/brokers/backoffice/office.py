"""What every simulated broker has in common, on one exchange: accounts, risk checks, orders, money and shares.

One instance per broker; synchronous, integer paise, no broker's words. Servers translate it to their wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice import charges as costs
from mocks.brokers.backoffice.accounts import App, Directory, User
from mocks.brokers.backoffice.charges import Charges, Leg
from mocks.brokers.backoffice.desk import Desk
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import Need, need, protected_price
from mocks.brokers.backoffice.orders import Change, Fill, Order, OrderRequest, OrderUpdate, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.profile import IST, Profile
from mocks.brokers.backoffice.rates.shelf import tariff_of
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import Risk
from mocks.brokers.backoffice.switches import Switches
from mocks.exchange.model import Instrument, Kind, OrderType, Side

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class BackOffice:
    """One broker's back office. Every method may raise `Refusal`; nothing has changed then."""

    def __init__(
        self, exchange: Exchange, profile: Profile, *, clock: Callable[[], datetime] | None = None
    ) -> None:
        """`clock` defaults to the exchange's simulated time."""
        self.exchange = exchange
        self.profile = profile
        self.tariff = profile.tariff or tariff_of(profile.name)
        self.switches = Switches()
        self.now: Callable[[], datetime] = clock or self._exchange_time
        self.directory = Directory(self.now, profile.expiry, profile.token)
        self._ledgers: dict[str, Ledger] = {}
        self.risk = Risk(exchange)
        self.desk = Desk(exchange, profile, self.now, self._ledgers, self.risk)

    def _exchange_time(self) -> datetime:
        return datetime.fromtimestamp(self.exchange.now / 1e9, IST)

    # accounts ---------------------------------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Register a user with an empty book; replaces one with the same id."""
        self.directory.users[user.user_id] = user
        self._ledgers[user.user_id] = Ledger(user, self.exchange.instruments)
        return user

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
        self.instrument(key)
        position = Position(key, product)
        if product is Product.NRML:
            position.overnight_quantity, position.overnight_price = quantity, price
        else:
            position.add(Side.BUY if quantity > 0 else Side.SELL, abs(quantity), price)
        self.ledger(user_id).positions[key, product] = position
        return position

    def authorise(self, user_id: str, isin: str, quantity: int) -> None:
        """The depository's daily leave to sell `quantity` shares out of the holding (without DDPI)."""
        holding = self.ledger(user_id).holdings.get(isin)
        if holding is None or quantity > holding.free:
            raise Refusal(Code.INSUFFICIENT_HOLDINGS, "Not enough shares to authorise", needs=quantity, has=0)
        holding.authorised = quantity

    # orders -----------------------------------------------------------------------------------------------

    def place(self, user_id: str, request: OrderRequest) -> Order:
        """Check, block margin, send. The order returned may already be COMPLETE, or REJECTED by the exchange
        (or by the risk desk, for the codes in `Profile.rejects_in_book`)."""
        return self.desk.place(self.ledger(user_id), request)

    def modify(self, user_id: str, order_id: str, change: Change) -> Order:
        """Change an open order. A no of the exchange itself shows as a NOT_MODIFIED row, not as a Refusal."""
        return self.desk.modify(self.ledger(user_id), order_id, change)

    def cancel(self, user_id: str, order_id: str) -> Order:
        return self.desk.cancel(self.ledger(user_id), order_id)

    def order(self, user_id: str, order_id: str) -> Order:
        """Raises Refusal(unknown_order)."""
        return self.desk.find(self.ledger(user_id), order_id)

    def orders(self, user_id: str) -> list[Order]:
        """The day's book, oldest first."""
        return list(self.ledger(user_id).orders.values())

    def orders_by_tag(self, user_id: str, tag: str) -> list[Order]:
        ledger = self.ledger(user_id)
        return [ledger.orders[order_id] for order_id in ledger.by_tag.get(tag, ())]

    def trades(self, user_id: str) -> list[Fill]:
        """The day's executions, oldest first."""
        fills = [fill for order in self.ledger(user_id).orders.values() for fill in order.fills]
        return sorted(fills, key=lambda fill: fill.at)

    def listen(self, user_id: str, callback: Callable[[OrderUpdate], None]) -> Callable[[], None]:
        """Hear every stage of every order of a user, in order, synchronously; call the result to stop.

        The callback must be quick and must not raise: put the bytes to send into a queue.
        """
        listeners = self.desk.listeners.setdefault(user_id, [])
        listeners.append(callback)

        def stop() -> None:
            if callback in listeners:
                listeners.remove(callback)

        return stop

    # money and shares -------------------------------------------------------------------------------------

    def funds(self, user_id: str) -> Funds:
        return self.ledger(user_id).funds(self.last_price)

    def holdings(self, user_id: str) -> list[Holding]:
        return list(self.ledger(user_id).holdings.values())

    def positions(self, user_id: str) -> list[Position]:
        """Closed ones included until the day ends."""
        return list(self.ledger(user_id).positions.values())

    def deposit(self, user_id: str, amount: int) -> Funds:
        """Paise."""
        if amount <= 0:
            raise Refusal(Code.BAD_QUANTITY, "Amount must be above zero")
        self.directory.user(user_id).payin += amount
        return self.funds(user_id)

    def withdraw(self, user_id: str, amount: int) -> Funds:
        """Paise; never more than what is available. Raises Refusal(insufficient_funds)."""
        if amount <= 0:
            raise Refusal(Code.BAD_QUANTITY, "Amount must be above zero")
        has = self.funds(user_id).available
        if amount > has:
            raise Refusal(Code.INSUFFICIENT_FUNDS, "Not enough free cash", needs=amount, has=has)
        self.directory.user(user_id).payin -= amount
        return self.funds(user_id)

    def required_margin(self, user_id: str, request: OrderRequest) -> Need:
        """What the order would block, closing parts left out. The order itself is not checked."""
        ledger = self.ledger(user_id)
        closing = ledger.closing(request.key, request.product, request.side, request.quantity)
        instrument = self.instrument(request.key)
        price = request.price
        if request.type in (OrderType.MARKET, OrderType.SL_M):
            base = request.trigger if request.type is OrderType.SL_M else self.last_price(request.key)
            price = protected_price(instrument, request.side, base, request.protection)
        return need(instrument, request.product, request.side, request.quantity - closing, price)

    def charges(self, user_id: str, legs: Iterable[Leg], day: date | None = None) -> Charges:
        """What executed orders cost at this broker, exact; `day` None is today. Without the fee on shares that leave
        the demat account (`tariff.depository`, `charges.demat_charge`). Raises ValueError before the first rates."""
        self.directory.user(user_id)
        on = day or self.now().astimezone(IST).date()
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
        """End the day for everybody: DAY orders end, T1 moves on, the order books start empty."""
        for ledger in self._ledgers.values():
            for order in list(ledger.live.values()):
                self.desk.cancel(ledger, order.order_id)
            ledger.settle(self.last_price)

    def reset(self) -> None:
        """Forget everybody: open orders are cancelled, users, apps, codes and sessions go."""
        for ledger in self._ledgers.values():
            for order in list(ledger.live.values()):
                self.desk.cancel(ledger, order.order_id)
        self._ledgers.clear()
        self.desk.listeners.clear()
        self.directory.clear()

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

    def ledger(self, user_id: str) -> Ledger:
        """A user's books. Raises Refusal(unknown_user)."""
        found = self._ledgers.get(user_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_USER, f"Unknown user {user_id}")
        return found
