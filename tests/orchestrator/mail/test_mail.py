"""Letters arrive, through a real SMTP server or in a folder, whatever the server does meanwhile."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller

from orchestrator.config import Settings
from orchestrator.mail.carriers import NotCarried, Outbox, Smtp
from orchestrator.mail.letter import Letter, message
from orchestrator.mail.mailer import Mailer
from orchestrator.settings.letters import MailSecurity
from orchestrator.storage.db import Database
from orchestrator.tables.people import letters
from orchestrator.vault import Vault
from tests.orchestrator.conftest import Watch
from tests.services import free_port

LETTER = Letter(
    "asha@example.com",
    "Your e-mail",
    "Follow this:\n\nhttps://tm.example/verify#abc&d\n\nNot you? <Nothing>.",
)


class Server:
    """What an SMTP server of tests was given, and how it answers."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipient = "250 OK"
        self.sender = "250 OK"
        self.pause = 0.0

    async def handle_MAIL(
        self, _server: Any, _session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return self.sender

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.pause)
        if self.answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def smtp(server: Server, settings: Settings) -> Iterator[Smtp]:
    port = free_port()
    running = Controller(server, hostname="127.0.0.1", port=port)
    running.start()
    told = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": MailSecurity.NONE}
    yield Smtp(settings.model_copy(update=told), wait=2.0)
    running.stop()


@pytest.fixture
async def mailer(db: Database, smtp: Smtp, watch: Watch) -> Mailer:
    return Mailer(db=db, vault=Vault(b"m" * 32), clock=watch, carrier=smtp, sender="TM <mail@tm.example>")


async def waiting(db: Database) -> list[Any]:
    return await db.read(lambda conn: list(conn.execute(sa.select(letters))))


async def test_a_letter_arrives_as_text_and_as_html_with_its_link(server: Server, mailer: Mailer) -> None:
    await mailer.send(LETTER)
    assert await mailer.send_due() == 1
    (came,) = server.taken
    assert (came["to"], came["from"], came["subject"]) == (
        "asha@example.com",
        "TM <mail@tm.example>",
        "Your e-mail",
    )
    text, page = came.get_body(("plain",)), came.get_body(("html",))
    assert text is not None
    assert text.get_content().split() == LETTER.text.split()
    assert page is not None
    assert '<a href="https://tm.example/verify#abc&amp;d">' in page.get_content()
    assert "&lt;Nothing&gt;" in page.get_content()


@pytest.mark.parametrize(
    ("address", "written"),
    [("jörg@example.com", "jörg@example.com"), ("asha@bücher.example", "asha@xn--bcher-kva.example")],
)
async def test_an_address_in_other_letters_is_written_to_as_mail_servers_take_it(
    server: Server, mailer: Mailer, tmp_path: Path, address: str, written: str
) -> None:
    letter = replace(LETTER, to=address)
    await mailer.send(letter)
    await mailer.send_due()
    (came,) = server.taken
    arrived = came["to"].addresses[0].addr_spec.encode("utf-8", "surrogateescape").decode()
    assert arrived == written
    built = message(letter, sender="mail@tm.example", number="ltr_1", at=datetime.now(UTC))
    await Outbox(tmp_path).carry(built, "ltr_1")
    assert f"To: {written}\n".encode() in (tmp_path / "ltr_1.eml").read_bytes()


async def test_a_letter_that_nobody_can_be_sent_is_given_up_and_holds_up_no_other(
    db: Database, server: Server, mailer: Mailer
) -> None:
    await mailer.send(replace(LETTER, to="nobody"))
    await mailer.send(LETTER)
    assert await mailer.send_due() == 2
    assert [one["to"] for one in server.taken] == [LETTER.to]
    assert await waiting(db) == []


async def test_what_is_sent_is_forgotten_and_what_waits_is_sealed(db: Database, mailer: Mailer) -> None:
    await mailer.send(LETTER)
    (kept,) = await waiting(db)
    assert "asha" not in kept.sealed
    assert "verify" not in str(kept)
    await mailer.send_due()
    assert await waiting(db) == []


async def test_a_letter_of_a_transaction_that_fails_is_never_sent(
    db: Database, server: Server, mailer: Mailer
) -> None:
    def work(conn: sa.Connection) -> None:
        mailer.put(conn, LETTER)
        raise KeyError

    with pytest.raises(KeyError):
        await db.write(work)
    assert await mailer.send_due() == 0
    assert server.taken == []


