"""Settings have working defaults, keys are made once, and each broker is where the settings say."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from domain.account import BrokerId
from orchestrator.config import Settings, app_credentials, endpoints
from orchestrator.demo.run import sandbox_settings
from orchestrator.keys import keys
from orchestrator.settings.process import Role


@pytest.fixture
def defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settings:
    monkeypatch.chdir(tmp_path)  # away from any .env
    return Settings()


def test_nothing_need_be_set(defaults: Settings) -> None:
    assert defaults.base_url == "http://127.0.0.1:8000"
    assert defaults.sqlite_path == Path("data/trademaster.db")
    assert defaults.role is Role.ALL
    assert not defaults.always_open
    assert not defaults.paper


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRADEMASTER_PORT", "8100")
    monkeypatch.setenv("TRADEMASTER_PUBLIC_URL", "https://trade.example/")
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", "postgresql://host/name")
    monkeypatch.setenv("SANDBOX_PORT_BASE", "9200")
    settings = Settings()
    assert (settings.port, settings.sandbox_port_base) == (8100, 9200)
    assert settings.base_url == "https://trade.example"
    assert settings.cookie_secure
    assert settings.sqlite_path is None


def test_a_role_nobody_knows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEMASTER_ROLE", "boss")
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("broker", [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW])
def test_real_brokers_are_reached_safely_by_default(defaults: Settings, broker: BrokerId) -> None:
    where = endpoints(defaults, broker)
    given = [where.rest, where.login, where.instruments, where.feed, where.orders_feed, where.order_rest]
    assert where.rest
    assert all(url.startswith(("https://", "wss://")) for url in given if url)


def test_the_sandbox_is_only_other_urls(defaults: Settings) -> None:
    names = ("control", "kite", "upstox", "groww", "mock")
    urls = {name: f"http://127.0.0.1:{9100 + number}" for number, name in enumerate(names)}
    on_sandbox = Settings.model_validate({**defaults.model_dump(), **sandbox_settings(urls)})
    for broker in BrokerId:
        where = endpoints(on_sandbox, broker)
        for url in (where.rest, where.login, where.instruments, where.feed, where.order_rest):
            assert not url or "//127.0.0.1:91" in url


def test_every_sandbox_setting_is_a_setting() -> None:
    urls = dict.fromkeys(("control", "kite", "upstox", "groww", "mock"), "http://127.0.0.1:1")
    assert set(sandbox_settings(urls)) <= set(Settings.model_fields)


def test_an_app_of_the_operators_own_is_optional(defaults: Settings) -> None:
    assert app_credentials(defaults, BrokerId.ZERODHA) == {}
    own = Settings.model_validate({"zerodha_app_key": "k", "zerodha_app_secret": "s"})
    assert app_credentials(own, BrokerId.ZERODHA) == {"api_key": "k", "api_secret": "s"}


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    made = keys(settings)
    again = keys(settings)
    assert (again.master.current, again.jwt.current) == (made.master.current, made.jwt.current)
    assert made.master.current != made.jwt.current
    assert (tmp_path / "data" / "jwt.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert "key" not in repr(made).lower().replace("keys", "")


def test_given_keys_are_used_and_nothing_is_written(tmp_path: Path) -> None:
    given = base64.b64encode(bytes(range(32))).decode()
    settings = Settings.model_validate({"data": tmp_path / "data", "master_key": given, "jwt_key": given})
    assert keys(settings).master.current == bytes(range(32))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("text", ["short", base64.b64encode(b"too short").decode(), "?" * 44])
def test_a_key_of_the_wrong_form_is_refused(tmp_path: Path, text: str) -> None:
    settings = Settings.model_validate({"data": tmp_path, "master_key": text})
    with pytest.raises(ValueError, match="key"):
        keys(settings)


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.model_validate({"upstox_app_secret": "very secret", "jwt_key": "very secret"})
    assert "very secret" not in repr(settings)
