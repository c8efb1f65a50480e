"""From which network a request came, for slowing down whoever tries too much from there.

>>> client_network("203.0.113.9", None, ())
'203.0.113.9'
>>> client_network("10.0.0.2", "203.0.113.9", trusted("10.0.0.0/8"))
'203.0.113.9'
>>> client_network("203.0.113.9", "198.51.100.7", trusted("10.0.0.0/8"))   # not the proxy's word
'203.0.113.9'
>>> client_network("2001:db8:1:2:3:4:5:6", None, ())
'2001:db8:1:2::/64'

``X-Forwarded-For`` is what anybody may send, so it counts only as far as a proxy of our own wrote
it (ZANAT_TRUSTED_PROXIES): it is read from its end, and the first address that is no proxy of ours
is the one. A house gets a whole IPv6 network of /64, so that is what counts there (RFC 6177).
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from flask import request

from shared.web.commands import service

Network = IPv4Network | IPv6Network
HOPS_MAX: Final = 20
UNKNOWN: Final = "unknown"
"""What an address is called that a server gave in no form that we know, a local socket's too."""

_HOUSE_BITS: Final = 64


def client_address() -> str:
    """The network of whoever sent the request that is handled now."""
    return client_network(
        request.environ.get("REMOTE_ADDR"),
        request.headers.get("X-Forwarded-For"),
        trusted(service().settings.trusted_proxies),
    )


def trusted(listed: str) -> tuple[Network, ...]:
    """The networks of a list with commas. Raises ValueError for what is none."""
    return tuple(ip_network(one.strip()) for one in listed.split(",") if one.strip())


def client_network(peer: str | None, forwarded: str | None, proxies: Sequence[Network]) -> str:
    """The asker's address, or its /64, as text. ``peer`` is who is connected to us."""
    found = _parsed(peer)
    hops = (forwarded or "").split(",")[-HOPS_MAX:]
    while found is not None and hops and any(found in one for one in proxies):
        before = _parsed(hops.pop())
        if before is None:
            break
        found = before
    if found is None:
        return UNKNOWN
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _HOUSE_BITS), strict=False))
    return str(found)


def _parsed(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address((text or "").strip().partition("%")[0])
    except ValueError:
        return None
    # An IPv4 address in IPv6's clothes is the same house.
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
