"""Settings: the only reader of the environment. Every setting has a working default.

Names are `TRADEMASTER_` plus the field in capitals; `SANDBOX_PORT_BASE` alone keeps the sandbox's own name. The groups
are in `settings/`.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from adapters.broker import Endpoints
from domain.account import BrokerId
from orchestrator.settings.brokers import Brokers
from orchestrator.settings.keeping import Keeping
from orchestrator.settings.letters import Letters
from orchestrator.settings.people import People
from orchestrator.settings.process import HERE, Process
from orchestrator.settings.programs import Programs
from orchestrator.settings.rates import Rates
from orchestrator.settings.trading import Trading


class Settings(Brokers, Letters, Programs, People, Trading, Keeping, Rates, Process):
    """All durations are seconds. Fields count from the last group on: that is their order on the page of settings."""

    model_config = SettingsConfigDict(
        env_prefix="TRADEMASTER_", env_file=".env", extra="ignore", populate_by_name=True, frozen=True
    )

    @property
    def proxies_inside(self) -> bool:
        """Whether people who use us may have us connect to what only we reach: who does may be somebody else."""
        if self.private_proxies is not None:
            return self.private_proxies
        return not self.public_url and self.host in HERE

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
