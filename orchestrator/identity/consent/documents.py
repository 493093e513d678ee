"""What users of this installation agree to: its terms and its privacy notice, each in a version, published by whoever
keeps it. Until a user has agreed to the version in force, nothing of theirs opens or adds to a position (`rails`).

A consent is never changed: one row for each version that somebody agreed to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem
from orchestrator.tables.people import consents, documents

DOCUMENT, CONSENT = documents.c, consents.c


class DocumentKind(StrEnum):
    TERMS = "terms"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Document:
    """The version in force. `url` is where it can be read."""

    kind: DocumentKind
    version: str
    url: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    kind: DocumentKind
    version: str
    at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """What somebody says that they agree to."""

    kind: DocumentKind
    version: str


def in_force(conn: Connection) -> list[Document]:
    rows = conn.execute(sa.select(documents).order_by(DOCUMENT.kind.desc())).mappings()
    return [Document(**{**row, "kind": DocumentKind(row["kind"])}) for row in rows]


def given(conn: Connection, user_id: UserId) -> list[Consent]:
    """The newest first."""
    columns = (CONSENT.kind, CONSENT.version, CONSENT.at, CONSENT.address)
    query = sa.select(*columns).where(CONSENT.user_id == user_id).order_by(CONSENT.at.desc(), CONSENT.kind)
    return [Consent(DocumentKind(row.kind), row.version, row.at, row.address) for row in conn.execute(query)]


def needed(conn: Connection, user_id: UserId) -> list[Document]:
    """What is in force and this user has not agreed to."""
    has = {(one.kind, one.version) for one in given(conn, user_id)}
    return [one for one in in_force(conn) if (one.kind, one.version) not in has]


def give(conn: Connection, user_id: UserId, agreed: Sequence[Agreed], *, actor: Actor, now: datetime) -> None:
    """Given before: the first time stays. Raises Problem 409 `document_changed` for a version that is not in force:
    nobody agrees to what they have not seen."""
    current = {(one.kind, one.version): one for one in in_force(conn)}
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    for one in agreed:
        if (one.kind, one.version) not in current:
            raise Problem(
                409,
                "document_changed",
                f"version {one.version} of {one.kind.value} is not in force",
                field="version",
                fix="read the one that is: GET /v1/users/documents",
            )
        row = {
            "user_id": user_id,
            "kind": one.kind.value,
            "version": one.version,
            "at": now,
            "address": actor.address,
        }
        if conn.execute(insert(consents).values(row).on_conflict_do_nothing()).rowcount:
            detail = {"document": one.kind.value, "version": one.version}
            audited(conn, user_id=user_id, actor=actor, action=Action.CONSENT_GIVEN, at=now, detail=detail)


class VersionUsed(Exception):
    """Somebody agreed to this version when it was another text, or may have."""


def publish(conn: Connection, document: Document, *, by: Actor) -> None:
    """From now on this version is in force, in place of the one before. Raises VersionUsed for one that somebody agreed
    to before: they would count as having agreed to what they have not seen."""
    same = (CONSENT.kind == document.kind.value, CONSENT.version == document.version)
    if conn.execute(sa.select(CONSENT.user_id).where(*same).limit(1)).first() is not None:
        raise VersionUsed
    withdraw(conn, document.kind)
    row = {
        "kind": document.kind.value,
        "version": document.version,
        "url": document.url,
        "published_at": document.published_at,
    }
    conn.execute(sa.insert(documents).values(row))
    audited(
        conn,
        user_id=None,
        actor=by,
        action=Action.DOCUMENT_PUBLISHED,
        at=document.published_at,
        subject=document.kind.value,
        detail={"version": document.version, "url": document.url},
    )


def withdraw(conn: Connection, kind: DocumentKind) -> bool:
    """Nobody is asked for it any more; False when there was none."""
    return bool(conn.execute(sa.delete(documents).where(DOCUMENT.kind == kind.value)).rowcount)
