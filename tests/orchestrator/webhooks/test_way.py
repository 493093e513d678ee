"""Where messages may go, and how they are signed."""

from __future__ import annotations

import re
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import Problem
from orchestrator.webhooks import signing, way
from orchestrator.webhooks.way import Sender, allow
from tests.orchestrator.webhooks.receiver import receiving

PAGE = Path(__file__).parents[3] / "docs/api/webhooks.md"
BARRED = [
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://2130706433/",
    "https://[::1]/x",
    "https://[::ffff:10.0.0.1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.1.2.3/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://localhost/",
    "https://intranet/",
    "https://metadata.google.internal/",
    "http://93.184.216.34/",
    "ftp://93.184.216.34/",
    "https://user:word@93.184.216.34/",
    "https://93.184.216.34/#x",
    "https:///x",
    "https://[::1/",
    "https://93.184.216.34:99999/",
    "https://a\u00e4.example/",
    "not a url",
]


@pytest.mark.parametrize("url", BARRED)
async def test_nothing_inside_is_an_address_for_messages(url: str) -> None:
    with pytest.raises(Problem) as refused:
        await allow(url, inside=False)
    assert refused.value.code == "webhook_url_not_allowed"


async def test_an_installation_for_this_machine_alone_may_send_to_it() -> None:
    await allow("https://93.184.216.34:8443/x?y=1", inside=False)
    await allow("http://127.0.0.1:9000/", inside=True)
    for url in ("http://192.168.1.1/", "https://169.254.169.254/"):
        with pytest.raises(Problem):
            await allow(url, inside=True)


async def test_a_name_that_leads_inside_is_refused_and_asked_for_anew_at_each_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def lead_to(address: str) -> None:
        def found(host: Any, port: Any, *_: Any, **__: Any) -> Any:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(socket, "getaddrinfo", found)

    lead_to("10.0.0.7")
    with pytest.raises(Problem):
        await allow("https://rebound.example/", inside=False)
    lead_to("93.184.216.34")
    await allow("https://rebound.example/", inside=False)
    async with receiving() as server:
        lead_to("127.0.0.1")  # by the time that a message is sent
        sender = Sender(inside=False)
        port = server.url.rsplit(":", 1)[1]
        answer = await sender.post(f"http://rebound.example:{port}", {}, b"{}")
        await sender.close()
        assert (answer.status, server.came) == (None, [])
        assert answer.words == "not sent: 127.0.0.1 is no address on the public internet"


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "169.254.169.254"])
async def test_no_connection_is_tried_to_an_address_inside(host: str) -> None:
    sender = Sender(inside=False)
    answer = await sender.post(f"http://{host}:9/", {}, b"{}")
    await sender.close()
    assert answer.status is None
    assert answer.words.startswith("not sent")


async def test_of_an_endless_answer_only_the_beginning_is_read() -> None:
    async with receiving() as server:
        server.words = "x" * 5_000_000
        sender = Sender(inside=True)
        answer = await sender.post(server.url, {}, b"{}")
        await sender.close()
        assert answer.good
        assert 0 < len(answer.words) <= way.FIRST_BYTES


def test_messages_are_signed_as_the_standard_says() -> None:
    """The example of the standard's own libraries."""
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signed = signing.signature(secret, message, 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_code_of_the_documentation_tells_good_messages_from_bad_ones() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    page: dict[str, Any] = {}
    exec(code, page)
    verify = page["verify"]
    new, old, other = signing.new_secret(), signing.new_secret(), signing.new_secret()
    body, now = b'{"type":"order.filled"}', int(time.time())

    def headers(*secrets: str, seconds: int = now) -> dict[str, str]:
        signed = " ".join(signing.signature(one, "msg_1", seconds, body) for one in secrets)
        return {"webhook-id": "msg_1", "webhook-timestamp": str(seconds), "webhook-signature": signed}

    assert verify(new, headers(new), body)
    assert verify(old, headers(new, old), body), "while a secret is being changed"
    assert not verify(other, headers(new, old), body)
    assert not verify(new, headers(new), body + b" ")
    assert not verify(new, headers(new, seconds=now - 3600), body), "one that was kept and sent again"
    assert not verify(new, headers(new) | {"webhook-id": "msg_2"}, body)
