"""A program's login by the browser, on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.kite.addresses import LONGEST
from orchestrator.schemas import In, Out, Time

Address = Annotated[str, Field(min_length=1, max_length=LONGEST, examples=["https://example.com/kite"])]


class KiteAppIn(In):
    """`redirect_url`: where the browser is led back to, exactly so: https, or http on your own machine.
    `postback_url`: a server that is told of this program's orders as Kite tells of them; null: none is."""

    redirect_url: Address
    postback_url: Address | None = None


class KiteAppOut(Out):
    """`logins`: how many access tokens are good now; each ends at six in the morning, IST."""

    api_key: str
    redirect_url: str
    postback_url: str | None
    made_at: Time
    logins: int


class KiteAppMadeOut(KiteAppOut):
    """`api_secret` is shown when it is made and never again: null where there was one already."""

    api_secret: str | None


class KiteLoginIn(In):
    """`redirect_params`: what the program wants back as it was, `a=1&b=2`."""

    redirect_params: Annotated[str, Field(max_length=1000)] = ""


class KiteLoginOut(Out):
    """`redirect_url`: where the browser goes now, with a request token that is good once and for five minutes."""

    redirect_url: str
