"""The people of the sandbox: how a user is made, and the demo users each broker starts with.

Cash and holdings differ at each broker and overlap: INFY is held at three of them, at the NSE in two and at the BSE
in one. All demo users are one person: the same PAN everywhere.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from mocks.brokers.backoffice.accounts import App, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.login_page import SANDBOX_PASSWORD, SANDBOX_PIN
from mocks.exchange.model import Kind

DEMO_KEY, DEMO_SECRET = "sandboxdemo", "sandboxdemo-secret"
DEMO_PAN = "ABCPD1234E"
LAKH = 100_000_00  # paise


@dataclass(frozen=True, slots=True)
class Owned:
    """Shares in the demat account; `average` in paise, None means the previous close."""

    key: str
    quantity: int
    average: float | None = None
    t1: int = 0


@dataclass(frozen=True, slots=True)
class Carried:
    """A position, signed; `price` in paise, None means the previous close."""

    key: str
    product: Product
    quantity: int
    price: int | None = None


@dataclass(frozen=True, slots=True)
class NewUser:
    """`cash` in paise. `user_id` "" takes the broker's next; `pan` "" makes one of the user's own."""

    name: str = "Sandbox User"
    user_id: str = ""
    cash: int = LAKH
    holdings: Sequence[Owned] = ()
    positions: Sequence[Carried] = ()
    ddpi: bool = True
    pan: str = ""


def create(office: BackOffice, new: NewUser) -> User:
    """Add a user with an app to log in by. Raises Refusal for an unknown listing or a user id in use."""
    user_id = new.user_id or _next_id(office)
    if user_id in office.directory.users:
        raise Refusal(Code.UNKNOWN_USER, f"There is a user {user_id} already")
    for key in [*(one.key for one in new.holdings), *(one.key for one in new.positions)]:
        office.instrument(key)
    digest = hashlib.sha256(f"{office.profile.name}:{user_id}".encode()).digest()
    user = office.add_user(
        User(
            user_id=user_id,
            name=new.name,
            email=f"{user_id.lower()}@sandbox.test",
            mobile="9" + f"{int.from_bytes(digest[:5], 'big') % 10**9:09d}",
            pan=new.pan or _pan(digest),
            password=SANDBOX_PASSWORD,
            pin=SANDBOX_PIN,
            totp_secret=base64.b32encode(digest[:20]).decode(),
            opening_cash=new.cash,
            ddpi=new.ddpi,
        )
    )
    for owned in new.holdings:
        close = office.instrument(owned.key).prev_close
        office.set_holding(
            user_id,
            owned.key,
            owned.quantity,
            owned.average if owned.average is not None else close,
            t1=owned.t1,
        )
    for carried in new.positions:
        price = carried.price if carried.price is not None else office.instrument(carried.key).prev_close
        office.set_position(user_id, carried.key, carried.product, carried.quantity, price)
    app_of(office, user)
    return user


def app_of(office: BackOffice, user: User) -> App:
    """The app a user's programs log in with: the shared demo app, or one of his own where the broker wants that."""
    apps = office.directory.apps
    if not office.profile.app_per_user:
        return apps.get(DEMO_KEY) or office.add_app(App(DEMO_KEY, DEMO_SECRET))
    for app in apps.values():
        if app.user_id == user.user_id:
            return app
    first = DEMO_KEY not in apps
    key = DEMO_KEY if first else f"sandbox-{user.user_id.lower()}"
    secret = DEMO_SECRET if first else hashlib.sha256(key.encode()).hexdigest()[:32]
    return office.add_app(App(key, secret, user_id=user.user_id, totp_secret=user.totp_secret))


def _next_id(office: BackOffice) -> str:
    number = len(office.directory.users) + 1
    while (user_id := office.profile.user_id(number)) in office.directory.users:
        number += 1
    return user_id


def _pan(digest: bytes) -> str:
    letters = [chr(65 + byte % 26) for byte in digest[5:10]]
    digits = f"{int.from_bytes(digest[10:12], 'big') % 10_000:04d}"
    return f"{letters[0]}{letters[1]}{letters[2]}P{letters[3]}{digits}{letters[4]}"


# --- the demo --------------------------------------------------------------------------------------------------------

# (listing, shares, bought at this percentage of the previous close, of which bought yesterday)
Lot = tuple[str, int, float, int]

DEMO_CASH = {"kite": 285_000_00, "upstox": 420_000_00, "groww": 64_000_00, "mock": 150_000_00}
DEMO_HOLDINGS: dict[str, tuple[Lot, ...]] = {
    "kite": (
        ("NSE:INFY", 40, 91.5, 0),
        ("NSE:RELIANCE", 30, 104.2, 0),
        ("NSE:HDFCBANK", 60, 88.0, 0),
        ("NSE:TITAN", 12, 97.3, 0),
        ("NSE:ITC", 200, 93.7, 50),
    ),
    "upstox": (
        ("NSE:INFY", 15, 102.4, 0),
        ("BSE:RELIANCE", 10, 95.1, 0),
        ("NSE:TCS", 12, 108.6, 0),
        ("NSE:SBIN", 80, 79.9, 0),
    ),
    "groww": (
        ("BSE:INFY", 10, 96.8, 0),
        ("NSE:HDFCBANK", 20, 99.2, 0),
        ("NSE:TATASTEEL", 150, 84.4, 0),
        ("NSE:ITC", 50, 101.5, 0),
    ),
    "mock": (("NSE:WIPRO", 60, 103.0, 0), ("NSE:SBIN", 30, 90.3, 0), ("NSE:LT", 8, 86.9, 0)),
}


def demo(office: BackOffice) -> None:
    """Two users at a broker: the demo person, and one with a little cash and nothing else."""
    name = office.profile.name
    holdings = []
    for key, quantity, percent, t1 in DEMO_HOLDINGS[name]:
        average = round(office.instrument(key).prev_close * percent / 100)
        holdings.append(Owned(key, quantity, average, t1))
    create(
        office,
        NewUser(
            name="Asha Demo",
            cash=DEMO_CASH[name],
            holdings=holdings,
            positions=_demo_positions(office),
            pan=DEMO_PAN,
        ),
    )
    create(office, NewUser(name="Ravi Newcomer", cash=LAKH))


def _demo_positions(office: BackOffice) -> list[Carried]:
    """An intraday share at one broker, a NIFTY future with a week to go carried overnight at another."""
    if office.profile.name == "kite":
        return [Carried("NSE:AXISBANK", Product.MIS, 50)]
    if office.profile.name == "upstox":
        soon = (office.now() + timedelta(days=7)).date().isoformat()
        futures = [
            one
            for one in office.exchange.instruments.values()
            if one.kind is Kind.FUTURE and one.symbol.startswith("NIFTY") and one.expiry > soon
        ]
        nearest = min(futures, key=lambda one: one.expiry)
        return [Carried(nearest.key, Product.NRML, nearest.lot)]
    return []
