"""Questions from a program: which are asked again, what a refusal becomes, and where the token goes."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.client.answers import TOKEN, URL, Answers, an_order, problem
from trademaster import (
    AsyncClient,
    Client,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    ProofNeeded,
    RateLimited,
    ServerFault,
    TradeMasterError,
    UnexpectedAnswer,
    Unreachable,
    config,
)
from trademaster.known import MOST


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made."""
    made: list[float] = []
    monkeypatch.setattr("trademaster._sync.http.sleep", made.append)
    return made


@pytest.mark.parametrize(
    "trouble",
    [httpx.ConnectError("down"), httpx.ReadTimeout("slow"), httpx.Response(503, content=b"")],
    ids=repr,
)
def test_a_question_is_asked_again(trouble: httpx.Response | Exception) -> None:
    api = Answers(trouble, trouble, httpx.Response(200, json=an_order()))
    assert api.client().orders.get("ord_1").id == "ord_1"
    assert len(api.asked) == 3


def test_a_question_is_given_up_after_some_attempts() -> None:
    api = Answers(httpx.ConnectError("down"))
    with pytest.raises(Unreachable):
        api.client(attempts=3).orders.get("ord_1")
    assert len(api.asked) == 3


def test_a_limit_is_waited_out_as_long_as_the_server_says(pauses: list[float]) -> None:
    limited = problem(429, "too_many_requests", {"retry-after": "7"})
    api = Answers(limited, httpx.Response(200, json=an_order()))
    api.client().orders.get("ord_1")
    assert pauses == [7.0]


def test_who_would_wait_long_is_told_how_long_at_once(pauses: list[float]) -> None:
    api = Answers(problem(429, "too_many_requests", {"retry-after": "3600"}))
    with pytest.raises(RateLimited) as limited:
        api.client().orders.get("ord_1")
    assert limited.value.retry_after == 3600
    assert (pauses, len(api.asked)) == ([], 1)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (problem(401, "token_expired"), NotAuthenticated),
        (problem(403, "scope_needed"), NotAllowed),
        (problem(403, "step_up_needed", ways=["totp"]), ProofNeeded),
        (problem(404, "not_found"), NotFound),
        (problem(409, "login_needed"), Conflict),
        (problem(422, "invalid_input", field="symbol", rule="r", fix="f"), InvalidInput),
        (problem(500, "internal_error"), ServerFault),
        (httpx.Response(200, content=b"<html>a login page of a hotel</html>"), UnexpectedAnswer),
        (httpx.Response(302, headers={"location": "https://elsewhere"}), UnexpectedAnswer),
        (httpx.Response(404, content=b"nginx"), UnexpectedAnswer),
        (httpx.Response(200, json={"id": "ord_1"}), UnexpectedAnswer),
    ],
    ids=lambda one: one.__name__ if isinstance(one, type) else str(one.status_code),
)
def test_what_is_not_as_asked_has_an_error_of_its_own(answer: httpx.Response, error: type[Exception]) -> None:
    api = Answers(answer)
    with pytest.raises(error):
        api.client().orders.get("ord_1")
    assert len(api.asked) == 1


def test_a_word_that_a_newer_server_has_is_kept_as_it_is() -> None:
    api = Answers(httpx.Response(200, json=an_order(status="PARKED", validity="GTC", new_field={"a": 1})))
    assert api.client().orders.get("ord_1").status == "PARKED"


def test_pages_are_turned_until_the_last() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        following = {None: "two", "two": "three", "three": None}[cursor]
        return httpx.Response(200, json={"items": [an_order(id=cursor or "one")], "next_cursor": following})

    api = Answers(page)
    assert [one.id for one in api.client().orders.each(status="done")] == ["one", "two", "three"]
    assert all(one.url.params["status"] == "done" for one in api.asked)


def test_what_has_not_changed_is_not_sent_again() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("if-none-match") == 'W/"1"':
            return httpx.Response(304, headers={"etag": 'W/"1"'})
        return httpx.Response(200, json=an_order(), headers={"etag": 'W/"1"'})

    api = Answers(answer)
    client = api.client()
    first, again = client.orders.get("ord_1"), client.orders.get("ord_1")
    assert first == again
    assert first is not again  # what a program does to one, it does not do to the other
    client.orders.get("ord_2")
    client.http.token = "tm_another_token"
    client.orders.get("ord_1")
    assert ["if-none-match" in one.headers for one in api.asked] == [False, True, False, False]


def test_of_what_is_known_the_newest_is_kept() -> None:
    api = Answers(lambda _request: httpx.Response(200, json=an_order(), headers={"etag": '"1"'}))
    client = api.client()
    for number in range(40):
        client.orders.get(f"ord_{number}")
    client.orders.get("ord_39")
    client.orders.get("ord_0")
    assert ["if-none-match" in one.headers for one in api.asked[-2:]] == [True, False]


