"""The half of a back office that keeps money and shares: accounts of both, margins, charges, leave to sell, papers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice import authorisation
from mocks.brokers.backoffice import charges as costs
from mocks.brokers.backoffice.accounts import Directory
from mocks.brokers.backoffice.authorisation import Authorisation, Authorisations
from mocks.brokers.backoffice.basket import basket_need
from mocks.brokers.backoffice.charges import Charges, Leg
from mocks.brokers.backoffice.contract_note import SQUARED_OFF, ContractNote
from mocks.brokers.backoffice.entries import Account, Entry, Occasion
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import BasketNeed, Need
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.orders import OrderRequest, OrderUpdate, Product
from mocks.brokers.backoffice.portfolio import Funds, Holding, Position
from mocks.brokers.backoffice.profile import IST, Profile
from mocks.brokers.backoffice.rates.shelf import tariff_of
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import Risk
from mocks.brokers.backoffice.settlement import note_of
from mocks.brokers.backoffice.statutory import in_force
from mocks.brokers.backoffice.switches import Switches
from mocks.exchange.model import Instrument, Kind, Side

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class Treasury:
    """Every method may raise `Refusal`; nothing has changed then."""

    def __init__(self, exchange: Exchange, profile: Profile, clock: Callable[[], datetime] | None) -> None:
        """`clock` None is the exchange's simulated time. Raises ValueError for a day before the first known rates."""
        self.exchange = exchange
        self.profile = profile
        self.tariff = profile.tariff or tariff_of(profile.name)
        self.switches = Switches()
        self.now: Callable[[], datetime] = clock or self._exchange_time
        self.directory = Directory(self.now, profile.expiry, profile.token)
        self.market = Market(exchange, self.now)
        in_force(self.tariff.square_off, self.market.today)
        self.risk = Risk(exchange)
        self.authorisations = Authorisations(self.now)
        self._ledgers: dict[str, Ledger] = {}

    def _exchange_time(self) -> datetime:
        return datetime.fromtimestamp(self.exchange.now / 1e9, IST)

    # the books --------------------------------------------------------------------------------------------

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

    # shares -----------------------------------------------------------------------------------------------

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

    # money ------------------------------------------------------------------------------------------------

    def charge_fill(self, update: OrderUpdate) -> None:
        """Listener of a user's orders: each execution changes what its order costs."""
        order = update.order
        if update.fill is None or not self.switches.charges:
            return
        leg = Leg(order.key, order.side, order.product, order.filled, order.average)
        cost = costs.charge(self.tariff, self.market.instrument(order.key), leg, self.market.today)
        if SQUARED_OFF in order.request.extra:
            cost += costs.desk_charge(self.tariff, 1)
        self.ledger(order.user_id).owe(order.order_id, cost.paise)

    def funds(self, user_id: str) -> Funds:
        return self.ledger(user_id).funds()

    def holdings(self, user_id: str) -> list[Holding]:
        return list(self.ledger(user_id).holdings.values())

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
