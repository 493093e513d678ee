"""Connecting an account: to the broker's page and back, or by keys typed here.

A login in progress belongs to one user, one account and one browser, works once, and ends after ten minutes.
"""

from __future__ import annotations

import asyncio
import secrets as random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection as SqlConnection

from adapters.broker import Adapter, Endpoints, LoginAsked, LoginKind, Session, Terms
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.errors import BrokerError
from orchestrator.accounts import repository, secrets
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.accounts.egress import Egress
from orchestrator.accounts.given import given_fields, lasting
from orchestrator.accounts.opening import egress_of
from orchestrator.accounts.repository import LoginState, StoredAccount
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, ActorKind, audited
from orchestrator.config import Settings, app_credentials, endpoints
from orchestrator.errors import Problem, not_found, of_broker
from orchestrator.identity.tokens import hash_of
from orchestrator.ids import new_id
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.vault import Vault


@dataclass(frozen=True, slots=True)
class Started:
    """`url` is where the person goes now; None when the account is connected already."""

    connection: Connection
    url: str | None


@dataclass(frozen=True, slots=True)
class Logins:
    db: Database
    vault: Vault
    settings: Settings
    clock: Clock
    adapters: Mapping[BrokerId, Adapter]
    connections: Connections
    minting: dict[tuple[AccountId, str], asyncio.Task[Connection]] = field(default_factory=dict)

    async def connect(
        self,
        user_id: UserId,
        *,
        broker: BrokerId,
        label: str | None,
        credentials: Mapping[str, str],
        browser: str,
        actor: Actor,
    ) -> Started:
        """A new account. Raises Problem 422 for missing credentials, or the broker's no to keys typed here."""
        terms = self.adapters[broker].terms
        given = given_fields(terms, credentials, app_configured=bool(app_credentials(self.settings, broker)))
        session = None
        if terms.login is LoginKind.FORM:
            session = await self._session(broker, given, answer=given)
        account, abandoned = await self.db.write(
            lambda db: self._add(db, user_id, terms, label, actor), lock=f"accounts:{user_id}"
        )
        for gone in abandoned:
            await self.connections.reload(gone)
        if session is not None:
            return Started(await self._keep(account, given, session, actor), None)
        connection = await self.connections.reload(account.id)
        if connection is None:
            raise not_found("account")
        return Started(
            connection, await self._begin(account, given, stored=given, browser=browser, actor=actor)
        )

    async def again(
        self,
        user_id: UserId,
        account_id: AccountId,
        *,
        credentials: Mapping[str, str] | None,
        browser: str,
        actor: Actor,
    ) -> Started:
        """Log in again, with the credentials given before unless there are new ones."""
        known = await self.db.read(lambda db: repository.by_id(db, account_id))
        if known is None or known.account.user_id != user_id:
            raise not_found("account")
        broker = known.account.broker
        terms = self.adapters[broker].terms
        given = {name: value for name, value in (credentials or {}).items() if value}
        used = given or secrets.open_credentials(self.vault, account_id, known.credentials)
        used = given_fields(terms, used, app_configured=bool(app_credentials(self.settings, broker)))
        if terms.login is LoginKind.FORM:
            return Started(await self._minted_once(known, used, actor), None)
        connection = self.connections.get(account_id) or await self.connections.reload(account_id)
        if connection is None:  # disconnected: a new login brings it back, under its old name
            connecting = {"state": AccountState.CONNECTING}
            await self.db.write(lambda db: repository.change(db, account_id, connecting))
            connection = await self.connections.reload(account_id)
        if connection is None:
            raise not_found("account")
        url = await self._begin(known.account, used, stored=given or None, browser=browser, actor=actor)
        return Started(connection, url)

    async def finish(
        self, broker: BrokerId, answer: Mapping[str, str], *, browser: str, address: str
    ) -> Connection:
        """The redirect came back. Raises Problem with code login_state_invalid | login_state_expired |
        login_other_browser | other_broker_user, or of the broker's error."""
        login, known = await self.db.write(
            lambda db: self._take(db, broker, answer.get("state", ""), browser)
        )
        account_id, user_id = known.account.id, known.account.user_id
        # The browser comes back without a token: who it is, is known by the login that was begun in it.
        actor = Actor(ActorKind.LOGIN, user_id, address=address)
        credentials = secrets.open_for_login(self.vault, login.state_hash, login.credentials)
        if credentials is None:
            credentials = secrets.open_credentials(self.vault, account_id, known.credentials)
        try:
            session = await self._session(broker, credentials, answer=answer, way=self._way(known))
            return await self._keep(known.account, credentials, session, actor)
        except Problem as problem:
            code, detail = problem.code, problem.detail

            def refused(db: SqlConnection) -> None:
                repository.change(db, account_id, {"last_error": detail})
                self._did(db, actor, user_id, Action.ACCOUNT_LOGIN_REFUSED, account_id, code=code)

            await self.db.write(refused)
            await self.connections.reload(account_id)
            raise

    async def ask_phone(self, user_id: UserId, account_id: AccountId, actor: Actor) -> LoginAsked:
        """Have the broker ask the person in its own app. Raises Problem 404, 409, 422 without keys, or of the broker's
        error."""
        known = await self.db.read(lambda db: repository.by_id(db, account_id))
        if known is None or known.account.user_id != user_id:
            raise not_found("account")
        adapter = self.adapters[known.account.broker]
        phone, terms = adapter.phone_login, adapter.terms
        if phone is None:
            raise Problem(
                409,
                "no_phone_login",
                f"{terms.name} has no login that is approved in its own app",
                fix=f"begin the usual one with POST /v1/accounts/{account_id}/login",
            )
        app = app_credentials(self.settings, known.account.broker)
        own = given_fields(terms, self._own_credentials(known), app_configured=bool(app))
        asks = Action.ACCOUNT_LOGIN_ASKED
        await self.db.write(lambda db: self._did(db, actor, user_id, asks, account_id, by="phone"))
        try:
            return await phone.ask({**app, **own}, self._way(known))
        except BrokerError as error:
            raise of_broker(error) from error

    async def take_posted(self, known: StoredAccount, session: Session) -> bool:
        """A session that somebody posted to the account's address: it counts once the broker, asked with it, names the
        client that this account is. False for a session that is used already.

        Raises BrokerError, or Problem `other_broker_user`; an account that never logged in takes none.
        """
        account = known.account
        connection = self.connections.get(account.id)
        if connection is None or connection.session == session:
            return False
        proving = connection.adapter.connect(session, self._way(known), connection.symbols, clock=self.clock)
        try:
            proven = (await proving.profile()).broker_user_id
        finally:
            await proving.aclose()
        if account.broker_user_id is None or proven != account.broker_user_id:
            raise Problem(
                409,
                "other_broker_user",
                f"the session is of {proven}, but this account is {account.broker_user_id}",
            )
        found = replace(session, broker_user_id=proven)
        await self._keep(account, self._own_credentials(known), found, Actor.program("postbacks"))
        return True

    # --- steps ---------------------------------------------------------------------------------------------------

    def credentials_of(self, known: StoredAccount) -> dict[str, str]:
        """What the account logs in with: its own, else the operator's app."""
        return {**app_credentials(self.settings, known.account.broker), **self._own_credentials(known)}

    def _own_credentials(self, known: StoredAccount) -> dict[str, str]:
        return secrets.open_credentials(self.vault, known.account.id, known.credentials)

    def redirect_uri(self, broker: BrokerId) -> str:
        """Where the broker sends the browser back to."""
        return f"{self.settings.base_url}/v1/accounts/callback/{broker.value}"

    def _add(
        self, db: SqlConnection, user_id: UserId, terms: Terms, label: str | None, actor: Actor
    ) -> tuple[BrokerAccount, list[AccountId]]:
        """The new account, and those whose first login was begun and never finished: it takes their place."""
        mine = repository.of_user(db, user_id)
        abandoned = [
            one.account.id
            for one in mine
            if one.account.broker is terms.broker
            and one.account.state is AccountState.CONNECTING
            and one.connected_at is None
        ]
        for account_id in abandoned:
            repository.remove(db, account_id)
        mine = [one for one in mine if one.account.id not in abandoned]
        taken = {one.account.label for one in mine if one.account.state is not AccountState.DISCONNECTED}
        account = BrokerAccount(
            id=AccountId(new_id("acc")),
            user_id=user_id,
            broker=terms.broker,
            label=label or _free_label(terms.name, taken),
            state=AccountState.CONNECTING,
        )
        repository.add(db, account, self.clock())
        broker = account.broker.value
        self._did(db, actor, user_id, Action.ACCOUNT_ADDED, account.id, broker=broker, label=account.label)
        return account, abandoned

    def _did(
        self, db: SqlConnection, actor: Actor, user_id: UserId, action: Action, subject: str, **detail: str
    ) -> None:
        now = self.clock()
        audited(db, user_id=user_id, actor=actor, action=action, at=now, subject=subject, detail=detail)

    async def _begin(
        self,
        account: BrokerAccount,
        used: Mapping[str, str],
        *,
        stored: Mapping[str, str] | None,
        browser: str,
        actor: Actor,
    ) -> str:
        state = random.token_urlsafe(32)
        now = self.clock()
        login = LoginState(
            state_hash=hash_of(state),
            user_id=account.user_id,
            account_id=account.id,
            browser_hash=hash_of(browser),
            credentials=secrets.seal_for_login(self.vault, hash_of(state), stored)
            if stored is not None
            else None,
            expires_at=now + timedelta(minutes=self.settings.login_minutes),
            used_at=None,
        )

        def begun(db: SqlConnection) -> None:
            repository.add_login(db, login, now)
            self._did(db, actor, account.user_id, Action.ACCOUNT_LOGIN_ASKED, account.id)

        await self.db.write(begun)
        return self.adapters[account.broker].login.url(
            {**app_credentials(self.settings, account.broker), **used},
            endpoints(self.settings, account.broker),
            redirect_uri=self.redirect_uri(account.broker),
            state=state,
        )

    def _take(
        self, db: SqlConnection, broker: BrokerId, state: str, browser: str
    ) -> tuple[LoginState, StoredAccount]:
        now, state_hash = self.clock(), hash_of(state)
        login = repository.login(db, state_hash)
        known = repository.by_id(db, login.account_id) if login else None
        if login is None or known is None or known.account.broker is not broker:
            raise Problem(400, "login_state_invalid", "this login was not begun here", fix="begin it again")
        if login.browser_hash != hash_of(browser):
            raise Problem(
                400,
                "login_other_browser",
                "this login was begun in another browser",
                fix=f"begin it again at {self.settings.base_url}",
            )
        if login.expires_at <= now:
            raise Problem(400, "login_state_expired", "this login took too long", fix="begin it again")
        if not repository.use_login(db, state_hash, now):
            raise Problem(400, "login_state_invalid", "this login has been used", fix="begin it again")
        return login, known

    async def _minted_once(self, known: StoredAccount, used: Mapping[str, str], actor: Actor) -> Connection:
        """Whoever asks while a token is being made for these keys gets that one: a second would end the first."""
        key = (known.account.id, hash_of(orjson.dumps(dict(used), option=orjson.OPT_SORT_KEYS).decode()))
        if key not in self.minting:
            task = asyncio.create_task(self._mint(known, used, actor))
            self.minting[key] = task
            task.add_done_callback(lambda _: self.minting.pop(key, None))
        return await asyncio.shield(self.minting[key])

    async def _mint(self, known: StoredAccount, used: Mapping[str, str], actor: Actor) -> Connection:
        session = await self._session(known.account.broker, used, answer=used, way=self._way(known))
        return await self._keep(known.account, used, session, actor)

    def _way(self, known: StoredAccount) -> Endpoints:
        """Logins leave the way that the account's calls do."""
        way = egress_of(self.vault, known, Egress())
        return way.through(endpoints(self.settings, known.account.broker))

    async def _session(
        self,
        broker: BrokerId,
        credentials: Mapping[str, str],
        *,
        answer: Mapping[str, str],
        way: Endpoints | None = None,
    ) -> Session:
        try:
            return await self.adapters[broker].login.session(
                {**app_credentials(self.settings, broker), **credentials},
                way or endpoints(self.settings, broker),
                answer=answer,
                redirect_uri=self.redirect_uri(broker),
                now=self.clock(),
            )
        except BrokerError as error:
            raise of_broker(error) from error

    async def _keep(
        self, account: BrokerAccount, credentials: Mapping[str, str], session: Session, actor: Actor
    ) -> Connection:
        """Store the session, on the account that already is this broker user if there is one."""
        kept = await self.db.write(
            lambda db: self._store(db, account, credentials, session, actor),
            lock=f"accounts:{account.user_id}",
        )
        if kept != account.id:
            await self.connections.reload(account.id)
        connection = await self.connections.reload(kept)
        if connection is None:
            raise not_found("account")
        await self.connections.refresh(kept)
        return connection

    def _store(
        self,
        db: SqlConnection,
        account: BrokerAccount,
        credentials: Mapping[str, str],
        session: Session,
        actor: Actor,
    ) -> AccountId:
        now = self.clock()
        if account.broker_user_id not in (None, session.broker_user_id):
            raise Problem(
                409,
                "other_broker_user",
                f"you logged in as {session.broker_user_id}, but this account is {account.broker_user_id}",
                fix=f"log in as {account.broker_user_id}, or connect the other one as a new account",
            )
        kept, values = account.id, {"label": account.label}
        for one in repository.of_user(db, account.user_id):
            same = (
                one.account.broker is account.broker and one.account.broker_user_id == session.broker_user_id
            )
            if same and one.account.id != account.id:
                # Twice the same account would show everything twice.
                kept = one.account.id
                repository.remove(db, account.id)
                if one.account.state is not AccountState.DISCONNECTED:
                    values = {}
        repository.change(db, kept, values | self._session_values(kept, credentials, session, now))
        self._did(db, actor, account.user_id, Action.ACCOUNT_LOGIN, kept, client=session.broker_user_id or "")
        return kept

    def _session_values(
        self, account_id: AccountId, credentials: Mapping[str, str], session: Session, now: datetime
    ) -> dict[str, object]:
        return {
            "state": AccountState.CONNECTED,
            "broker_user_id": session.broker_user_id,
            "credentials": secrets.seal_credentials(self.vault, account_id, lasting(credentials)),
            "session": secrets.seal_session(self.vault, account_id, session),
            "session_expires_at": session.expires_at,
            "connected_at": now,
            "last_error": None,
        }


def _free_label(name: str, taken: set[str]) -> str:
    number = 1
    label = name
    while label in taken:
        number += 1
        label = f"{name} {number}"
    return label
