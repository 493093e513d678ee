"""What programs send to us, and how much of live prices they and browsers may follow."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class Programs(BaseSettings):
    tradingview_addresses: str = Field(
        "52.89.214.238,34.212.75.30,54.218.53.128,52.32.178.7",
        description="Addresses that TradingView sends alerts from, with commas between, for hooks that take no others. "
        "As its help page lists them; not verified by us.",
    )

    live_sockets: int = Field(20, ge=1, description="Sockets of live prices that one user may have open.")
    live_symbols: int = Field(
        1000, ge=1, description="Instruments that one socket of live prices may follow."
    )

    @property
    def tradingview_address_list(self) -> tuple[str, ...]:
        return tuple(one.strip() for one in self.tradingview_addresses.split(",") if one.strip())
