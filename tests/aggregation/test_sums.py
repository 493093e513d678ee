"""Whatever the accounts hold: totals are the sums of their parts, and nobody's lots depend on the others."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregation.portfolio import build
from aggregation.valuation import total
from domain.order import Product
from domain.portfolio import AccountSnapshot, HoldingLine, Lot, Portfolio, PositionLine
from domain.position import Holding, Position
from tests.aggregation.cases import ISINS, NOW, SHARES, holds, prices, snapshot, trades

PRICES = prices(
    NSE_INFY=("1550.35", "1500"),
    BSE_INFY=("1549.10", "1499"),
    NSE_TCS=("3000.05", "3100"),
    NSE_SBIN=("812", None),
)
NAMES = st.sampled_from(sorted(ISINS))
RUPEES = st.integers(1, 500_000).map(lambda paise: f"{paise // 100}.{paise % 100:02}")


@st.composite
def holding(draw: st.DrawFn) -> Holding:
    average = draw(st.none() | RUPEES)
    return holds(draw(NAMES), draw(st.integers(0, 500)), average)


@st.composite
def position(draw: st.DrawFn) -> Position:
    product = draw(st.sampled_from(Product))
    return trades(
        draw(NAMES),
        product,
        bought=(draw(st.integers(0, 300)), draw(RUPEES)),
        sold=(draw(st.integers(0, 300)), draw(RUPEES)),
        overnight=draw(st.sampled_from([0, 0, 10])) if product in (Product.MIS, Product.NRML) else 0,
    )


@st.composite
def accounts(draw: st.DrawFn) -> list[AccountSnapshot]:
    parts = st.lists(holding() | position(), max_size=5)
    return [snapshot(name, *draw(parts), cash=draw(RUPEES)) for name in "zugm"[: draw(st.integers(0, 4))]]


def lots(portfolio: Portfolio) -> list[Lot]:
    lines: list[HoldingLine | PositionLine] = [*portfolio.holdings, *portfolio.positions]
    return [lot for line in lines for lot in line.lots]


def view(snapshots: list[AccountSnapshot]) -> Portfolio:
    return build(snapshots, PRICES, isins=SHARES, as_of=NOW)


@settings(max_examples=120, deadline=None)
@given(snapshots=accounts())
def test_totals_are_the_sums_of_the_lines_and_lines_of_the_lots(snapshots: list[AccountSnapshot]) -> None:
    got = view(snapshots)
    lines: list[HoldingLine | PositionLine] = [*got.holdings, *got.positions]
    assert got.totals.value == total(line.value for line in got.holdings)
    assert got.totals.invested == total(line.invested for line in got.holdings)
    assert got.totals.pnl == total(line.pnl for line in lines)
    assert got.totals.day_pnl == total(line.day_pnl for line in lines)
    for line in lines:
        assert line.quantity == sum(lot.quantity for lot in line.lots)
        assert line.pnl == total(lot.pnl for lot in line.lots)
        assert line.day_pnl == total(lot.day_pnl for lot in line.lots)
    for shares in got.holdings:
        if shares.value is not None and shares.invested is not None:
            assert shares.pnl == shares.value - shares.invested
    for traded in got.positions:
        assert traded.pnl == total((traded.realised, traded.unrealised))


@settings(max_examples=120, deadline=None)
@given(snapshots=accounts())
def test_every_share_is_counted_once(snapshots: list[AccountSnapshot]) -> None:
    got = view(snapshots)
    held = sum(one.quantity for each in snapshots for one in each.holdings)
    bought = sum(
        max(0, one.quantity)
        for each in snapshots
        for one in each.positions
        if one.product in (Product.CNC, Product.MTF)
    )
    assert sum(line.quantity for line in got.holdings) == held + bought


@settings(max_examples=40, deadline=None)
@given(snapshots=accounts())
def test_the_order_of_accounts_changes_nothing(snapshots: list[AccountSnapshot]) -> None:
    assert len({repr(view(list(some))) for some in permutations(snapshots)}) == 1


@settings(max_examples=80, deadline=None)
@given(snapshots=accounts())
def test_another_account_never_changes_the_lots_of_the_first(snapshots: list[AccountSnapshot]) -> None:
    if not snapshots:
        return
    alone = view(snapshots[:1])
    together = view(snapshots)
    mine = {lot for lot in lots(together) if lot.account_id == snapshots[0].account_id}
    assert set(lots(alone)) == mine
