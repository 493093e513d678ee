"""Where things are kept, under which keys, and where backups of them go."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class Keeping(BaseSettings):
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
