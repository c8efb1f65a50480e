"""Who asks: the peer, or whom a proxy of our own names, and nobody whom the asker names."""

from __future__ import annotations

import pytest

from shared.settings import Settings
from shared.web.client_address import HOPS_MAX, UNKNOWN, client_network, trusted

PROXIES = trusted("172.30.83.0/24, 10.1.0.0/16, fd00:1::/64")


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("172.30.83.5", "198.51.100.7", "198.51.100.7"),
        ("172.30.83.5", "1.2.3.4, 198.51.100.7", "198.51.100.7"),
        ("172.30.83.5", "1.2.3.4, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("172.30.83.5", "1.2.3.4, rubbish", "172.30.83.5"),
        ("172.30.83.5", "rubbish, 198.51.100.7", "198.51.100.7"),
        ("172.30.83.5", "", "172.30.83.5"),
        ("172.30.83.5", None, "172.30.83.5"),
        ("::ffff:172.30.83.5", "198.51.100.7", "198.51.100.7"),
        ("::ffff:203.0.113.9", None, "203.0.113.9"),
        ("fd00:1::2", "2001:db8:a:b:1:2:3:4", "2001:db8:a:b::/64"),
        ("2001:db8:a:b:9:9:9:9", None, "2001:db8:a:b::/64"),
        ("fe80::1%eth0", None, "fe80::/64"),
        ("172.30.83.5", ", ".join(["1.2.3.4"] + ["10.1.0.1"] * HOPS_MAX), "10.1.0.1"),
        ("", None, UNKNOWN),
        (None, "198.51.100.7", UNKNOWN),
        ("unix:", "198.51.100.7", UNKNOWN),
    ],
)
def test_the_address_that_counts(peer, forwarded, expected):
    assert client_network(peer, forwarded, PROXIES) == expected


def test_without_the_setting_no_proxy_is_believed():
    assert client_network("127.0.0.1", "198.51.100.7", trusted("")) == "127.0.0.1"


def test_a_setting_that_is_no_network_stops_the_start():
    given = Settings.from_environment({"ZANAT_TRUSTED_PROXIES": "10.0.0.0/8, ::1"})
    assert len(trusted(given.trusted_proxies)) == 2
    with pytest.raises(ValueError, match="ZANAT_TRUSTED_PROXIES"):
        Settings.from_environment({"ZANAT_TRUSTED_PROXIES": "everybody"})
