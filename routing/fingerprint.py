"""All the inputs of a decision as one text, and its hash: the same on every machine, whatever the order of sets or of
accounts. A field that stands at its default is left out, so that one added later changes no older decision's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from operator import attrgetter
from typing import Any

from domain.order import OrderIntent
from domain.policy import Policy
from domain.routing import Candidate, Market

Encoder = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a decision is made from, as `inputs_text` writes it."""

    intent: OrderIntent
    market: Market
    candidates: tuple[Candidate, ...]
    policy: Policy
    on: date


_UNLIKE: Any = object()  # equal to nothing


def inputs_text(
    intent: OrderIntent, market: Market, candidates: Iterable[Candidate], policy: Policy, on: date
) -> str:
    """Canonical JSON of the inputs: sorted keys, no spaces, ASCII."""
    account = _encoder(Candidate)
    accounts = ",".join(account(one) for one in sorted(candidates, key=lambda one: one.account_id))
    return (
        f'{{"candidates":[{accounts}],"intent":{_encoder(OrderIntent)(intent)},'
        f'"market":{_encoder(Market)(market)},"on":"{on.isoformat()}","policy":{_encoder(Policy)(policy)}}}'
    )


def stamp_of(text: str) -> str:
    """Hex SHA-256 of the inputs' text."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON of one value: numbers that are equal have one text, sets are sorted, enums are their words."""
    return _encoder(type(value))(value)


def _encoder(kind: type[Any]) -> Encoder:
    """How values of this very type are written. Raises TypeError for types without a canonical form."""
    known = _ENCODERS.get(kind)
    if known is None:
        if issubclass(kind, Enum):
            known = _word
        elif is_dataclass(kind):
            known = _of_dataclass(kind)
        else:
            raise TypeError(f"no canonical form for {kind.__name__}")
        _ENCODERS[kind] = known
    return known


@lru_cache(maxsize=1024)
def _word(value: Enum) -> str:
    return canonical(value.value)


def _of_dataclass(kind: type[Any]) -> Encoder:
    stored = sorted((field for field in fields(kind) if field.compare), key=lambda field: field.name)
    names = [field.name for field in stored]
    keys = [(f'"{field.name}":', _default(field)) for field in stored]
    # A single name would give the value itself, and none nothing at all.
    values = attrgetter(*names) if len(names) > 1 else lambda value: [getattr(value, one) for one in names]
    known = _ENCODERS.get

    def encode(value: Any) -> str:
        parts = []
        for (key, default), one in zip(keys, values(value), strict=True):
            if one is default or one == default:
                continue
            parts.append(key + (known(type(one)) or _encoder(type(one)))(one))
        return "{" + ",".join(parts) + "}"

    return encode


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else _UNLIKE


@lru_cache(maxsize=1024)
def _of_set(values: frozenset[Any]) -> str:
    return "[" + ",".join(sorted(canonical(one) for one in values)) + "]"


@lru_cache(maxsize=1024)
def _of_tuple(values: tuple[Any, ...]) -> str:
    return "[" + ",".join(canonical(one) for one in values) + "]"


_ENCODERS: dict[type[Any], Encoder] = {  # other types join when they are first met
    str: quoted,
    bool: lambda value: "true" if value else "false",
    int: str,
    type(None): lambda value: "null",
    Decimal: lambda value: f'"{value.normalize():f}"' if value else '"0"',
    frozenset: _of_set,
    tuple: _of_tuple,
}
