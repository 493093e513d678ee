"""One cell of a broker's tradebook as a value. What cannot be read raises Bad with the rule that it breaks."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from domain.calendar import IST
from domain.instrument import Exchange
from domain.order import Product, Side

MOST_UNITS = 10**9
MOST_RUPEES = Decimal(10**9)
MOST_DIGITS = 25  # of a number: what is longer could not be reckoned with exactly
LONGEST_NUMBER = 60
NOON = time(12)  # of a trade whose source tells the day alone

_PROTECTED = re.compile(r'="(.*)"')  # how spreadsheets keep a number from losing its zeros
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", re.ASCII)
_ROUNDED = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)  # 1.1E+15: its last digits are gone
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
_ISIN = re.compile(r"[A-Z]{2}[A-Z0-9]{9}[0-9]")
DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%Y/%m/%d", "%d-%b-%Y", "%d %b %Y", "%d-%b-%y", "%d %B %Y")
TIMES = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")

SIDES = {"BUY": Side.BUY, "B": Side.BUY, "SELL": Side.SELL, "S": Side.SELL}
PRODUCTS = {
    "CNC": Product.CNC,
    "DELIVERY": Product.CNC,
    "D": Product.CNC,
    "MIS": Product.MIS,
    "INTRADAY": Product.MIS,
    "I": Product.MIS,
    "NRML": Product.NRML,
    "MTF": Product.MTF,
}
CASH, DERIVATIVES, CURRENCY = "cash", "derivatives", "currency"
SEGMENTS = {
    "EQ": CASH,
    "EQUITY": CASH,
    "CASH": CASH,
    "CM": CASH,
    "FO": DERIVATIVES,
    "FNO": DERIVATIVES,
    "F&O": DERIVATIVES,
    "DERIVATIVES": DERIVATIVES,
    "CD": CURRENCY,
    "CDS": CURRENCY,
    "CURRENCY": CURRENCY,
    "COM": "commodity",
    "COMMODITY": "commodity",
    "": "",
}
VENUES = {
    ("NSE", CASH): Exchange.NSE,
    ("NSE", ""): Exchange.NSE,
    ("NSE", DERIVATIVES): Exchange.NFO,
    ("NSE", CURRENCY): Exchange.CDS,
    ("BSE", CASH): Exchange.BSE,
    ("BSE", ""): Exchange.BSE,
    ("BSE", DERIVATIVES): Exchange.BFO,
    ("BSE", CURRENCY): Exchange.BCD,
}
DONE = {"EXECUTED", "COMPLETE", "COMPLETED", "TRADED", "FILLED", ""}
NOT_DONE = {"CANCELLED", "CANCELED", "REJECTED", "FAILED", "PENDING", "OPEN", "EXPIRED"}


class Bad(ValueError):
    """The cell breaks a rule, which the message is. `column`: where it is not in the cell that was read last."""

    def __init__(self, rule: str, *, column: str | None = None) -> None:
        super().__init__(rule)
        self.column = column


def plain(text: str) -> str:
    """Without what a spreadsheet puts around it. Raises Bad for a formula."""
    shown = text.replace("\u00a0", " ").strip()
    if found := _PROTECTED.fullmatch(shown):
        shown = found[1].strip()
    if shown.startswith("="):
        raise Bad("a formula is not a value: save the file with values")
    return shown.removeprefix("'")


def number_of(text: str) -> str:
    """A trade's or an order's, as the broker or exchange writes it."""
    shown = plain(text)
    if len(shown) > LONGEST_NUMBER or not (shown.isascii() and shown.isprintable()):
        raise Bad(f"an id has at most {LONGEST_NUMBER} plain letters and digits")
    if _ROUNDED.fullmatch(shown):
        raise Bad(
            "a spreadsheet has rounded this id: download the file anew, and do not save it from a spreadsheet"
        )
    return shown


def number(text: str) -> Decimal:
    """With or without commas, Indian or not, and a sign of rupees before it."""
    shown = plain(text)
    for sign in ("\u20b9", "Rs.", "Rs", "INR"):
        shown = shown.removeprefix(sign).strip()
    if not (_PLAIN.fullmatch(shown) or _GROUPED.fullmatch(shown)):
        raise Bad("a number is written like 1500.05 or 1,23,456.75")
    value = Decimal(shown.replace(",", ""))
    if len(value.as_tuple().digits) > MOST_DIGITS or -value.adjusted() > MOST_DIGITS:
        raise Bad(f"a number has at most {MOST_DIGITS} digits")
    return value


def quantity(text: str) -> int:
    value = number(text)
    if value != value.to_integral_value() or not 0 < value <= MOST_UNITS:
        raise Bad("a quantity is a whole number above zero")
    return int(value)


def price(text: str) -> Decimal:
    value = number(text)
    if not 0 < value <= MOST_RUPEES:
        raise Bad("a price is above zero rupees")
    return value


def side(text: str) -> Side:
    found = SIDES.get(plain(text).upper())
    if found is None:
        raise Bad("a side is buy or sell")
    return found


def product(text: str) -> Product | None:
    """None where the cell is empty."""
    shown = plain(text).upper()
    if shown and shown not in PRODUCTS:
        raise Bad(f"a product is one of {', '.join(PRODUCTS)}, or left empty")
    return PRODUCTS.get(shown)


def exchange(text: str, segment: str) -> Exchange:
    name, part = plain(text).upper(), plain(segment).upper()
    if part not in SEGMENTS:
        raise Bad(f"a segment is one of {', '.join(filter(None, SEGMENTS))}", column="segment")
    known = VENUES.get((name, SEGMENTS[part]))
    if known is None and name in Exchange.__members__ and name not in ("NSE", "BSE"):
        known = Exchange(name)
    if known is None:
        raise Bad(f"an exchange is one of {', '.join(Exchange)}")
    return known


def isin(text: str) -> str | None:
    """None where the cell is empty. The last digit proves the others (ISO 6166)."""
    shown = plain(text).upper()
    if not shown:
        return None
    if not _ISIN.fullmatch(shown):
        raise Bad("an ISIN is two letters, nine letters or digits, and a digit")
    digits = "".join(str(int(letter, 36)) for letter in shown)
    doubled = [int(one) * (2 if place % 2 else 1) for place, one in enumerate(reversed(digits))]
    if sum(one // 10 + one % 10 for one in doubled) % 10:
        raise Bad("the last digit of the ISIN does not fit the others")
    return shown


def day(text: str) -> date:
    shown = plain(text)
    for form in DATES:
        try:
            return datetime.strptime(shown, form).replace(tzinfo=IST).date()
        except ValueError:
            continue
    raise Bad("a day is written like 2026-11-18, 18-11-2026 or 18-Nov-2026: day before month")


def moment(when: str, clock: str | None = None) -> datetime:
    """IST. Of one cell with day and time, or of two; noon where only the day is told."""
    shown = plain(when)
    if clock is None or not plain(clock):
        parts = re.split(r"[T ]+(?=\d{1,2}:)|,\s*", shown, maxsplit=1)
        if len(parts) == 1:
            return datetime.combine(day(shown), NOON, IST)
        shown, told = parts
        return datetime.combine(day(shown), _time(told), IST)
    told = plain(clock)
    if not re.match(r"\d{1,2}:", told):  # the second cell has the day as well
        return moment(told)
    return datetime.combine(day(shown), _time(told), IST)


def _time(text: str) -> time:
    shown = text.strip().upper().removesuffix("+05:30").removesuffix(" IST").partition(".")[0].strip()
    for form in TIMES:
        try:
            return datetime.strptime(shown, form).replace(tzinfo=IST).time()
        except ValueError:
            continue
    raise Bad("a time is written like 10:15:30 or 10:15 AM", column="time")


def is_done(text: str) -> bool:
    """Whether an order's row says that it traded."""
    shown = plain(text).upper()
    if shown in DONE:
        return True
    if shown in NOT_DONE:
        return False
    raise Bad(f"a status is one of {', '.join(sorted(filter(None, DONE | NOT_DONE)))}")
