"""How brokers are spoken to, and where each is reached."""

from __future__ import annotations

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from orchestrator.settings.url import Url


class Brokers(BaseSettings):
    login_minutes: int = Field(10, ge=1, description="How long a started broker login may take.")
    refresh_busy: float = Field(
        5.0, gt=0, description="Pause between readings of an account someone watches or has orders at."
    )
    refresh_idle: float = Field(30.0, gt=0, description="Pause between readings of other accounts.")
    refresh_orders: float = Field(
        10.0,
        gt=0,
        description="Pause between readings of an account's orders while its order stream is up; "
        "twice as long while nothing of ours is open there.",
    )
    read_deadline: float = Field(5.0, gt=0, description="Longest wait for a broker's answer to a question.")
    write_deadline: float = Field(8.0, gt=0, description="Longest wait for a broker's answer to an order.")
    breaker_failures: int = Field(3, ge=1, description="Failed calls in a row that open a breaker.")
    breaker_reset: float = Field(10.0, gt=0, description="Pause before an open breaker lets one call try.")
    orders_per_second: int = Field(
        8,
        ge=1,
        le=9,
        description="Order calls of one account to one exchange in a second; 10 are the law's limit.",
    )
    egress_probe_url: str = Field(
        "",
        description="A page that answers with the caller's IP address in plain text. Empty: addresses are not checked.",
    )
    private_proxies: bool | None = Field(
        None,
        description="Whether accounts' proxies and webhooks may be on this machine or in a private network. Unset: "
        "only while it is reached from this machine alone (TRADEMASTER_HOST is a loopback address, "
        "TRADEMASTER_PUBLIC_URL is empty).",
    )
    quiet_window: float | None = Field(
        None,
        ge=0,
        description="How long a lost order is looked for before it counts as absent. Unset: each broker's own.",
    )

    zerodha_rest: Url = "https://api.kite.trade"
    zerodha_login: Url = "https://kite.zerodha.com/connect/login"
    zerodha_feed: Url = "wss://ws.kite.trade"
    zerodha_instruments: Url = "https://api.kite.trade/instruments"
    zerodha_app_key: str = ""
    zerodha_app_secret: SecretStr = SecretStr("")

    upstox_rest: Url = "https://api.upstox.com"
    upstox_order_rest: Url = "https://api-hft.upstox.com"
    upstox_login: Url = "https://api.upstox.com"
    upstox_feed: Url = ""
    upstox_orders_feed: Url = ""
    upstox_instruments: Url = "https://assets.upstox.com/market-quote/instruments/exchange/complete.json.gz"
    upstox_app_key: str = ""
    upstox_app_secret: SecretStr = SecretStr("")

    groww_rest: Url = "https://api.groww.in"
    groww_feed: Url = "wss://socket-api.groww.in"
    groww_instruments: Url = "https://growwapi-assets.groww.in/instruments/instrument.csv"

    mock_rest: Url = "http://127.0.0.1:9104"
    mock_login: Url = "http://127.0.0.1:9104/login"
    mock_feed: Url = "ws://127.0.0.1:9104/stream"
    mock_orders_feed: Url = ""
    mock_instruments: Url = ""
    mock_app_key: str = ""
    mock_app_secret: SecretStr = SecretStr("")

    sandbox_port_base: int = Field(
        9100,
        ge=1,
        le=65500,
        validation_alias=AliasChoices("SANDBOX_PORT_BASE", "sandbox_port_base"),
        description="First port of the sandbox; brokers take the next four.",
    )
