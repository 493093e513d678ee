"""What the sandbox's native Mock broker takes, as data. Source: docs/sandbox.md."""

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
    broker=BrokerId.MOCK,
    name="Mock Broker",
    letter="M",
    login=LoginKind.REDIRECT,
    credential_fields=(
        CredentialField(
            "api_key", "Client ID", secret=False, required=True, help="The sandbox's own is sandboxdemo"
        ),
        CredentialField(
            "api_secret",
            "Client secret",
            secret=True,
            required=True,
            help="The sandbox's is sandboxdemo-secret",
        ),
    ),
    session_ends_at=time(6, 0),
    exchanges=frozenset({Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO}),
    products=frozenset(Product),
    order_types=frozenset(OrderType),
    validities=frozenset({Validity.DAY, Validity.IOC}),
    tag_length=(1, 40),
    tag_alphabet=string.ascii_uppercase + string.ascii_lowercase + string.digits,
    # The sandbox counts nothing; these keep a program's habits right for a real broker.
    limits=(
        # A simulated broker has no exchange rule to keep; these only stop a runaway loop.
        RateLimit("order", 2000, 1),
        RateLimit("quote", 200, 1),
        RateLimit("history", 50, 1),
        RateLimit("other", 500, 1),
    ),
    disclosed_quantity=True,
    market_protection=MarketProtection.NONE,
    moves_funds=True,
    logs_out=True,
    exchange_rules=False,
    quote_batch=500,
    history_days={"1m": 31, "5m": 93, "15m": 186, "1h": 400, "1d": 2000},
    # One mode, which tells the day's figures and no depth.
    feed=FeedTerms(
        carries=dict.fromkeys(Mode, Mode.QUOTE), together=5000, gives=frozenset({Mode.LTP, Mode.QUOTE})
    ),
    converts=True,
    conditionals=frozenset(ConditionalKind),
    conditional_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
    after_market=True,
    iceberg_legs=50,
    most_changes=25,
    margin_rates={Product.CNC: "1", Product.MTF: "0.4", Product.MIS: "0.2", Product.NRML: "0.15"},
    visible_after=0.5,
    quiet_window=5.0,
)
