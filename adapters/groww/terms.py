"""What Groww's Trading API takes and how often, as data. Sources: groww.in/trade-api/docs, growwapi 1.5.0."""

from __future__ import annotations

import string
from datetime import time

from adapters.broker import CredentialField, FeedTerms, LoginKind, MarketProtection, RateLimit, Terms
from domain.account import BrokerId
from domain.conditional import ConditionalKind
from domain.instrument import Exchange
from domain.market import Mode
from domain.order import OrderType, Product, Validity

CREDENTIAL_FIELDS = (
    CredentialField(
        "api_key",
        "API key",
        secret=True,
        required=False,
        help="From groww.in/trade-api/api-keys. Leave empty when you paste an access token.",
    ),
    CredentialField(
        "api_secret",
        "API secret",
        secret=True,
        required=False,
        help="With the API key. Groww asks you to approve such a key on its site every day.",
    ),
    CredentialField(
        "totp_secret",
        "TOTP secret",
        secret=True,
        required=False,
        help="With an API key of the TOTP kind: instead of the API secret.",
    ),
    CredentialField(
        "access_token",
        "Access token",
        secret=True,
        required=False,
        help="Made in the Groww app under Trading APIs; works alone, until 06:00.",
    ),
)

TERMS = Terms(
    broker=BrokerId.GROWW,
    name="Groww",
    letter="G",
    login=LoginKind.FORM,
    credential_fields=CREDENTIAL_FIELDS,
    session_ends_at=time(6, 0),
    # MCX: Groww's own pages contradict each other, and its feed carries no commodities.
    exchanges=frozenset({Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO}),
    products=frozenset({Product.CNC, Product.MIS, Product.NRML}),
    order_types=frozenset(OrderType),
    validities=frozenset({Validity.DAY}),  # the SDK's other constants are documented nowhere
    # order_reference_id: 8 to 20 letters and digits with at most two hyphens; without any we cannot have too many.
    tag_length=(8, 20),
    tag_alphabet=string.ascii_uppercase + string.digits,
    limits=(
        RateLimit("order", 10, 1),
        RateLimit("order", 250, 60),
        RateLimit("quote", 10, 1),
        RateLimit("quote", 300, 60),
        RateLimit("history", 20, 1),  # bucket not documented: taken as "non-trading"
        RateLimit("history", 500, 60),
        RateLimit("other", 20, 1),
        RateLimit("other", 500, 60),
    ),
    disclosed_quantity=False,
    market_protection=MarketProtection.BROKER,  # reportedly; its orders have no field for it
    conditionals=frozenset(ConditionalKind),
    conditional_types=frozenset({OrderType.LIMIT, OrderType.MARKET}),
    after_market=True,  # without a flag: what comes while the market is closed waits, and `amo_status` says so
    order_stream=True,
    quote_batch=50,  # LTP and OHLC take 50 symbols a call
    quotes_in_full=False,
    history_days={"1m": 30, "5m": 30, "15m": 90, "1h": 180, "1d": 180},
    # 1,000 subscriptions at once: a share's price is one, its depth another. The price topic fills price and time only.
    feed=FeedTerms(
        carries={Mode.LTP: Mode.LTP, Mode.QUOTE: Mode.LTP, Mode.DEPTH: Mode.DEPTH},
        alone={Mode.LTP: 1000, Mode.DEPTH: 500},
        mixed={Mode.LTP: 500, Mode.DEPTH: 250},
        together=1000,
        gives=frozenset({Mode.LTP}),
    ),
    margin_rates={Product.CNC: "1", Product.MIS: "0.2", Product.NRML: "0.15"},  # MIS and NRML are estimates
    # How soon the lookup by reference sees an order is not documented.
    visible_after=2.0,
    quiet_window=30.0,
)
