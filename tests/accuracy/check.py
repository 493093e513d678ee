"""What the consolidation says against the exchange's prints and the back office's ledger, to the paisa.

Each comparison is a line of words when it does not hold. What the consolidation does not know must be a None whose
reason is in `KNOWN_GAPS`; it is counted, so that a gap that spreads is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from aggregation.fifo import ledger as lots_of
from aggregation.portfolio import build
from domain.account import BrokerId
from domain.lots import CorporateAction, Settlement
from domain.money import Money, Price
from domain.portfolio import AccountSnapshot, Portfolio
from mocks.brokers.backoffice.entries import Account as BackAccount
from mocks.brokers.backoffice.orders import Product as BackProduct
from mocks.brokers.backoffice.portfolio import Holding as BackHolding
from mocks.brokers.backoffice.portfolio import Position as BackPosition
from tests.accuracy.account import Account
from tests.accuracy.book import DELIVERED
from tests.accuracy.world import World

PAISA = Decimal("0.01")
KNOWN_GAPS = {
    "loan": "Upstox does not say what is owed for carried shares on its money",
    "average": "a broker tells bonus shares that come to an empty account as of no average: like shares moved in",
    "two closes": "shares held at one exchange and sold at the other count from the other's previous close",
    "realised": "Groww leaves out a holding that was sold completely, and what it had cost",
}


def view(world: World, read: AccountSnapshot) -> Portfolio:
    mine = {part.instrument for part in read.holdings} | {part.instrument for part in read.positions}
    return build([read], world.prices(mine | set(world.isins)), isins=world.isins, as_of=world.at)


def differences(world: World, account: Account, read: AccountSnapshot, gaps: Counter[str]) -> Iterator[str]:
    seen = view(world, read)
    yield from _quantities(account, seen)
    yield from _money(world, account, seen, gaps)
    yield from _costs(account, seen, gaps)


def _quantities(account: Account, seen: Portfolio) -> Iterator[str]:
    mine: dict[tuple[str, str], int] = {}
    for line in seen.holdings:
        for lot in line.lots:
            slot = line.isin, lot.product.value
            mine[slot] = mine.get(slot, 0) + lot.quantity
    mine |= {
        (str(line.instrument), line.product.value): line.quantity
        for line in seen.positions
        if line.product.value not in DELIVERED
    }
    mine = {slot: quantity for slot, quantity in mine.items() if quantity}
    if mine != account.book.owned():
        yield f"owned {mine}, by the prints {account.book.owned()}"


def _money(world: World, account: Account, seen: Portfolio, gaps: Counter[str]) -> Iterator[str]:
    book, totals = account.book, seen.totals
    keys = {isin: f"NSE:{name.symbol}" for name, isin in world.isins.items()}

    def last(name: str) -> int:
        return world.last(keys.get(name, name))

    def close(name: str) -> int:
        return world.exchange.quote(keys.get(name, name)).prev_close

    shares = sum(
        units * last(name) for (name, product), units in book.owned().items() if product in DELIVERED
    )
    yield from _same("value", totals.value, shares)
    between = _between_closes(world, account)
    gaps["two closes"] += between != 0
    yield from _same("day P&L", totals.day_pnl, book.day_pnl(last, close) + between)
    daybook = account.ledger.daybook
    lent = daybook.loan
    yield from _same("cash", totals.cash, book.cash + lent - daybook.balance_of(BackAccount.INTEREST))
    delivered = [one for one in account.ledger.positions.values() if one.product.value in DELIVERED]
    yield from _same(
        "unsettled", totals.unsettled, sum(one.day_sell_value - one.day_buy_value for one in delivered)
    )
    if totals.loan is None and account.broker_id is BrokerId.UPSTOX and lent:
        gaps["loan"] += 1
    else:
        yield from _same("loan", totals.loan, lent)


def _between_closes(world: World, account: Account) -> int:
    """Paise: shares sold at the other exchange count from its previous close there, not from NSE's."""
    found = 0
    for one in account.ledger.positions.values():
        if one.product.value in DELIVERED and one.quantity < 0:
            home = world.exchange.quote(f"NSE:{one.key.partition(':')[2]}").prev_close
            found -= one.quantity * (home - world.exchange.quote(one.key).prev_close)
    return found


def _costs(account: Account, seen: Portfolio, gaps: Counter[str]) -> Iterator[str]:
    """Invested and realised by the broker's own rule: his average, as exactly as his wire tells it."""
    ledger = account.ledger
    invested = realised = Decimal(0)
    unknown = False
    sold: Counter[tuple[str, bool]] = (
        Counter()
    )  # shares of today's deliveries, by ISIN and whether the broker lent
    for held in ledger.holdings.values():
        invested += _cost(held.owned, _told(held.average))
        invested += _cost(held.mtf_quantity - held.mtf_used, _funded(account, held))
    for one in ledger.positions.values():
        if one.product.value not in DELIVERED:
            open_part = _cost(abs(one.quantity), _average(account, one)) * (1 if one.quantity > 0 else -1)
            realised += Decimal(one.sell_value - one.buy_value) / 100 + open_part
            continue
        if one.quantity > 0:
            invested += _cost(one.quantity, Decimal(one.day_buy_value) / 100 / one.day_buy_quantity)
        realised += _booked(one)
        if one.quantity < 0:
            isin, lent = account.office.instrument(one.key).isin, one.product is BackProduct.MTF
            sold[isin, lent] -= one.quantity
            unknown = unknown or not _cost_told(account, ledger.holdings[isin], lent=lent)
    realised -= sum(
        _sold_cost(account, ledger.holdings[isin], out, lent=lent) for (isin, lent), out in sold.items()
    )
    free = any(
        (held.owned and not held.average) or (held.mtf_quantity and not held.mtf_value)
        for held in ledger.holdings.values()
    )
    if seen.totals.invested is None and free:
        gaps["average"] += 1
    else:
        yield from _same("invested", seen.totals.invested, int(invested * 100))
    mine = [line.realised for line in seen.positions]
    if None in mine and unknown:
        gaps["realised"] += 1
    elif None in mine:
        yield "realised is not known, and no reason for it is"
    else:
        total = Money.sum(one for one in mine if one is not None)
        yield from _same("realised", total, int(realised * 100))


