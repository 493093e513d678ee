"""What Zerodha takes through Kite Connect v3 and how often, as data. Source: kite.trade/docs/connect/v3 (2026)."""

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
    broker=BrokerId.ZERODHA,
    name="Zerodha",
    letter="Z",
    login=LoginKind.REDIRECT,
    credential_fields=(
        CredentialField(
            "api_key", "API key", secret=False, required=True, help="From your app at developers.kite.trade"
        ),
        CredentialField(
            "api_secret", "API secret", secret=True, required=True, help="Shown beside the API key"
        ),
        CredentialField(
            "algo_id",
            "Algo id",
            secret=False,
            required=False,
            help="Only for a strategy registered at the exchange: its id there",
        ),
    ),
    # Flushed at 06:00 IST; users see it happen until about 07:35, so a login before that may not last.
    session_ends_at=time(6, 0),
    exchanges=frozenset(Exchange),
    products=frozenset(Product),
    order_types=frozenset(OrderType),
    validities=frozenset(Validity),
    # Longer tags are refused with 400, not cut; only letters and digits are documented.
    tag_length=(1, 20),
    tag_alphabet=string.ascii_uppercase + string.ascii_lowercase + string.digits,
    limits=(
        # Orders: per client account over all its apps; place, modify and cancel together. 10 a second is also the
        # legal limit for an unregistered algorithm (NSE/INVG/67858).
        RateLimit("order", 10, 1),
        RateLimit("order", 400, 60),
        RateLimit("order", 5000, 86400),
        RateLimit("quote", 1, 1),
        RateLimit("history", 3, 1),
        RateLimit("other", 10, 1),
    ),
    disclosed_quantity=True,
    market_protection=MarketProtection.SENT,
    posts_updates=True,
    logs_out=True,
    quote_batch=500,
    history_days={"1m": 60, "5m": 100, "15m": 200, "1h": 400, "1d": 2000},
    # 3 connections an API key, one of which is for orders; 3,000 instruments each. Only full packets carry the
    # exchange's time, without which a price has no age, and they cost no more of the limit: everything is wanted full.
    feed=FeedTerms(connections=2, carries=dict.fromkeys(Mode, Mode.DEPTH), together=3000),
    converts=True,
    conditionals=frozenset(ConditionalKind),
    after_market=True,
    iceberg_legs=50,  # 2 to 50, raised from 20 (kite.trade/forum 51724)
    most_changes=25,
    # Estimates: delivery in full, intraday at the legal least of 20 %, a futures SPAN plus exposure of about 15 %.
    margin_rates={Product.CNC: "1", Product.MTF: "0.5", Product.MIS: "0.2", Product.NRML: "0.15"},
    visible_after=1.0,
    # An order has stood in PUT ORDER REQ RECEIVED for 83 s, but was in the book meanwhile; a lost one has shown up
    # about 8 s after "timed out" (kite.trade/forum 41029, 35732).
    quiet_window=30.0,
)