def test_ids_of_others_do_not_become_paths() -> None:
    api = Answers(httpx.Response(200, json=an_order()))
    api.client().orders.get("../users/me?x=#")
    assert api.lines == ["GET /v1/orders/..%2Fusers%2Fme%3Fx%3D%23"]


def test_a_field_that_is_going_away_is_said_once_by_a_warning() -> None:
    api = Answers(
        httpx.Response(200, json=an_order(), headers={"deprecation": "@1", "sunset": "Sun, 01 Aug 2027"})
    )
    with pytest.warns(DeprecationWarning, match="2027"):
        api.client().orders.get("ord_1")


# --- the token -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["http://trade.example.com", "ftp://x", "trade.example.com", "//x", "http://127.0.0.1.evil"]
)
def test_a_token_does_not_travel_in_the_open(url: str) -> None:
    with pytest.raises(ValueError):
        Client(url, TOKEN)


def test_a_token_is_shown_by_nothing_that_is_printed() -> None:
    client = Client(URL, TOKEN)
    said = f"{client!r} {client} {client.http!r} {config.Where(URL, TOKEN)!r}"
    api = Answers(problem(401, "token_expired"))
    with pytest.raises(TradeMasterError) as error:
        api.client().me()
    assert TOKEN not in said + repr(error.value) + str(error.value)


def test_a_redirect_takes_no_token_along() -> None:
    api = Answers(httpx.Response(307, headers={"location": "https://evil.example/v1/users/me"}))
    with pytest.raises(UnexpectedAnswer):
        api.client().me()
    assert len(api.asked) == 1


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(config.CONFIG, str(tmp_path / "own" / "client.json"))
    return tmp_path / "own" / "client.json"


def test_a_stored_token_is_readable_by_its_owner_alone(kept: Path) -> None:
    config.store(config.Where("https://trade.example.com", TOKEN))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert config.chosen() == config.Where("https://trade.example.com", TOKEN)


def test_a_stored_token_goes_to_no_other_address(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.store(config.Where("https://trade.example.com", TOKEN))
    assert config.chosen("https://evil.example").token is None
    monkeypatch.setenv(config.URL, "https://evil.example")
    assert config.chosen().token is None


def test_what_is_given_wins_over_the_environment_and_that_over_what_is_stored(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.store(config.Where(URL, "stored"))
    assert config.chosen().token == "stored"
    monkeypatch.setenv(config.TOKEN, "environment")
    assert config.chosen().token == "environment"
    assert config.chosen(token="given").token == "given"


def test_a_forgotten_token_is_gone(kept: Path) -> None:
    config.store(config.Where(URL, TOKEN))
    assert config.forget()
    assert not config.forget()
    assert config.chosen().token is None


def test_a_broken_file_says_what_to_do(kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_text("{")
    with pytest.raises(ValueError, match="trademaster login"):
        config.stored()


def test_the_clients_variables_are_no_settings_of_the_server() -> None:
    from orchestrator.config import Settings

    names = {f"TRADEMASTER_{name.upper()}" for name in Settings.model_fields}
    assert not names & {config.URL, config.TOKEN, config.CONFIG}


def test_any_other_operation_can_be_called(kept: Path) -> None:
    api = Answers(httpx.Response(200, json={"items": []}))
    found: dict[str, Any] = api.client().get("/v1/alerts", dict, state="waiting")
    assert found == {"items": []}
    api.client().send("POST", "/v1/alerts", dict, {"a": "b"}, key="mine")
    assert json.loads(api.asked[-1].content) == {"a": "b"}
    assert api.asked[-1].headers["idempotency-key"] == "mine"


async def _tagged(request: httpx.Request) -> httpx.Response:
    """A server that names its answers, and thinks longer about those that it has named."""
    if "if-none-match" in request.headers:
        for _ in range(10 * MOST):
            await asyncio.sleep(0)
        return httpx.Response(304, headers={"etag": 'W/"1"'})
    return httpx.Response(200, json=an_order(id=request.url.path[-6:]), headers={"etag": 'W/"1"'})


async def test_more_questions_at_once_than_are_remembered_have_all_their_answers() -> None:
    names = [f"ord_{number:02}" for number in range(MOST + 8)]
    async with AsyncClient(URL, TOKEN, transport=httpx.MockTransport(_tagged)) as client:
        for round_ in (names, names[::-1]):  # then those that are remembered are asked for first
            answers = await asyncio.gather(*(client.orders.get(name) for name in round_))
            assert [one.id for one in answers] == round_
