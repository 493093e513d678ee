"""What an authenticator signed, checked: pure but for the library that knows the forms.

A passkey counts as two factors, so the authenticator must have asked for a finger, a face or a PIN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    generate_challenge,
    options_to_json_dict,
    parse_attestation_object,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationFormat,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from orchestrator.identity.relying import NAME, RelyingParty

SECONDS = 300
LONGEST = 1023  # bytes of a credential's id, by the specification
# What the library lets through of input that nobody meant: wrong shapes, keys that are no points of their curve.
UNREADABLE = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


class Unfit(Exception):
    """It is not what was asked for; the words are for the log, not for who asks."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passkey as browsers are told of it."""

    credential: str
    transports: Sequence[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A new one."""

    credential: str
    public_key: str
    sign_count: int
    transports: str
    backed_up: bool
    aaguid: str


@dataclass(frozen=True, slots=True)
class Used:
    """A signature of a known one."""

    sign_count: int
    backed_up: bool


def new_challenge() -> str:
    return bytes_to_base64url(generate_challenge())


def making(
    rp: RelyingParty, challenge: str, *, user_id: str, email: str, name: str, known: Sequence[Known]
) -> dict[str, Any]:
    """What a browser needs to make a passkey that this user does not have yet."""
    options = webauthn.generate_registration_options(
        rp_id=rp.id,
        rp_name=NAME,
        user_id=user_id.encode(),
        user_name=email,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge),
        timeout=SECONDS * 1000,
        exclude_credentials=[_described(one) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json_dict(options)


def using(rp: RelyingParty, challenge: str, *, known: Sequence[Known] = ()) -> dict[str, Any]:
    """What a browser needs to use a passkey: one of these, or any of its own for us."""
    options = webauthn.generate_authentication_options(
        rp_id=rp.id,
        challenge=base64url_to_bytes(challenge),
        timeout=SECONDS * 1000,
        allow_credentials=[_described(one) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def made(given: Mapping[str, Any], *, challenge: str, rp: RelyingParty) -> Made:
    """Raises Unfit."""
    try:
        credential = parse_registration_credential_json(dict(given))
        _of_our_page(credential.response.client_data_json)
        _of_no_maker(credential.response.attestation_object)
        new = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=rp.id,
            expected_origin=rp.origin,
            require_user_verification=True,
        )
        key = decode_credential_public_key(new.credential_public_key)
        decoded_public_key_to_cryptography(key)  # a key that cannot be read signs nothing later
    except UNREADABLE as error:
        raise Unfit(str(error)) from error
    if len(new.credential_id) > LONGEST:
        raise Unfit("its id is too long")
    return Made(
        credential=bytes_to_base64url(new.credential_id),
        public_key=bytes_to_base64url(new.credential_public_key),
        sign_count=new.sign_count,
        transports=" ".join(one.value for one in credential.response.transports or ()),
        backed_up=new.credential_backed_up,
        aaguid=new.aaguid,
    )


def named(given: Mapping[str, Any]) -> tuple[str, str | None]:
    """The credential that it says it is, and the user that the authenticator keeps it for. Raises Unfit."""
    try:
        credential = parse_authentication_credential_json(dict(given))
        user = credential.response.user_handle
        return bytes_to_base64url(credential.raw_id), user.decode() if user else None
    except UNREADABLE as error:
        raise Unfit(str(error)) from error


def used(given: Mapping[str, Any], *, challenge: str, rp: RelyingParty, public_key: str) -> Used:
    """Its count is for the caller to compare with the last one. Raises Unfit."""
    try:
        credential = parse_authentication_credential_json(dict(given))
        _of_our_page(credential.response.client_data_json)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=rp.id,
            expected_origin=rp.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except UNREADABLE as error:
        raise Unfit(str(error)) from error
    return Used(verified.new_sign_count, verified.credential_backed_up)


def _of_our_page(client_data: bytes) -> None:
    """No page that shows ours inside its own. Raises Unfit."""
    if parse_client_data_json(client_data).cross_origin:
        raise Unfit("it was asked for inside another page")


def _of_no_maker(attestation: bytes) -> None:
    """Who made the authenticator is not asked, so that nobody's certificates are read. Raises Unfit."""
    told = parse_attestation_object(attestation)
    signed_by_itself = told.fmt == AttestationFormat.PACKED and not told.att_stmt.x5c
    if told.fmt != AttestationFormat.NONE and not signed_by_itself:
        raise Unfit("it tells more of its maker than was asked")


def _described(one: Known) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(word) for word in one.transports]
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential), transports=transports)
