"""Webhooks on the wire."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from orchestrator.schemas import In, Out, Time
from orchestrator.webhooks.events import WebhookEvent
from orchestrator.webhooks.repository import Message, Webhook, WebhookDeliveryState
from orchestrator.webhooks.way import LONGEST_URL

Name = Annotated[str, Field(min_length=1, max_length=60)]
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, examples=["https://example.com/trades"])]


def _once(events: list[WebhookEvent]) -> list[WebhookEvent]:
    return list(dict.fromkeys(events))


Events = Annotated[list[WebhookEvent], Field(min_length=1, max_length=50), AfterValidator(_once)]


class WebhookIn(In):
    name: Name
    url: Url
    events: Events


class WebhookChangeIn(In):
    """What is left out stays."""

    name: Name | None = None
    url: Url | None = None
    events: Events | None = None
    enabled: bool | None = None


class WebhookOut(Out):
    """`off_why`: why it was switched off by itself. `failing_since`: the first failure since something was delivered.
    `old_secret_until`: until then messages are signed with the secret before this one, too. `token`: it takes the
    postbacks of this token's program, in Kite's form."""

    id: str
    name: str
    url: str
    events: list[WebhookEvent]
    enabled: bool
    off_why: str
    failing_since: Time | None
    old_secret_until: Time | None
    made_at: Time
    token: str | None

    @classmethod
    def of(cls, one: Webhook) -> WebhookOut:
        return cls(**_values(one))


class WebhookMadeOut(WebhookOut):
    """`secret` is shown this once: the key that its messages are signed with."""

    secret: str

    @classmethod
    def made(cls, one: Webhook, secret: str) -> WebhookMadeOut:
        return cls(**_values(one), secret=secret)


def _values(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "url": one.url,
        "events": list(one.events),
        "enabled": one.enabled,
        "off_why": one.off_why,
        "failing_since": one.failing_since,
        "old_secret_until": one.old_until,
        "made_at": one.made_at,
        "token": one.token_id,
    }


class WebhooksOut(Out):
    items: list[WebhookOut]


class WebhookDeliveryOut(Out):
    """One message and its last try. `id` is its `webhook-id`; `answer` the first bytes that came back, or why nothing
    did; `due_at` when it is tried next, while it waits."""

    id: str
    type: str
    body: str
    made_at: Time
    state: WebhookDeliveryState
    attempts: int
    due_at: Time | None
    tried_at: Time | None
    status: int | None
    ms: int | None
    answer: str

    @classmethod
    def of(cls, one: Message) -> WebhookDeliveryOut:
        return cls(
            id=one.id,
            type=one.type,
            body=one.body,
            made_at=one.made_at,
            state=one.state,
            attempts=one.attempts,
            due_at=one.due_at if one.state is WebhookDeliveryState.WAITING else None,
            tried_at=one.tried_at,
            status=one.status,
            ms=one.ms,
            answer=one.answer,
        )


class WebhookDeliveriesOut(Out):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[WebhookDeliveryOut]
    next_cursor: str | None
