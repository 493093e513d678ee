"""A broker's tradebook (CSV) as trades of one account: found by the names of its columns, read row by row.

A row that breaks a rule is told with its line, column and rule, and no row is guessed at.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from domain.account import AccountId
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.trade import CASH, AccountTrade, TradeSource
from orchestrator.trades import cells
from orchestrator.trades.cells import Bad
from routing.notation import Unreadable, kind_of

MOST_ROWS = 10_000
LONGEST_CELL = 500
PREAMBLE = 40  # rows above the header that reports of brokers begin with
MOST_REFUSED = 100  # told of one file
FINEST = Decimal("1E-8")  # rupees: of an average out of a value and a quantity
FIRST_DAY = date(1994, 11, 3)  # of NSE's first trade in shares

# What a column is called, in small letters and digits alone.
NAMES: Mapping[str, tuple[str, ...]] = {
    "symbol": ("symbol", "tradingsymbol", "scripname", "scrip", "stocksymbol", "contract", "contractname"),
    "isin": ("isin", "isincode"),
    "date": ("tradedate", "date", "executiondateandtime", "executiondate", "dateandtime"),
    "time": ("orderexecutiontime", "tradetime", "executiontime", "time"),
    "exchange": ("exchange", "exch"),
    "segment": ("segment",),
    "side": ("tradetype", "side", "type", "buysell", "transactiontype", "action"),
    "quantity": ("quantity", "qty", "tradedquantity", "filledquantity"),
    "price": ("price", "tradeprice", "averageprice", "rate"),
    "value": ("value", "amount", "tradevalue"),
    "trade_id": ("tradeid", "tradenum", "tradeno", "tradenumber"),
    "order_id": ("orderid", "exchangeorderid", "ordernumber", "orderno"),
    "product": ("product", "producttype"),
    "status": ("orderstatus", "status"),
}
NEEDED = ("date", "exchange", "side", "quantity")


@dataclass(frozen=True, slots=True)
class Format:
    """A layout that is known by its columns. `verified`: seen in public sources, not only heard of."""

    name: str
    columns: frozenset[str]
    verified: bool


FORMATS = (
    Format(
        "Zerodha Console",
        frozenset(
            {
                "symbol",
                "isin",
                "tradedate",
                "exchange",
                "segment",
                "tradetype",
                "quantity",
                "price",
                "tradeid",
            }
        ),
        verified=True,
    ),
    Format(
        "Upstox",
        frozenset({"date", "exchange", "segment", "tradenum", "tradetime", "side", "quantity", "price"}),
        verified=False,
    ),
    Format(
        "Groww",
        frozenset({"stockname", "symbol", "isin", "type", "quantity", "value", "exchangeorderid"}),
        verified=False,
    ),
)


class Unusable(ValueError):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that breaks a rule. `line` counts from 1, as editors do; `value` is the cell as it stands."""

    line: int
    column: str
    rule: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    trade: AccountTrade


@dataclass(slots=True)
class Tradebook:
    """What a file has. `untraded`: rows of orders that did not trade, left out."""

    format: str
    verified: bool
    rows: list[Row] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_count: int = 0
    untraded: int = 0

    def refuse(self, line: int, column: str, rule: str, value: str) -> None:
        self.refused_count += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append(Refused(line, column, rule, value[:60]))


@dataclass(frozen=True, slots=True)
class Names:
    """What the product lists: `listed` a name, the listing of an ISIN on an exchange, the ISIN of a listing."""

    listed: Callable[[InstrumentId], bool]
    by_isin: Callable[[str, Exchange], InstrumentId | None]
    isin: Callable[[InstrumentId], str | None]


def read(data: bytes, account: AccountId, *, names: Names, now: datetime) -> Tradebook:
    """Every row of the file. Raises Unusable."""
    sheet, header_at, columns = _table(_text(data))
    titles = frozenset(map(_key, sheet[header_at][1]))
    known = next((one for one in FORMATS if one.columns <= titles), None)
    book = Tradebook(
        known.name if known else "by the names of its columns", known.verified if known else False
    )
    body = [(line, row) for line, row in sheet[header_at + 1 :] if any(cell.strip() for cell in row)]
    if len(body) > MOST_ROWS:
        raise Unusable(
            f"the file has {len(body)} rows; send at most {MOST_ROWS} at a time, for example a year"
        )
    reader = _Reader(account, columns, sheet[header_at][1], names, now)
    for line, row in body:
        reader.take(line, row, book)
    return book


def _text(data: bytes) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unusable("this is a spreadsheet: save it as CSV first")
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise Unusable("this is no text: save the file as CSV in UTF-8")


