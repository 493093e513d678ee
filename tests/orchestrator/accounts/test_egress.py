"""An account's way out: its proxy, the registered addresses, and what is seen of it before orders leave."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from adapters.broker import Endpoints
from domain.account import AccountId, BrokerId
from domain.errors import BrokerUnavailable
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.egress import Egress, EgressState, look, proxy_of
from orchestrator.config import Settings
from orchestrator.tables.accounts import accounts
from tests.adapters.proxy import Proxy
from tests.adapters.proxy import running as proxied
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login, Watch
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import ON_SQLITE

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.4"


class Mirror:
    """A page that tells an address, as the test sets it; "" breaks the line."""

    def __init__(self) -> None:
        self.says, self.port, self.asked = HOME, 0, 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/ip"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        if self.says:
            body = f"{self.says}\n".encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
        writer.close()


@asynccontextmanager
async def shown(mirror: Mirror) -> AsyncIterator[Mirror]:
    server = await asyncio.start_server(mirror.serve, "127.0.0.1", 0)
    mirror.port = server.sockets[0].getsockname()[1]
    try:
        yield mirror
    finally:
        server.close()


@pytest.fixture
async def mirror() -> AsyncIterator[Mirror]:
    async with shown(Mirror()) as one:
        yield one


@pytest.fixture
def database_settings(database_settings: Settings, mirror: Mirror) -> Settings:
    return database_settings.model_copy(update={"egress_probe_url": mirror.url})


@pytest.fixture(autouse=True)
def _users(stubs: dict[BrokerId, StubAdapter]) -> None:
    for stub in stubs.values():
        stub.users = {"good": "AB1234"}


def _connection(app: FastAPI, account: str) -> Connection:
    found = app.state.connections.get(AccountId(account))
    assert isinstance(found, Connection)
    return found


async def _put(client: httpx.AsyncClient, account: str, what: str, **body: object) -> dict[str, object]:
    answer = await client.put(f"/v1/accounts/{account}/{what}", json=body)
    assert answer.status_code == 200, answer.text
    egress: dict[str, object] = answer.json()["egress"]
    return egress


async def _checked(client: httpx.AsyncClient, account: str) -> dict[str, object]:
    answer = await client.post(f"/v1/accounts/{account}/address-check")
    assert answer.status_code == 200, answer.text
    egress: dict[str, object] = answer.json()["egress"]
    return egress


async def test_without_a_registered_address_nothing_is_compared(person: Login) -> None:
    asha = await person("asha")
    account = await connect(asha)
    assert (await _checked(asha, account))["state"] == "unregistered"


async def test_the_address_that_orders_leave_from_is_confirmed(person: Login) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await _put(asha, account, "addresses", addresses=[HOME, "192.0.2.1"])
    egress = await _checked(asha, account)
    assert (egress["state"], egress["seen"], egress["registered"]) == ("confirmed", HOME, [HOME, "192.0.2.1"])


async def test_a_drifted_address_bars_orders_and_no_reads(
    person: Login, app: FastAPI, mirror: Mirror
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    mirror.says = ELSEWHERE  # before anything looks: a check joins a look that is under way
    await _put(asha, account, "addresses", addresses=[HOME])
    assert (await _checked(asha, account))["state"] == "drifted"
    connection = _connection(app, account)
    assert connection.egress.wrong_address(connection.clock()) == ELSEWHERE
    assert connection.ready
    await app.state.connections.refresh(AccountId(account))
    assert connection.failing_since is None


async def test_before_the_first_order_of_a_day_the_address_is_looked_at(
    person: Login, app: FastAPI, mirror: Mirror, watch: Watch
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await _put(asha, account, "addresses", addresses=[HOME])
    await _checked(asha, account)
    connection, asked = _connection(app, account), mirror.asked
    await app.state.connections.ready(connection.account.user_id)
    assert mirror.asked == asked, "once a day is enough while it is right"
    watch.now = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
    connection.egress = connection.egress.looked(HOME, watch.now - timedelta(days=1))
    mirror.says = ELSEWHERE
    await app.state.connections.ready(connection.account.user_id)
    assert connection.egress.state(watch.now) is EgressState.DRIFTED


async def test_what_cannot_be_seen_is_unknown_and_bars_nothing(
    person: Login, app: FastAPI, mirror: Mirror
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    mirror.says = ""  # before anything looks: a check joins a look that is under way
    await _put(asha, account, "addresses", addresses=[HOME])
    egress = await _checked(asha, account)
    assert (egress["state"], egress["words"]) == (
        "unknown",
        "no answer from the broker: the connection broke",
    )
    assert _connection(app, account).egress.wrong_address(NOW) == ""
    mirror.says = "<html>not an address</html>"
    assert (await _checked(asha, account))["words"] == "the page that tells our address gave none"


async def test_a_proxy_is_sealed_shown_without_its_password_and_used(person: Login, app: FastAPI) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await _put(asha, account, "addresses", addresses=[HOME])
    async with proxied(Proxy("asha:pa55word")) as proxy:
        before = _connection(app, account).generation
        egress = await _put(asha, account, "proxy", proxy_url=proxy.url)
        assert egress["proxy"] == f"http://127.0.0.1:{proxy.port}"
        connection = _connection(app, account)
        assert connection.way.proxy == proxy.url
        assert connection.generation == before + 1, "streams and calls begin anew on the new way"
        await _checked(asha, account)
        assert "GET /ip" in proxy.requests
        rows = await app.state.db.read(
            lambda db: [str(dict(row)) for row in db.execute(select(accounts)).mappings()]
        )
        assert not any("pa55word" in row for row in rows)
        assert "pa55word" not in repr(connection)
    cleared = await asha.delete(f"/v1/accounts/{account}/proxy")
    assert cleared.json()["egress"]["proxy"] is None
    assert _connection(app, account).way.proxy == ""


async def test_a_proxy_that_cannot_be_opened_lets_nothing_leave_by_another_way(
    person: Login, app: FastAPI
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await app.state.db.write(lambda db: db.execute(accounts.update().values(proxy="v1.0.stolen")))
    connection = await app.state.connections.reload(AccountId(account))
    assert connection.way.proxy == "http://proxy.invalid:1"


async def test_the_way_out_of_another_person_is_not_mine_to_set(person: Login) -> None:
    asha, ravi = await person("asha"), await person("ravi")
    account = await connect(asha)
    body = {"proxy_url": "http://127.0.0.1:3128"}
    assert (await ravi.put(f"/v1/accounts/{account}/proxy", json=body)).status_code == 404
    assert (await ravi.post(f"/v1/accounts/{account}/address-check")).status_code == 404


@ON_SQLITE
@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("proxy", {"proxy_url": "socks5://127.0.0.1:1080"}, "proxy_url"),
        ("proxy", {"proxy_url": "http://127.0.0.1"}, "proxy_url"),
        ("proxy", {"proxy_url": "http://asha@127.0.0.1:3128"}, "proxy_url"),
        ("proxy", {"proxy_url": "http://127.0.0.1:99999"}, "proxy_url"),
        ("proxy", {"proxy_url": "http://169.254.169.254:80"}, "proxy_url"),
        ("addresses", {"addresses": ["home"]}, "addresses.0"),
        ("addresses", {"addresses": [HOME, "192.168.1.4"]}, "addresses.1"),
        ("addresses", {"addresses": ["0.0.0.0"]}, "addresses.0"),
        ("addresses", {"addresses": ["::1"]}, "addresses.0"),
        ("addresses", {"addresses": ["224.0.0.1"]}, "addresses.0"),
        ("addresses", {"addresses": [HOME] * 5}, "addresses"),
    ],
)
async def test_what_is_no_proxy_or_address_is_named(
    person: Login, what: str, body: dict[str, object], field: str
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    answer = await asha.put(f"/v1/accounts/{account}/{what}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_an_order_refused_for_its_address_bars_the_next_until_somebody_looks(
    person: Login, app: FastAPI
) -> None:
    asha = await person("asha")
    account = await connect(asha)
    await _put(asha, account, "addresses", addresses=[HOME])
    await _checked(asha, account)
    connection = _connection(app, account)
    connection._address_refused("IP address is not allowed to place orders for this app.")
    shown = (await asha.get(f"/v1/accounts/{account}")).json()
    assert (shown["state"], shown["egress"]["state"]) == ("connected", "drifted")
    assert shown["egress"]["words"] == "IP address is not allowed to place orders for this app."
    assert connection.egress.wrong_address(connection.clock()) == HOME
    egress = await _checked(asha, account)
    assert (egress["state"], egress["words"]) == ("confirmed", None)


def test_a_refusal_holds_ten_minutes_where_nobody_looks_and_the_next_look_is_soon() -> None:
    refused = Egress().refused("not from here", NOW)
    assert (refused.state(NOW), refused.wrong_address(NOW)) == (EgressState.DRIFTED, "an address")
    assert refused.due(NOW)
    assert refused.state(NOW + timedelta(minutes=10)) is EgressState.UNREGISTERED
    assert refused.tried_again() == Egress()
    assert egress(HOME, seen=HOME).refused("no", NOW).looked(HOME, NOW).state(NOW) is EgressState.CONFIRMED


def egress(
    *entered: str, seen: str | None = None, at: datetime = NOW, told: tuple[str, ...] | None = None
) -> Egress:
    return Egress(entered=entered, told=told, seen=seen, seen_at=at)


def test_the_brokers_own_list_stands_before_what_was_typed() -> None:
    assert egress(HOME, seen=HOME, told=(ELSEWHERE,)).state(NOW) is EgressState.DRIFTED
    assert egress(HOME, seen=HOME, told=()).state(NOW) is EgressState.UNREGISTERED


def test_yesterdays_look_proves_nothing_today() -> None:
    assert egress(HOME, seen=HOME).state(NOW + timedelta(hours=13, minutes=29)) is EgressState.CONFIRMED
    assert egress(HOME, seen=HOME).state(NOW + timedelta(hours=13, minutes=30)) is EgressState.UNKNOWN


def test_a_wrong_address_is_looked_at_again_after_a_minute() -> None:
    wrong = egress(HOME, seen=ELSEWHERE)
    assert not wrong.due(NOW + timedelta(seconds=59))
    assert wrong.due(NOW + timedelta(seconds=60))
    assert not egress(HOME, seen=HOME).due(NOW + timedelta(hours=5))


@pytest.mark.parametrize(
    ("entered", "over_ipv6"),
    [((), False), ((HOME,), False), (("2001:db8::1",), True), ((HOME, "2001:db8::1"), False)],
)
def test_ipv4_is_pinned_unless_the_registered_addresses_are_ipv6(
    entered: tuple[str, ...], over_ipv6: bool
) -> None:
    assert egress(*entered).through(Endpoints("https://broker.test", "")).ipv6 is over_ipv6


def test_a_proxys_url_keeps_its_password() -> None:
    assert proxy_of(" http://asha:p%40ss@10.0.0.1:3128/ ") == "http://asha:p%40ss@10.0.0.1:3128"


@pytest.mark.parametrize(("says", "seen"), [("::ffff:203.0.113.7", HOME), ("2001:DB8:0::1", "2001:db8::1")])
async def test_one_address_has_one_spelling(mirror: Mirror, says: str, seen: str) -> None:
    mirror.says = says
    assert await look(mirror.url, Endpoints("", "")) == seen


async def test_a_page_that_fails_is_no_address(mirror: Mirror) -> None:
    with pytest.raises(BrokerUnavailable):
        await look(f"http://127.0.0.1:{mirror.port + 1 if mirror.port < 65535 else 1}/ip", Endpoints("", ""))
