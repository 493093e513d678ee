"""Brokers and accounts on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from adapters.broker import Capabilities, LoginKind, MarketProtection, Terms
from domain.account import AccountState, BrokerId
from domain.conditional import ConditionalKind
from domain.instrument import Exchange
from domain.order import OrderType, Product, Validity
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.egress import EgressState, address_of, proxy_of, without_secret
from orchestrator.accounts.held_breakers import HeldBreaker, Holder
from orchestrator.schemas import In, Out, Time

Label = Annotated[str, Field(min_length=1, max_length=40)]
Credentials = Annotated[
    dict[Annotated[str, Field(max_length=40)], Annotated[str, Field(max_length=4096)]],
    Field(max_length=12),
]


def _address(text: str) -> str:
    try:
        return address_of(text)
    except ValueError as error:
        raise ValueError("this is no IP address, such as 203.0.113.7") from error


class FieldOut(Out):
    name: str
    label: str
    secret: bool
    required: bool
    help: str


class LoginOut(Out):
    """`redirect`: a page of the broker's; `form`: keys typed here. `app_configured`: no keys are needed."""

    kind: LoginKind
    app_configured: bool
    fields: list[FieldOut]


class FeaturesOut(Out):
    """`iceberg_legs`: the most legs of an iceberg, 0 where the broker takes none. `conditionals`: what it keeps itself,
    `conditional_types`: what their legs may place."""

    modify: bool
    disclosed_quantity: bool
    after_market: bool
    iceberg_legs: int
    market_protection: MarketProtection
    move_funds: bool
    order_stream: bool
    posts_updates: bool
    phone_login: bool
    converts: bool
    conditionals: list[ConditionalKind]
    conditional_types: list[OrderType]


class CapabilitiesOut(Out):
    """What the broker's API takes, from its documentation."""

    exchanges: list[Exchange]
    products: list[Product]
    order_types: list[OrderType]
    validities: list[Validity]
    features: FeaturesOut

    @classmethod
    def of(cls, terms: Terms) -> CapabilitiesOut:
        return cls(
            exchanges=[one for one in Exchange if one in terms.exchanges],
            products=[one for one in Product if one in terms.products],
            order_types=[one for one in OrderType if one in terms.order_types],
            validities=[one for one in Validity if one in terms.validities],
            features=FeaturesOut(
                modify=terms.modifies,
                disclosed_quantity=terms.disclosed_quantity,
                after_market=terms.after_market,
                iceberg_legs=terms.iceberg_legs,
                market_protection=terms.market_protection,
                move_funds=terms.moves_funds,
                order_stream=terms.order_stream,
                posts_updates=terms.posts_updates,
                phone_login=terms.phone_login,
                converts=terms.converts,
                conditionals=[one for one in ConditionalKind if one in terms.conditionals],
                conditional_types=[one for one in OrderType if one in terms.conditional_types],
            ),
        )


class BrokerOut(CapabilitiesOut):
    """`expires_daily_at` is IST, HH:MM."""

    broker: BrokerId
    name: str
    letter: str
    login: LoginOut
    tag_length: int
    expires_daily_at: str

    @classmethod
    def from_terms(cls, terms: Terms, *, app_configured: bool) -> BrokerOut:
        return cls(
            **dict(CapabilitiesOut.of(terms)),
            broker=terms.broker,
            name=terms.name,
            letter=terms.letter,
            login=LoginOut(
                kind=terms.login,
                app_configured=app_configured,
                fields=[
                    FieldOut(
                        name=field.name,
                        label=field.label,
                        secret=field.secret,
                        required=field.required and not app_configured,
                        help=field.help,
                    )
                    for field in terms.credential_fields
                ],
            ),
            tag_length=terms.tag_length[1],
            expires_daily_at=f"{terms.session_ends_at:%H:%M}",
        )


class HealthOut(Out):
    """Breakers (`reads`, `writes`) are closed, open or half_open.

    `place_ms_p50` and `reject_rate` (0 to 1) are of the last hour, or of the last day where that saw few orders.
    """

    reads: str
    writes: str
    place_ms_p50: int | None
    last_seen: Time | None
    reject_rate: float | None