def _table(text: str) -> tuple[list[tuple[int, list[str]]], int, dict[str, int]]:
    """Rows with their lines, where the header is, and the place of each column that is known."""
    for delimiter in (",", ";", "\t", "|"):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            sheet = [(reader.line_num, row) for row in reader]
        except csv.Error as error:
            raise Unusable(f"this is no CSV: {error}") from None
        for place, (_, row) in enumerate(sheet[:PREAMBLE]):
            columns = _columns(row)
            if all(name in columns for name in NEEDED) and ("price" in columns or "value" in columns):
                return sheet, place, columns
    raise Unusable("no row names the columns date, exchange, side, quantity and price")


def _columns(row: Sequence[str]) -> dict[str, int]:
    titles = [_key(cell) for cell in row]
    found: dict[str, int] = {}
    for name, called in NAMES.items():
        places = [titles.index(one) for one in called if one in titles]
        if places:
            found[name] = places[0]
    return found


def _key(title: str) -> str:
    return "".join(letter for letter in title.lower() if letter.isalnum())


@dataclass(slots=True)
class _Reader:
    """Rows into trades. `_repeats` numbers rows without a trade id of their own that are otherwise alike."""

    account: AccountId
    columns: Mapping[str, int]
    titles: Sequence[str]
    names: Names
    now: datetime
    _repeats: dict[str, int] = field(default_factory=dict)

    def take(self, line: int, row: Sequence[str], book: Tradebook) -> None:
        at = "date"

        def cell(name: str) -> str:
            nonlocal at
            at = name
            place = self.columns.get(name)
            text = row[place] if place is not None and place < len(row) else ""
            if len(text) > LONGEST_CELL:
                raise Bad(f"a cell has at most {LONGEST_CELL} letters")
            return text

        try:
            if "status" in self.columns and not cells.is_done(cell("status")):
                book.untraded += 1
                return
            book.rows.append(Row(line, self._trade(cell)))
        except Bad as rule:
            if rule.column is not None and rule.column in self.columns:
                at = rule.column
            place = self.columns.get(at)
            title = self.titles[place].strip() if place is not None else at
            value = row[place] if place is not None and place < len(row) else ""
            book.refuse(line, title, str(rule), value)

    def _trade(self, cell: Callable[[str], str]) -> AccountTrade:
        clock = cell("time")
        when = cells.moment(cell("date"), clock or None)
        if when > self.now or when.date() < FIRST_DAY:
            raise Bad("a trade is not in the future, and not older than the electronic exchange")
        segment = cell("segment")
        exchange = cells.exchange(cell("exchange"), segment)
        isin = cells.isin(cell("isin"))
        instrument = self._instrument(cell("symbol"), exchange, isin)
        side = cells.side(cell("side"))
        units = cells.quantity(cell("quantity"))
        price = self._price(cell, units)
        product = cells.product(cell("product"))
        order_id = cells.number_of(cell("order_id"))
        told = cells.number_of(cell("trade_id"))
        return AccountTrade(
            account_id=self.account,
            instrument=instrument,
            side=side,
            quantity=units,
            price=Price(price),
            at=when,
            trade_id=told
            or self._made(f"{instrument} {side} {order_id or when.isoformat()} {units} {price}"),
            source=TradeSource.IMPORTED,
            product=product,
            order_id=order_id,
            isin=isin or (self.names.isin(instrument) if exchange in CASH else None),
        )

    def _price(self, cell: Callable[[str], str], units: int) -> Decimal:
        if "price" in self.columns:
            return cells.price(cell("price"))
        value = cells.number(cell("value")) / units
        if not FINEST <= value <= cells.MOST_RUPEES:
            raise Bad("a value comes to more than zero rupees a unit, and to no more than a price")
        return value.quantize(FINEST, ROUND_HALF_EVEN).normalize()

    def _instrument(self, text: str, exchange: Exchange, isin: str | None) -> InstrumentId:
        """The canonical name; of a share that nobody lists any more, as it stands with its ISIN."""
        symbol = cells.plain(text).upper().replace(" ", "" if exchange not in CASH else " ")
        if not symbol or not (symbol.isascii() and symbol.isprintable()) or len(symbol) > 40:
            raise Bad("a symbol is the exchange's short name, like INFY or NIFTY26NOV24000CE")
        for one in (symbol, *([symbol.rpartition("-")[0]] if "-" in symbol else [])):
            if self.names.listed(name := InstrumentId(exchange, one)):
                return name
        if exchange not in CASH:
            try:
                kind_of(name := InstrumentId(exchange, symbol))
            except Unreadable:
                raise Bad("a contract is named like NIFTY26NOVFUT or NIFTY26NOV24000CE") from None
            return name
        if isin is None:
            raise Bad("nobody lists this symbol, and the row has no ISIN")
        return self.names.by_isin(isin, exchange) or InstrumentId(exchange, symbol)

    def _made(self, content: str) -> str:
        """An id for a row that has none, the same whenever the file is read."""
        count = self._repeats[content] = self._repeats.get(content, 0) + 1
        return f"row {content} {count}"
