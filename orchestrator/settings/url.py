"""An address in a setting, without a slash at its end."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

Url = Annotated[str, AfterValidator(lambda text: text.rstrip("/"))]
