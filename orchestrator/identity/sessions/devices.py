"""What a browser calls itself, in words for a person: "Firefox on Linux", "Safari on iPhone"."""

from __future__ import annotations

from functools import lru_cache

LONGEST = 400  # characters kept of a user agent
UNKNOWN = "an unknown device"


@lru_cache(maxsize=1024)
def device(user_agent: str) -> str:
    """Reading the patterns takes a second, the first time: call it in a thread."""
    from ua_parser import parse  # loads thousands of patterns

    found = parse(user_agent)
    browser = found.user_agent.family.replace("Mobile Safari", "Safari") if found.user_agent else ""
    model = found.device.model if found.device and found.device.model else ""
    system = found.os.family if found.os else ""
    where = model if model and model != "Smartphone" else system
    if browser and where:
        return f"{browser.removesuffix(' Mobile')} on {where}"
    return browser or where or user_agent.partition("/")[0][:40] or UNKNOWN
