"""Consent on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.identity.consent.documents import Agreed, Consent, Document, DocumentKind
from orchestrator.schemas import In, Out, Time

VERSION_LENGTH = 40
Version = Annotated[str, Field(min_length=1, max_length=VERSION_LENGTH, examples=["2026-11"])]


class DocumentOut(Out):
    """`url`: where it can be read."""

    document: DocumentKind
    version: str
    url: str
    published_at: Time

    @staticmethod
    def of(one: Document) -> DocumentOut:
        return DocumentOut(document=one.kind, version=one.version, url=one.url, published_at=one.published_at)


class DocumentsOut(Out):
    items: list[DocumentOut]


class ConsentOut(Out):
    """`address`: where it was given from, as far as we know."""

    document: DocumentKind
    version: str
    at: Time
    address: str

    @staticmethod
    def of(one: Consent) -> ConsentOut:
        return ConsentOut(document=one.kind, version=one.version, at=one.at, address=one.address)


class ConsentsOut(Out):
    """While something is in `needed`, nothing that opens or adds to a position is sent."""

    needed: list[DocumentOut]
    given: list[ConsentOut]


class AgreedIn(In):
    """The version that the person has seen."""

    document: DocumentKind
    version: Version

    def agreed(self) -> Agreed:
        return Agreed(self.document, self.version)


class ConsentsIn(In):
    agreed: Annotated[list[AgreedIn], Field(min_length=1, max_length=len(DocumentKind))]