async def test_a_server_that_is_away_gets_it_later_and_ever_more_rarely(
    db: Database, server: Server, mailer: Mailer, watch: Watch
) -> None:
    await mailer.send(LETTER)
    server.answer = "451 try later"
    for seconds in (0, 30, 60, 120):
        watch.pass_time(seconds=seconds - 1 if seconds else 0)
        if seconds:
            assert await mailer.send_due() == 0
            watch.pass_time(seconds=1)
        assert await mailer.send_due() == 1
    server.answer = "250 OK"
    watch.pass_time(minutes=4)
    await mailer.send_due()
    assert len(server.taken) == 1
    assert await waiting(db) == []


async def test_a_refusal_for_good_is_not_tried_again(db: Database, server: Server, mailer: Mailer) -> None:
    server.recipient = "550 no such mailbox"
    await mailer.send(LETTER)
    await mailer.send_due()
    assert await waiting(db) == []


@pytest.mark.parametrize("answer", ["530 authentication required", "553 not an address of yours"])
async def test_what_is_ours_to_mend_loses_no_letter(
    db: Database, server: Server, mailer: Mailer, watch: Watch, answer: str
) -> None:
    server.sender = answer
    await mailer.send(LETTER)
    await mailer.send_due()
    server.sender = "250 OK"
    watch.pass_time(seconds=30)
    await mailer.send_due()
    assert len(server.taken) == 1
    assert await waiting(db) == []


async def test_what_nobody_takes_for_two_days_is_given_up(
    db: Database, server: Server, mailer: Mailer, watch: Watch
) -> None:
    server.answer = "451 try later"
    await mailer.send(LETTER)
    watch.pass_time(days=2)
    await mailer.send_due()
    assert await waiting(db) == []


async def test_of_two_processes_one_sends_it(
    db: Database, server: Server, mailer: Mailer, smtp: Smtp, watch: Watch
) -> None:
    beside = Mailer(db=db, vault=Vault(b"m" * 32), clock=watch, carrier=smtp, sender="TM <mail@tm.example>")
    for _ in range(12):
        await mailer.send(LETTER)
    while any(await asyncio.gather(mailer.send_due(), beside.send_due())):
        continue
    assert len(server.taken) == 12
    assert len({came["message-id"] for came in server.taken}) == 12


async def test_a_crash_while_it_is_sent_loses_nothing(
    server: Server, mailer: Mailer, watch: Watch, db: Database
) -> None:
    server.pause = 1.0
    await mailer.send(LETTER)
    under_way = asyncio.create_task(mailer.send_due())
    while not (await waiting(db))[0].tries:
        await asyncio.sleep(0.01)
    under_way.cancel()
    server.pause = 0.0
    assert await mailer.send_due() == 0, "somebody may still be at it"
    watch.pass_time(minutes=2)
    assert await mailer.send_due() == 1
    assert server.taken


async def test_a_server_that_never_answers_is_left(server: Server, settings: Settings, smtp: Smtp) -> None:
    server.pause = 5.0
    slow = Smtp(smtp._settings, wait=0.2)
    built = message(LETTER, sender="TM <mail@tm.example>", number="n", at=Watch().now)
    with pytest.raises(NotCarried) as refused:
        await slow.carry(built, "n")
    assert not refused.value.final


async def test_without_encryption_on_the_way_nothing_is_said_to_a_server_that_should_have_it(
    server: Server, smtp: Smtp
) -> None:
    guarded = Smtp(smtp._settings.model_copy(update={"smtp_security": MailSecurity.STARTTLS}), wait=2.0)
    built = message(LETTER, sender="TM <mail@tm.example>", number="n", at=Watch().now)
    with pytest.raises(NotCarried):
        await guarded.carry(built, "n")
    assert server.taken == []


async def test_a_running_mailer_sends_at_once_what_is_put(server: Server, mailer: Mailer) -> None:
    runs = asyncio.create_task(mailer.run())
    await mailer.send(LETTER)
    while not server.taken:
        await asyncio.sleep(0.01)
    runs.cancel()


async def test_without_a_server_a_letter_is_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    await Outbox(folder).carry(message(LETTER, sender="a@b.example", number="ltr_1", at=Watch().now), "ltr_1")
    (path,) = folder.iterdir()
    assert path.name == "ltr_1.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "verify#abc" in path.read_text()


@pytest.mark.parametrize("bad", ["a@b.example\nBcc: c@d.example", "a@b.example, c@d.example"])
async def test_a_recipient_is_one_address(bad: str) -> None:
    with pytest.raises(ValueError):
        message(Letter(bad, "s", "t"), sender="a@b.example", number="n", at=Watch().now)
