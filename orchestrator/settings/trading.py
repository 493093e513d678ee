"""Whether money is real, and how long what the market told is kept."""

from __future__ import annotations

from datetime import time

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

from orchestrator.settings.url import Url


class Trading(BaseSettings):
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

    @field_validator("clock_url", "sandbox_url")
    @classmethod
    def _simulated_only(cls, url: str, given: ValidationInfo) -> str:
        if url and not given.data.get("paper"):
            raise ValueError("a simulated market is for simulated money: set TRADEMASTER_PAPER=true, too")
        return url