class AllowedOut(Out):
    """What this login may do today, found by asking the broker; null where it could not be told."""

    market_data: bool | None
    orders: bool | None
    exchanges: list[Exchange] | None

    @classmethod
    def of(cls, allowed: Capabilities) -> AllowedOut:
        open_ = allowed.exchanges
        return cls(
            market_data=allowed.market_data,
            orders=allowed.orders,
            exchanges=None if open_ is None else [one for one in Exchange if one in open_],
        )


class EgressOut(Out):
    """Where orders leave from. `registered`: addresses the broker takes orders from; `seen`: the one they would leave
    from. `proxy` is shown without its user and password. `words`: why the address could not be seen."""

    state: EgressState
    registered: list[str]
    told_by_broker: bool
    seen: str | None
    seen_at: Time | None
    proxy: str | None
    words: str | None

    @classmethod
    def of(cls, connection: Connection) -> EgressOut:
        egress = connection.egress
        return cls(
            state=egress.state(connection.clock()),
            registered=list(egress.registered),
            told_by_broker=egress.told is not None,
            seen=egress.seen,
            seen_at=egress.seen_at,
            proxy=without_secret(egress.proxy),
            words=egress.words or None,
        )


class HeldOut(Out):
    """A breaker that somebody holds open, over the account or its whole broker: nothing new goes there. `until` null:
    until it is closed by hand. `reason` null: it is its owner's, and told to nobody else."""

    by: Holder
    whole_broker: bool
    since: Time
    until: Time | None
    reason: str | None

    @classmethod
    def of(cls, held: HeldBreaker, *, told_owner: bool = True) -> HeldOut:
        told = told_owner or held.by is Holder.OPERATOR
        return cls(
            by=held.by,
            whole_broker=held.account_id is None,
            since=held.since,
            until=held.until,
            reason=held.reason if told else None,
        )


class AccountOut(Out):
    """One of the user's accounts. `expires_at`: when the broker ends the session; then a person must log in. `held`:
    its breaker is held open by hand."""

    id: str
    broker: BrokerId
    name: str
    letter: str
    label: str
    broker_user_id: str | None
    state: AccountState
    expires_at: Time | None
    connected_at: Time | None
    last_error: str | None
    as_of: Time | None
    stale_since: Time | None
    health: HealthOut | None
    held: HeldOut | None
    egress: EgressOut
    allowed: AllowedOut
    capabilities: CapabilitiesOut

    @classmethod
    def of(cls, connection: Connection) -> AccountOut:
        account, health = connection.account, connection.health()
        snapshot = connection.snapshot
        return cls(
            id=account.id,
            broker=account.broker,
            name=connection.terms.name,
            letter=connection.terms.letter,
            label=account.label,
            broker_user_id=account.broker_user_id,
            state=account.state,
            expires_at=account.session_expires_at if account.state is AccountState.CONNECTED else None,
            connected_at=connection.connected_at,
            last_error=connection.last_error,
            as_of=snapshot.as_of if snapshot else None,
            stale_since=(snapshot.stale_since or snapshot.margin_stale_since)
            if snapshot
            else connection.failing_since,
            health=HealthOut(
                reads=health.reads,
                writes=health.writes,
                place_ms_p50=connection.book.vitals.place_ms,
                last_seen=health.last_ok_at,
                reject_rate=connection.book.vitals.rejects,
            )
            if health
            else None,
            held=HeldOut.of(connection.held) if connection.held else None,
            egress=EgressOut.of(connection),
            allowed=AllowedOut.of(connection.allowed),
            capabilities=CapabilitiesOut.of(connection.terms),
        )


class ConnectIn(In):
    """`credentials` by the names of the broker's login fields."""

    broker: BrokerId
    label: Label | None = None
    credentials: Credentials = Field(default_factory=dict)


class LoginAgainIn(In):
    """Without credentials those given before are used."""

    credentials: Credentials | None = None


class RenameIn(In):
    label: Label


class ProxyIn(In):
    """The account's own way out: `http://user:password@host:port`. It is sealed like a password."""

    proxy_url: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(proxy_of)]


class AddressesIn(In):
    """The IP addresses registered at the broker for orders; none to forget them."""

    addresses: Annotated[list[Annotated[str, AfterValidator(_address)]], Field(max_length=4)]


class StartedOut(Out):
    """`login_url`: where the person goes now; null when the account is connected already."""

    account: AccountOut
    login_url: str | None
