"""A portfolio as text, as stories expect it: one line a holding lot, one a position, money in rupees."""

from __future__ import annotations

from domain.money import Money
from domain.portfolio import HoldingLine, HoldingLot, Portfolio, PositionLine


def table(view: Portfolio) -> str:
    lines = [text for one in view.holdings for text in _holding(one)]
    lines += [_position(one) for one in view.positions]
    return "\n".join(lines)


def lines(text: str) -> str:
    """The expected table, written indented and aligned."""
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def _holding(line: HoldingLine) -> list[str]:
    several = len(line.lots) > 1
    found = [f"{line.instrument.symbol} {_lot(one)}" for one in line.lots]
    if several:
        found = [f"{line.instrument.symbol} {one.broker} {_lot(one)}" for one in line.lots]
    sums = f"cost {_money(line.invested)} worth {_money(line.value)}"
    result = f"pnl {_money(line.pnl)} day {_money(line.day_pnl)}"
    if several:
        return [*found, f"{line.instrument.symbol} {line.quantity} {sums} {result}"]
    return [f"{found[0]} {sums} {result}"]


def _lot(lot: HoldingLot) -> str:
    parts = [
        f"{count} {word}"
        for count, word in (
            (lot.t1_quantity, "T1"),
            (lot.bought_quantity, "bought"),
            (lot.sold_quantity, "sold"),
            (lot.pledged_quantity, "pledged"),
            (lot.unauthorised_quantity, "unauthorised"),
        )
        if count
    ]
    told = f" ({', '.join(parts)})" if parts else ""
    return f"{lot.product} {lot.quantity}{told}"


def _position(line: PositionLine) -> str:
    carried = sum(lot.overnight_quantity for lot in line.lots)
    told = f" ({carried} carried)" if carried else ""
    made = f"realised {_money(line.realised)} open {_money(line.unrealised)}"
    return f"{line.instrument} {line.product} {line.quantity}{told} {made} day {_money(line.day_pnl)}"


def _money(amount: Money | None) -> str:
    return "-" if amount is None else str(amount)
