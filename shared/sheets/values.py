"""What can stand in a cell that is written.

Text, whole and broken numbers, yes or no, days, moments, lengths of time, or nothing.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

Written = str | int | float | bool | Decimal | date | datetime | timedelta | None
