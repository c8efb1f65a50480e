"""Hands a text to the gateway in ZANAT_SMS_URL: one POST of JSON over HTTPS.

    POST /messages                      {"to": "+381601234567", "text": "Zanat: vas kod je 482913."}
    Authorization: Bearer …             the secret in ZANAT_SMS_TOKEN_FILE, read each time
    Idempotency-Key: <message id>       so that a text that is sent again arrives once

2xx is taken. 4xx is the gateway's last word, but for 408, 409, 425 and 429; with these, 5xx and no
answer at all the text is tried again. Redirects are not followed: a number goes to nobody else.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import requests

CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 20
PASSING: Final = frozenset({408, 409, 425, 429})


class GatewayAway(Exception):
    """It was not taken now and is tried again. Nothing of the text is in the message."""


class GatewayRefused(Exception):
    """It is not taken, however often it is sent."""


@dataclass(frozen=True)
class Gateway:
    """Where texts are handed over."""

    url: str
    token_file: Path | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for an address over which numbers would travel in the open."""
        parts = urlsplit(self.url)
        near = parts.scheme == "http" and _is_here(parts.hostname or "")
        if not parts.hostname or not (parts.scheme == "https" or near):
            raise ValueError("ZANAT_SMS_URL: https://…, or http:// on this very machine")

    def hand_over(self, *, to: str, text: str, key: str) -> None:
        """Send it. Raises GatewayAway, or GatewayRefused when repeating does not help."""
        headers = {"Idempotency-Key": key, "Accept": "application/json"}
        if self.token_file is not None:
            headers["Authorization"] = f"Bearer {_token(self.token_file)}"
        try:
            # No session: neither cookies nor a .netrc of this machine go with it.
            answer = requests.post(
                self.url,
                json={"to": to, "text": text},
                headers=headers,
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            raise GatewayAway(type(error).__name__) from None
        status = answer.status_code
        answer.close()
        if 200 <= status < 300:
            return
        if 400 <= status < 500 and status not in PASSING:
            raise GatewayRefused(str(status))
        raise GatewayAway(str(status))


def _token(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError as error:
        raise GatewayAway(f"ZANAT_SMS_TOKEN_FILE: {type(error).__name__}") from None


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
