"""What a passkey signed is taken only whole: asked by us, at our address, by a person whom it has recognised."""

from __future__ import annotations

import json
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.identity.passkeys import ceremony
from orchestrator.identity.passkeys.ceremony import Made, Unfit
from orchestrator.identity.relying import RelyingParty, relying_party
from tests.orchestrator.identity.passkeys.authenticator import (
    BACKED_UP,
    BACKUP_ELIGIBLE,
    USER_PRESENT,
    Authenticator,
    raw,
    text,
)

RP = RelyingParty("localhost", "http://localhost:8000")


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("http://127.0.0.1:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://0.0.0.0:8123", RelyingParty("localhost", "http://localhost:8123")),
        ("http://localhost", RelyingParty("localhost", "http://localhost")),
        ("https://Trade.example.com", RelyingParty("trade.example.com", "https://trade.example.com")),
        ("https://trade.example.com:443", RelyingParty("trade.example.com", "https://trade.example.com")),
        (
            "https://trade.example.com:8443/tm",
            RelyingParty("trade.example.com", "https://trade.example.com:8443"),
        ),
        ("https://bücher.example", RelyingParty("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://trade.example.com", None),
        ("https://192.168.1.20", None),
        ("https://[2001:db8::1]:8443", None),
        ("", None),
    ],
)
def test_passkeys_are_bound_to_the_name_that_people_reach_us_by(
    base_url: str, expected: RelyingParty | None
) -> None:
    assert relying_party(base_url) == expected


def making(rp: RelyingParty = RP) -> tuple[str, dict[str, Any]]:
    challenge = ceremony.new_challenge()
    return challenge, ceremony.making(rp, challenge, user_id="usr_1", email="a@b.test", name="A", known=[])


def made(authenticator: Authenticator, *, fmt: str = "none") -> Made:
    challenge, options = making()
    return ceremony.made(authenticator.create(options, fmt=fmt), challenge=challenge, rp=RP)


def test_a_person_must_be_recognised_and_the_key_kept_for_us() -> None:
    _, options = making()
    chosen = options["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"], options["attestation"]) == (
        "required",
        "required",
        "none",
    )
    using = ceremony.using(RP, ceremony.new_challenge())
    assert (using["userVerification"], using["allowCredentials"]) == ("required", [])


@pytest.mark.parametrize("fmt", ["none", "packed"])
def test_a_key_made_for_us_is_taken(fmt: str) -> None:
    authenticator = Authenticator(flags=USER_PRESENT | 4 | BACKUP_ELIGIBLE | BACKED_UP)
    new = made(authenticator, fmt=fmt)
    assert new.credential == text(authenticator.credential)
    assert (new.backed_up, new.transports) == (True, "internal hybrid")


@pytest.mark.parametrize(
    "wrong",
    [
        Authenticator(origin="http://localhost:8001"),
        Authenticator(origin="http://127.0.0.1:8000"),
        Authenticator(origin="https://evil.example"),
        Authenticator(rp_id="evil.example"),
        Authenticator(flags=USER_PRESENT),
        Authenticator(flags=4),
        Authenticator(cross_origin=True),
        Authenticator(credential=b"x" * 1024),
    ],
    ids=[
        "other port",
        "by address",
        "other site",
        "other rp",
        "not recognised",
        "absent",
        "framed",
        "long id",
    ],
)
def test_a_key_made_elsewhere_or_for_nobody_is_refused(wrong: Authenticator) -> None:
    with pytest.raises(Unfit):
        made(wrong)


def test_what_tells_of_its_maker_is_not_read() -> None:
    challenge, options = making()
    answer = Authenticator().create(options, fmt="packed")
    told = cbor2.loads(raw(answer["response"]["attestationObject"]))
    told["attStmt"]["x5c"] = [b"not a certificate"]
    answer["response"]["attestationObject"] = text(cbor2.dumps(told))
    with pytest.raises(Unfit, match="maker"):
        ceremony.made(answer, challenge=challenge, rp=RP)


