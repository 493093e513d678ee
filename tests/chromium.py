"""Where a real Chromium is, how it is started and waited for, and the two sizes that pages are looked at in."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest
from playwright.async_api import expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Milliseconds until a page is as it will be, on a machine that has much else to do: seconds are for people.
PATIENCE = 45_000
expect.set_options(timeout=PATIENCE)
# In CI everything runs: what is missing there is a failure.
IN_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and not os.environ.get("CI"), reason="no Chromium here: install the package chromium"
    ),
]
