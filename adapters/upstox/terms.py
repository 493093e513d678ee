"""What Upstox takes and how often, as data. Sources: upstox.com/developer, as read up to November 2026."""

from __future__ import annotations

import string
from datetime import time

from adapters.broker import CredentialField, FeedTerms, LoginKind, MarketProtection, RateLimit, Terms
from domain.account import BrokerId
from domain.conditional import ConditionalKind
from domain.instrument import Exchange
from domain.market import Mode
from domain.order import OrderType, Product, Validity

TERMS = Terms(
    broker=BrokerId.UPSTOX,
    name="Upstox",
    letter="U",
    login=LoginKind.REDIRECT,
    credential_fields=(
        CredentialField("api_key", "API key", secret=False, required=True, help="The app's client id"),
        CredentialField(
            "api_secret", "API secret", secret=True, required=True, help="The app's client secret"
        ),
        CredentialField(
            "algo_name",
            "Algo name",
            secret=False,
            required=False,
            help="Only for an app with an algorithm registered at the exchange: its name, as Upstox shows it",
        ),
    ),
    session_ends_at=time(3, 30),  # every token dies at the next 03:30 IST, whenever it was made
    # MCX is switched off over the API (UDAPI1161). Currency quantities are not documented well enough to send.
    exchanges=frozenset({Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO}),
    products=frozenset({Product.CNC, Product.MIS, Product.NRML, Product.MTF}),
    order_types=frozenset(OrderType),
    validities=frozenset({Validity.DAY, Validity.IOC}),
    tag_length=(1, 40),  # UDAPI1119 beyond 40
    tag_alphabet=string.ascii_letters + string.digits,
    limits=(
        # One bucket for place, modify, cancel: whether Upstox counts each endpoint apart is not documented.
        RateLimit("order", 10, 1),
        RateLimit("order", 500, 60),
        RateLimit("order", 2000, 1800),
        RateLimit("quote", 50, 1),
        RateLimit("quote", 500, 60),
        RateLimit("quote", 2000, 1800),
        RateLimit("history", 50, 1),
        RateLimit("history", 500, 60),
        RateLimit("history", 2000, 1800),
        RateLimit("other", 50, 1),
        RateLimit("other", 500, 60),
        RateLimit("other", 2000, 1800),
    ),
    disclosed_quantity=True,
    market_protection=MarketProtection.SENT,
    posts_updates=True,
    logs_out=True,
    phone_login=True,
    converts=True,
    # OCO is left out: Upstox's GTT of several rules always begins with an entry of its own.
    conditionals=frozenset({ConditionalKind.SINGLE}),
    conditional_types=frozenset({OrderType.MARKET}),  # the wire has no place for a limit
    after_market=True,
    lists_addresses=True,
    quote_batch=500,  # UDAPI100042 beyond
    history_days={"1m": 27, "5m": 27, "15m": 27, "1h": 84, "1d": 3599},  # whole dates, both ends counted
    # Two connections of the market feed a user (five on Plus, which the API does not tell); its modes ltpc and full.
    feed=FeedTerms(
        connections=2,
        carries={Mode.LTP: Mode.LTP, Mode.QUOTE: Mode.DEPTH, Mode.DEPTH: Mode.DEPTH},
        alone={Mode.LTP: 5000, Mode.DEPTH: 2000},
        mixed={Mode.LTP: 2000, Mode.DEPTH: 1500},
        together=5000,
    ),
    # Estimates for planning; the broker's own margin call decides. Intraday leverage is 5x at most by regulation.
    margin_rates={Product.CNC: "1", Product.MIS: "0.2", Product.NRML: "0.15", Product.MTF: "0.5"},
    visible_after=1.0,
    quiet_window=30.0,
)
