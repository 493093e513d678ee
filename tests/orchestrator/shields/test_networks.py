"""Who is one subscriber, whatever address of theirs they use."""

from __future__ import annotations

import pytest

from orchestrator.shields.networks import household


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),  # a socket for both kinds names it so
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_is_known_by_the_network_that_is_theirs(address: str, whose: str) -> None:
    assert household(address) == whose
