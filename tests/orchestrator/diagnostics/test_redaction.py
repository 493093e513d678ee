"""What a report lets through, and what it never does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from orchestrator.config import Settings
from orchestrator.diagnostics.redaction import log_line, scrubbed, settings_shown, stack, values_of

PERSONAL = [
    "asha@example.com",
    "asha.k+tm@mail.example.co.in",
    "10.20.30.40",
    "2001:db8:0:1::17",
    "https://user:word@broker.test/x?token=1",
    "acc_01m817gvebp7az8mfb8m9ree7n",
    "AB1234",
    "KT0003",
    "240101000000001",
    "tm7x2k9q4p1z",
    "/home/asha/trademaster/data",
]


@pytest.mark.parametrize("word", PERSONAL)
def test_words_name_nobody(word: str) -> None:
    assert word not in scrubbed(f"not loaded: {word}, tried 3 times")
    assert scrubbed(f"({word})").startswith("(")


def test_plain_words_stay() -> None:
    words = "3 wait for a clear answer; the last one was made 9 hours ago; groww, zerodha (0001)"
    assert scrubbed(words) == words
    assert scrubbed("the folder backups on disk7 is gone", {"disk7"}) == "the folder backups on *** is gone"


def test_of_settings_numbers_and_switches_are_told_and_texts_never() -> None:
    settings = Settings(
        database_url="postgresql://tm:pa55word@db.internal.test/tm",
        smtp_password=SecretStr("letters"),
        zerodha_app_key="kitekey123",
        paper=True,
        port=8123,
        _env_file=None,
    )
    shown = settings_shown(settings)
    assert set(shown) == set(Settings.model_fields)
    assert (shown["database_url"], shown["smtp_password"], shown["zerodha_app_key"]) == ("set",) * 3
    assert (shown["metrics_token"], shown["redis_url"]) == ("", "as by default")
    assert (shown["paper"], shown["port"], shown["role"], shown["evening_at"]) == (
        True,
        8123,
        "all",
        "16:00:00",
    )
    text = json.dumps(shown)
    for secret in ("pa55word", "db.internal.test", "letters", "kitekey123"):
        assert secret not in text
        assert secret in values_of(settings)


def test_of_a_log_line_only_names_of_the_code_are_told() -> None:
    line: dict[str, Any] = {
        "timestamp": "2026-11-23T04:00:00.000Z",
        "level": "error",
        "event": "accounts.login_needed",
        "account": "acc_01m817gvebp7az8mfb8m9ree7n",
        "words": "Incorrect user asha@example.com",
        "broker": "zerodha",
        "error": "AB1234 is not a client",
        "status": 403,
        "exception": 'File "/home/asha/x/orchestrator/orders/place.py", line 7, in place\nKeyError: asha',
    }
    assert log_line(json.dumps(line)) == {
        "timestamp": "2026-11-23T04:00:00.000Z",
        "level": "error",
        "event": "accounts.login_needed",
        "broker": "zerodha",
        "status": 403,
        "exception": ["orchestrator/orders/place.py:7 place", "KeyError"],
    }
    library = {"event": "connection of asha refused", "logger": "asyncio", "level": "warning"}
    assert log_line(json.dumps(library)) == {"event": "***", "logger": "asyncio", "level": "warning"}
    assert log_line("2026-11-23 [info] asha logged in") is None
    assert log_line("[1]") is None


@given(
    st.dictionaries(st.text(max_size=12), st.sampled_from(PERSONAL) | st.integers() | st.none(), max_size=8)
)
def test_no_log_line_tells_of_a_person_wherever_they_are_named(said: dict[str, Any]) -> None:
    for name in ("event", "level", "logger", "job", "error", "route", "broker", "timestamp"):
        for word in PERSONAL:
            told = json.dumps(log_line(json.dumps({**said, name: word})))
            assert not any(one in told for one in PERSONAL)


def test_a_trace_tells_where_and_not_what() -> None:
    trace = 'File "/srv/asha/site-packages/httpx/_client.py", line 1, in get\nhttpx.ConnectError: to 10.0.0.7'
    assert stack(trace) == ["site-packages/httpx/_client.py:1 get", "httpx.ConnectError"]
