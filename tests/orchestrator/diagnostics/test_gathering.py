"""A report is made of what can be read; making it changes nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from orchestrator.config import Settings
from orchestrator.diagnostics.gathering import gather

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


async def test_no_database_is_made_where_none_is(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, _env_file=None)
    files = await gather(settings, None, NOW)
    assert list(tmp_path.iterdir()) == [], "a restore is refused where there is a database"
    assert json.loads(files["versions.json"])["product"]
    found = {one["what"]: one["words"] for one in json.loads(files["doctor.json"])}
    assert found["database"].startswith("there is none at ")
    assert "tables.json" not in files


async def test_what_is_away_says_so_and_the_rest_is_there(tmp_path: Path) -> None:
    url = "postgresql://tm:k%40rolinska@127.0.0.1:1/tm"
    settings = Settings(
        data=tmp_path,
        database_url=url,
        host="::",
        port=1,
        metrics_token=SecretStr("a-token-for-the-metrics"),
        _env_file=None,
    )
    files = await gather(settings, None, NOW)
    assert json.loads(files["versions.json"])["product"]
    for name in ("tables.json", "jobs.json", "leases.json"):
        assert list(json.loads(files[name])) == ["cannot be read"]
    assert files["metrics.txt"].startswith(b"# no process answers: ")
    assert not [name for name, content in files.items() if b"rolinska" in content]