def test_a_key_that_is_no_point_of_its_curve_is_refused() -> None:
    challenge, options = making()
    answer = Authenticator().create(options)
    told = cbor2.loads(raw(answer["response"]["attestationObject"]))
    told["authData"] = told["authData"][:-32] + b"\1" * 32
    answer["response"]["attestationObject"] = text(cbor2.dumps(told))
    with pytest.raises(Unfit):
        ceremony.made(answer, challenge=challenge, rp=RP)


def test_a_signature_is_of_this_challenge_alone_and_for_signing_in() -> None:
    authenticator = Authenticator()
    new = made(authenticator)
    challenge = ceremony.new_challenge()
    signed = authenticator.get(ceremony.using(RP, challenge))
    use = ceremony.used(signed, challenge=challenge, rp=RP, public_key=new.public_key)
    assert use.sign_count == 1
    for other in (ceremony.new_challenge(), ""):
        with pytest.raises(Unfit):
            ceremony.used(signed, challenge=other, rp=RP, public_key=new.public_key)
    with pytest.raises(Unfit):
        ceremony.used(signed, challenge=challenge, rp=RP, public_key=made(Authenticator()).public_key)
    with pytest.raises(Unfit):  # a registration is no login
        ceremony.used(
            authenticator.create(making()[1]), challenge=challenge, rp=RP, public_key=new.public_key
        )


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": USER_PRESENT},
        {"cross_origin": True},
    ],
    ids=["other site", "other rp", "not recognised", "framed"],
)
def test_a_signature_made_elsewhere_or_by_nobody_is_refused(change: dict[str, Any]) -> None:
    authenticator = Authenticator()
    new = made(authenticator)
    for name, value in change.items():
        setattr(authenticator, name, value)
    challenge = ceremony.new_challenge()
    signed = authenticator.get(ceremony.using(RP, challenge))
    with pytest.raises(Unfit):
        ceremony.used(signed, challenge=challenge, rp=RP, public_key=new.public_key)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PLACES = ["id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "authenticatorData"]
PLACES += ["signature", "userHandle", "transports", "authenticatorAttachment"]


@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_other_value_in_any_place_is_refused_and_never_a_fault(place: str, value: Any) -> None:
    challenge, options = making()
    authenticator = Authenticator()
    public_key = made(authenticator).public_key
    for answer in (authenticator.create(options), authenticator.get(ceremony.using(RP, challenge))):
        holder = answer if place in answer else answer["response"]
        holder[place] = value
        _tried(answer, challenge, public_key)


@given(
    place=st.sampled_from(PLACES),
    at=st.floats(0, 1, exclude_max=True),
    flip=st.integers(1, 255),
    cut=st.booleans(),
)
def test_any_changed_byte_is_refused_and_never_a_fault(place: str, at: float, flip: int, cut: bool) -> None:
    challenge, options = making()
    authenticator = Authenticator()
    public_key = made(authenticator).public_key
    for answer in (authenticator.create(options), authenticator.get(ceremony.using(RP, challenge))):
        if isinstance(before := answer["response"].get(place), str):
            changed = bytearray(raw(before))
            index = int(at * len(changed))
            changed[index] ^= flip
            answer["response"][place] = text(bytes(changed[:index] if cut else changed))
        _tried(answer, challenge, public_key)


@given(client=JSON)
def test_client_data_of_any_shape_is_refused_and_never_a_fault(client: Any) -> None:
    challenge = ceremony.new_challenge()
    authenticator = Authenticator()
    public_key = made(authenticator).public_key
    answer = authenticator.get(ceremony.using(RP, challenge))
    told = {"type": "webauthn.get", "challenge": challenge, "origin": RP.origin, "tokenBinding": client}
    for data in (client, told | {"challenge": client}, told | {"origin": client}):
        answer["response"]["clientDataJSON"] = text(json.dumps(data).encode())
        with pytest.raises(Unfit):
            ceremony.used(answer, challenge=challenge, rp=RP, public_key=public_key)


def _tried(answer: dict[str, Any], challenge: str, public_key: str) -> None:
    """Whatever it is, it is taken or Unfit."""
    for attempt in (
        lambda: ceremony.named(answer),
        lambda: ceremony.made(answer, challenge=challenge, rp=RP),
        lambda: ceremony.used(answer, challenge=challenge, rp=RP, public_key=public_key),
    ):
        try:
            attempt()
        except Unfit:
            continue
