"""`trademaster orders cancel`: whoever cancels several wants all of them gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.client.answers import Answers, an_order, problem
from trademaster import Client
from trademaster.cli import main, ordering
from trademaster.cli.context import Exit

Cancel = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cancel(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cancel:
    """`cancel(api, words)`: the exit code, the output and the error output."""

    def run(api: Answers, *words: str) -> tuple[int, str, str]:
        @contextmanager
        def connected() -> Iterator[Client]:
            with api.client() as client:
                yield client

        monkeypatch.setattr(ordering, "connected", connected)
        monkeypatch.setattr("sys.argv", ["trademaster", "orders", "cancel", *words])
        with pytest.raises(SystemExit) as ended:
            main.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def _an_order(name: str) -> httpx.Response:
    return httpx.Response(202, json=an_order(id=name, status="CANCELLED"))


def test_one_that_cannot_be_cancelled_does_not_keep_the_others(cancel: Cancel) -> None:
    api = Answers(problem(409, "order_not_live"), _an_order("b"), httpx.ReadTimeout("slow"), _an_order("d"))
    code, out, err = cancel(api, "a", "b", "c", "d")
    assert api.lines == [f"DELETE /v1/orders/{one}" for one in "abcd"]
    assert code == Exit.UNKNOWN
    assert out.splitlines() == ["b: CANCELLED", "d: CANCELLED"]
    assert "order_not_live" in err


def test_programs_hear_of_each_that_was_not_cancelled(cancel: Cancel) -> None:
    api = Answers(problem(404, "not_found"), _an_order("b"))
    code, out, err = cancel(api, "a", "b", "--json")
    assert (code, [one["id"] for one in json.loads(out)]) == (Exit.NOT_FOUND, ["b"])
    assert json.loads(err)["error"]["code"] == "not_found"
