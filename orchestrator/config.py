"""Settings: the only reader of the environment. Every setting has a working default.

Names are `TRADEMASTER_` plus the field in capitals; `SANDBOX_PORT_BASE` alone keeps the sandbox's own name.
"""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.broker import Endpoints
from domain.account import BrokerId


class Role(StrEnum):
    """What this process does: everything, HTTP only, or the background loops only."""

    ALL = "all"
    API = "api"
    WORKER = "worker"


HERE = ("127.0.0.1", "::1", "localhost")
Url = Annotated[str, AfterValidator(lambda text: text.rstrip("/"))]


class MailSecurity(StrEnum):
    """How the way to the SMTP server is kept from others."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


def _rates(text: str) -> str:
    try:
        return text if not text.strip() or parse_many(text) else ""
    except ValueError:
        raise ValueError("write rates as 10/second;400/minute, or nothing for no limit") from None


Rates = Annotated[str, AfterValidator(_rates)]


class Settings(BaseSettings):
    """All durations are seconds."""

    model_config = SettingsConfigDict(
        env_prefix="TRADEMASTER_", env_file=".env", extra="ignore", populate_by_name=True, frozen=True
    )

    # the process
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    public_url: Url = Field(
        "", description="Where browsers and brokers' redirects reach us. Empty: http://host:port."
    )
    data: Path = Field(Path("data"), description="Folder of the database and the keys; made with mode 0700.")
    web: Path = Field(Path("web/dist"), description="Folder of the built web interface.")
    role: Role = Field(Role.ALL, description="all, api (HTTP only) or worker (background loops only).")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(False, description="One JSON object a line instead of text.")

    # being watched
    probe_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of /livez, /readyz, /health/brokers and /metrics alone, open to whoever reaches it. 0: none; "
        "a worker then answers nobody.",
    )
    probe_host: str = Field("127.0.0.1", description="Address of that port.")
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token for /metrics at the API's own port. Empty: not there."
    )
    drain_seconds: float = Field(
        0.0,
        ge=0,
        le=300,
        description="How long /readyz says no after SIGTERM while requests are still taken, for balancers to notice.",
    )
    otlp_endpoint: Url = Field(
        "", description="Where traces are sent, as http://collector:4318. Empty: none are made."
    )
    otlp_share: float = Field(
        1.0,
        ge=0,
        le=1,
        description="The part of questions that are traced; what changes something always is.",
    )

    allowed_hosts: str = Field(
        "",
        description="More names under which browsers may reach us, with commas between. Addresses, localhost and "
        "the name in TRADEMASTER_PUBLIC_URL always may.",
    )
    cors_origins: str = Field(
        "",
        description="Origins (https://name:port) of other pages that may use the API with a token, with commas "
        "between; never with cookies. Empty: none.",
    )

    # how often (`10/second;400/minute`; empty: no limit)
    rate_address: Rates = Field(
        "18000/minute", description="Requests of one address, whatever they are; counted in each process."
    )
    rate_logins: Rates = Field(
        "300/minute", description="Requests of one address that prove who someone is, right or wrong."
    )
    rate_reads: Rates = Field("3000/minute", description="Questions of one user; a token has half of it.")
    rate_writes: Rates = Field(
        "600/minute", description="Changes of one user that are no orders; a token has half of it."
    )
    rate_orders: Rates = Field(
        "10/second;300/minute",
        description="Orders and changes of orders of one user; a token has half of it. Brokers take 10 in a second.",
    )
    rate_exits: Rates = Field(
        "20/second;600/minute",
        description="Cancels, exits and kill switches of one user, beside everything else; a token has half of it.",
    )

    # where things are kept
    database_url: str = Field(
        "", description="postgresql://user:password@host/name. Empty: SQLite in the data folder."
    )
    database_pool: int = Field(10, ge=1, description="PostgreSQL connections a process keeps open.")
    redis_url: str = Field("", description="redis://host:6379/0. Empty: events stay inside the process.")
    master_key: SecretStr = Field(
        SecretStr(""),
        description="32 bytes in base64; several with commas, the newest first. Empty: made in the data folder.",
    )
    jwt_key: SecretStr = Field(
        SecretStr(""),
        description="32 bytes in base64; several with commas, the newest first. Empty: made in the data folder.",
    )

    backup_recipients: str = Field(
        "",
        description="Public halves of the keys that open backups (age1...), with commas between; "
        "`orchestrator backup-key` makes one. Empty: no backup can be made.",
    )
    backup_folder: str = Field(
        "",
        description="Folder into which a backup is made every night at 02:00 IST, best on another disk. Empty: none.",
    )
    backup_kept: int = Field(14, ge=1, description="How many of them are kept there.")

    # trading
    paper: bool = Field(False, description="Say everywhere that no real money moves.")
    always_open: bool = Field(False, description="Treat every exchange as open: for the sandbox.")
    clock_url: Url = Field(
        "",
        description="A sandbox's control URL whose time is taken for ours; only with TRADEMASTER_PAPER. "
        "Empty: this machine's time.",
    )

    sandbox_url: Url = Field(
        "",
        description="A sandbox's control URL: its faults and switches are then offered on the screen; only with "
        "TRADEMASTER_PAPER. The demo sets it. Empty: there is none.",
    )

    # the market
    outbox_hours: int = Field(
        24,
        ge=1,
        le=720,
        description="Hours that changes of orders are kept for who comes back and asks for them.",
    )
    notice_days: int = Field(365, ge=1, le=3650, description="Days that notices of price alerts are kept.")
    candle_days: int = Field(30, ge=1, le=3650, description="Days that candles of a minute are kept.")

    # the portfolio's history
    evening_at: time = Field(
        time(16, 0),
        description="IST time from which a trading day's worth of every account is kept, until midnight.",
    )

    # people
    access_minutes: int = Field(15, ge=1, description="Life of an access token.")
    refresh_days: int = Field(30, ge=1, description="Life of a refresh token that is not used.")
    login_attempts: int = Field(
        8, ge=1, description="Failed logins per address and e-mail before a pause of a minute."
    )

    verify_email: bool = Field(
        False,
        description="Whether people show that they read their e-mail: new ones before they are users, those of before "
        "before they connect a live broker or make a token. Needs a mail server.",
    )

    lockout_failures: int = Field(
        10,
        ge=1,
        description="Failed logins in a row of one e-mail, from wherever, after which each further one makes strangers "
        "wait longer: a minute, two, and so on up to an hour.",
    )

    signups_per_hour: int = Field(20, ge=1, description="Sign-ups from one address in an hour.")

    deletion_days: int = Field(
        7, ge=0, le=90, description="How long a user who asked to be deleted may call it off."
    )
    retention_years: int = Field(
        8,
        ge=0,
        le=30,
        description="How long records of orders are kept, without a name, after their user was deleted.",
    )
    step_up_minutes: int = Field(
        10,
        ge=1,
        description="How long after proving who one is one may do what a stolen screen must not: make tokens, "
        "loosen limits, withdraw, delete.",
    )

    # signing in at an OpenID provider
    oidc_issuer: str = Field(
        "", description="Issuer of the provider, exactly as it calls itself. Empty: nobody signs in that way."
    )
    oidc_client_id: str = Field(
        "", validate_default=True, description="The client id that the provider knows us by."
    )
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The client's secret. Empty: a public client, by PKCE alone."
    )
    oidc_scopes: str = Field("openid email profile", description="Scopes that are asked for.")
    oidc_label: str = Field(
        "single sign-on", max_length=40, description="Sign in with ...: what the button says."
    )
    oidc_signup: bool = Field(
        False,
        description="Whether somebody whom the provider knows, with an e-mail that it verified, becomes a new user.",
    )

    tradingview_addresses: str = Field(
        "52.89.214.238,34.212.75.30,54.218.53.128,52.32.178.7",
        description="Addresses that TradingView sends alerts from, with commas between, for hooks that take no others. "
        "As its help page lists them; not verified by us.",
    )

    live_sockets: int = Field(20, ge=1, description="Sockets of live prices that one user may have open.")
    live_symbols: int = Field(
        1000, ge=1, description="Instruments that one socket of live prices may follow."
    )

    # letters to people
    smtp_host: str = Field(
        "",
        description="Server that takes our letters. Empty: they are files in the folder outbox of the data folder.",
    )
    smtp_port: int = Field(
        587, ge=1, le=65535, description="Its port; usually 587 with starttls, 465 with tls."
    )
    smtp_security: MailSecurity = Field(
        MailSecurity.STARTTLS, description="starttls, tls, or none (inside one machine only)."
    )
    smtp_user: str = Field("", description="User at that server. Empty: it asks for none.")
    smtp_password: SecretStr = Field(SecretStr(""), description="That user's password.")
    mail_from: str = Field(
        "TradeMaster <trademaster@localhost>",
        description="Whom our letters come from: an address, or a name with it.",
    )

    # brokers
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

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, origins: str) -> str:
        for one in filter(None, (part.strip().rstrip("/") for part in origins.split(","))):
            if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", one):
                raise ValueError(f"{one} is no origin: write each as https://name or https://name:port")
        return origins

    @field_validator("mail_from")
    @classmethod
    def _an_address(cls, sender: str) -> str:
        if not re.fullmatch(r"([^<>\r\n]*<)?[^<>@\s]+@[^<>@\s]+(?(1)>)", sender):
            raise ValueError(
                "write an address, or a name and an address as in: TradeMaster <mail@example.com>"
            )
        return sender

    @field_validator("oidc_issuer")
    @classmethod
    def _nobody_between(cls, issuer: str) -> str:
        if issuer and not re.fullmatch(
            r"https://[^\s?#]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(/[^\s?#]*)?", issuer
        ):
            raise ValueError("an issuer is an https address; http only on this machine")
        return issuer

    @field_validator("oidc_client_id")
    @classmethod
    def _known_there(cls, client_id: str, given: ValidationInfo) -> str:
        if given.data.get("oidc_issuer") and not client_id:
            raise ValueError("the provider knows us by a client id: set TRADEMASTER_OIDC_CLIENT_ID, too")
        return client_id

    @field_validator("clock_url", "sandbox_url")
    @classmethod
    def _simulated_only(cls, url: str, given: ValidationInfo) -> str:
        if url and not given.data.get("paper"):
            raise ValueError("a simulated market is for simulated money: set TRADEMASTER_PAPER=true, too")
        return url

    @property
    def base_url(self) -> str:
        """Where a browser finds us, without a trailing slash."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def proxies_inside(self) -> bool:
        """Whether people who use us may have us connect to what only we reach: who does may be somebody else."""
        if self.private_proxies is not None:
            return self.private_proxies
        return not self.public_url and self.host in HERE

    @property
    def only_here(self) -> bool:
        """Whether people reach us from this machine alone, as far as the settings tell."""
        return (urlsplit(self.base_url).hostname or "") in HERE

    @property
    def allowed_host_names(self) -> tuple[str, ...]:
        return tuple(name.strip().lower() for name in self.allowed_hosts.split(",") if name.strip())

    @property
    def cors_origin_list(self) -> tuple[str, ...]:
        return tuple(one.strip().lower().rstrip("/") for one in self.cors_origins.split(",") if one.strip())

    @property
    def tradingview_address_list(self) -> tuple[str, ...]:
        return tuple(one.strip() for one in self.tradingview_addresses.split(",") if one.strip())

    @property
    def cookie_secure(self) -> bool:
        """Whether cookies travel over https only: when people reach us that way."""
        return self.base_url.startswith("https://")

    @property
    def sqlite_path(self) -> Path | None:
        """The SQLite file, or None when the database is PostgreSQL."""
        if not self.database_url:
            return self.data / "trademaster.db"
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///"))
        return None


def endpoints(settings: Settings, broker: BrokerId) -> Endpoints:
    """Where this broker is reached."""

    def url(part: str) -> str:
        return str(getattr(settings, f"{broker.value}_{part}", ""))

    return Endpoints(
        rest=url("rest"),
        login=url("login") or url("rest"),
        feed=url("feed"),
        orders_feed=url("orders_feed"),
        instruments=url("instruments"),
        order_rest=url("order_rest"),
        proxy_inside=settings.proxies_inside,
    )


def app_credentials(settings: Settings, broker: BrokerId) -> dict[str, str]:
    """The operator's own app at a redirect broker (`api_key`, `api_secret`), empty when none is configured."""
    key = str(getattr(settings, f"{broker.value}_app_key", ""))
    secret: SecretStr = getattr(settings, f"{broker.value}_app_secret", SecretStr(""))
    return {"api_key": key, "api_secret": secret.get_secret_value()} if key else {}
