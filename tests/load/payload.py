"""What one event holds on both sides: some 330 bytes as JSON, like an application's.

fields(7)["reference"]   # 'RS-2026-000007'
"""

from __future__ import annotations

SUMMARY = (
    "A workshop for repairing household appliances, in the rooms of the former school; tools, a"
    " used van and the first stock of parts, with two people from the second month on."
)


def fields(number: int) -> dict[str, str | int]:
    """The fields of event ``number``."""
    return {
        "reference": f"RS-2026-{number:06}",
        "applicant_id": f"019a0000-0000-7000-8000-{number:012x}",
        "trade": "electrician",
        "amount_minor": 450_000 + number % 1000,
        "currency": "EUR",
        "summary": SUMMARY,
    }