def _booked(one: BackPosition) -> Decimal:
    """Rupees that a day's delivery trades at one exchange came to, beside what is kept of its purchases."""
    kept = max(0, one.quantity)
    kept_cost = _cost(kept, Decimal(one.day_buy_value) / 100 / one.day_buy_quantity) if kept else Decimal(0)
    return Decimal(one.day_sell_value - one.day_buy_value) / 100 + kept_cost


def _cost_told(account: Account, held: BackHolding, *, lent: bool) -> bool:
    """Whether the broker still tells what the shares sold today had cost."""
    if lent:
        return held.mtf_value > 0
    return held.average > 0 and (account.broker_id is not BrokerId.GROWW or held.owned > 0)


def _sold_cost(account: Account, held: BackHolding, out: int, *, lent: bool) -> Decimal:
    """Of shares sold today: what all of them had cost, less what those that are left do, each in whole paise."""
    left = held.mtf_quantity - held.mtf_used if lent else held.owned
    average = _funded(account, held) if lent else _told(held.average)
    return _cost(left + out, average) - _cost(left, average)


def _average(account: Account, one: BackPosition) -> Decimal:
    """Upstox tells what the trades came to, from which the average is exact."""
    if account.broker_id is not BrokerId.UPSTOX or not one.quantity:
        return _told(one.average)
    value, units = (
        (one.buy_value, one.buy_quantity) if one.quantity > 0 else (one.sell_value, one.sell_quantity)
    )
    return Decimal(value) / 100 / units


def _funded(account: Account, held: BackHolding) -> Decimal:
    """Rupees a share on the broker's money had cost, as he tells it: Upstox what all of them had."""
    if account.broker_id is BrokerId.UPSTOX and held.mtf_quantity:
        return Decimal(held.mtf_value) / 100 / held.mtf_quantity
    return _told(held.mtf_average)


def _told(average: float) -> Decimal:
    """Paise as every broker sends them: rupees with four decimals."""
    return Decimal(str(round(average / 100, 4)))


def _cost(quantity: int, average: Decimal) -> Decimal:
    return (average * quantity).quantize(PAISA, ROUND_HALF_UP)


def _same(name: str, mine: Money | None, paise: int) -> Iterator[str]:
    if mine is None:
        yield f"{name} is not known, and no reason for it is"
    elif mine != Money.paise(paise):
        yield f"{name} {mine}, should be {Money.paise(paise)} ({mine - Money.paise(paise)} more)"


def lots_differ(
    world: World, account: Account, actions: list[CorporateAction], ended: dict[str, Settlement]
) -> Iterator[str]:
    """Own lots, first in, first out: they hold what is owned, and realised and open profit together are what the
    prints alone made. `ended`: contracts that expired."""
    found = lots_of(account.trades, today=world.day, actions=actions, settlements=ended.values())
    units: dict[str, int] = {}
    for lot in found.lots:
        name = lot.isin or str(lot.instrument)
        units[name] = units.get(name, 0) + lot.quantity
    owned: dict[str, int] = {}
    for (name, _), quantity in account.book.owned().items():
        listing = world.exchange.instruments.get(name)
        share = listing.isin if listing is not None and listing.isin else name
        owned[share] = owned.get(share, 0) + quantity
    for _, (name, _), more in account.book.coming:  # the company owes them already
        owned[name] = owned.get(name, 0) + more
    if {name: one for name, one in units.items() if one} != {name: one for name, one in owned.items() if one}:
        yield f"lots of {units}, owned {owned}"
    keys = {isin: f"NSE:{name.symbol}" for name, isin in world.isins.items()}
    now = {name: Price.paise(world.last(keys.get(name, name))) for name in units}
    made = [one.realised for one in found.closings]
    made += [lot.unrealised(now[lot.isin or str(lot.instrument)]) for lot in found.lots]
    if None in made:
        yield "a lot whose profit is not known"
        return
    total = Money.sum(one for one in made if one is not None)
    flow = Money.sum(one.value if one.side.value == "SELL" else -one.value for one in account.trades)
    worth = Money.sum(price * units[name] for name, price in now.items())
    for key, end in ended.items():
        left = sum(
            one.quantity if one.side.value == "BUY" else -one.quantity
            for one in account.trades
            if str(one.instrument) == key
        )
        worth += end.price * left
    if total != flow + worth:
        yield f"lots made {total}, the prints {flow + worth}"
