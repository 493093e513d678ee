"""What a process is, how it is reached, and how it is watched."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from orchestrator.settings.url import Url


class Role(StrEnum):
    """What this process does: everything, HTTP only, or the background loops only."""

    ALL = "all"
    API = "api"
    WORKER = "worker"


HERE = ("127.0.0.1", "::1", "localhost")


class Process(BaseSettings):
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

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, origins: str) -> str:
        for one in filter(None, (part.strip().rstrip("/") for part in origins.split(","))):
            if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:-]+", one):
                raise ValueError(f"{one} is no origin: write each as https://name or https://name:port")
        return origins

    @property
    def base_url(self) -> str:
        """Where a browser finds us, without a trailing slash."""
        return self.public_url or f"http://{self.host}:{self.port}"

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
    def cookie_secure(self) -> bool:
        """Whether cookies travel over https only: when people reach us that way."""
        return self.base_url.startswith("https://")
