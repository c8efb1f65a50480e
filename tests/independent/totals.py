"""A register's totals and decisions, computed plainly from the rules in its README.

Shares no code with the product, so that both can only agree by both being right:

    expected = compute(Path("examples/register"))
    expected.json_text == Path("examples/register/expected.json").read_text("utf-8")
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

Row = dict[str, str]

_CYRILLIC = dict(
    zip(
        "абвгдежзијклмнопрстћуфхцчш",
        "abvgdezzijklmnoprstcufhccs",
        strict=True,
    )
) | {"ђ": "d", "љ": "lj", "њ": "nj", "џ": "dz", "đ": "d"}


@dataclass(frozen=True)
class Expected:
    """The bytes of expected.json and expected_decisions.csv, as text."""

    totals: dict[str, object]
    json_text: str
    decisions: list[Row]
    csv_text: str


def compute(folder: Path) -> Expected:
    """Read the register's files and compute all totals."""
    tables = {path.stem: _rows(path) for path in folder.glob("*.csv")}
    person_of, likely, merged = _persons(tables["participants"])
    certificates = _certificates(tables)
    decisions = _decide(tables, person_of, certificates)
    totals = _totals(tables, person_of, certificates, decisions)
    totals["likely_duplicates"] = likely
    totals["persons"] = len(set(person_of.values()))
    totals["persons_if_likely_duplicates_are_merged"] = merged
    out = io.StringIO()
    columns = ["application_no", "call", "outcome", "reason", "score", "rank", "approved_minor"]
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(decisions)
    text = json.dumps(totals, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return Expected(totals, text, decisions, out.getvalue())


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def _folded(name: str) -> str:
    latin = "".join(_CYRILLIC.get(letter, letter) for letter in name.lower())
    plain = unicodedata.normalize("NFD", latin)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(plain.replace("dj", "d").split())


def _persons(participants: list[Row]) -> tuple[dict[str, str], int, int]:
    """Participant number to person; groups of likely duplicates; persons when those are merged."""
    person_of = {
        row["participant_no"]: row["jmbg"] or "no number: " + row["participant_no"]
        for row in participants
    }
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in participants:
        place = row["municipality"]
        groups[_folded(row["full_name"]), row["birth_date"], place].append(row)
    likely = [
        {person_of[row["participant_no"]] for row in group}
        for group in groups.values()
        if len(group) > 1 and any(not row["jmbg"] for row in group)
    ]
    # Groups that share a person are merged into one person altogether.
    sets: list[set[str]] = [{person} for person in set(person_of.values())]
    for group in likely:
        joined = [one for one in sets if one & group]
        sets = [one for one in sets if not one & group] + [set().union(*joined)]
    return person_of, len(likely), len(sets)


def _certificates(tables: dict[str, list[Row]]) -> list[tuple[str, str, str]]:
    """(participant number, kind of course, day of issue) of every certificate."""
    total: dict[str, int] = defaultdict(int)
    present: dict[tuple[str, str], int] = defaultdict(int)
    for row in tables["sessions"]:
        total[row["cohort"]] += int(row["hours"])
    for row in tables["attendance"]:
        present[row["cohort"], row["participant_no"]] += int(row["hours"])
    cohorts = {row["cohort"]: row for row in tables["cohorts"]}
    found = []
    for row in tables["tests"]:
        cohort = cohorts[row["cohort"]]
        hours = present[row["cohort"], row["participant_no"]]
        enough = total[row["cohort"]] > 0 and hours * 100 >= total[row["cohort"]] * 80
        passed = row["post_test"] != "" and int(row["post_test"]) >= 50
        if enough and passed and cohort["certificates_issued_on"]:
            issued = cohort["certificates_issued_on"]
            found.append((row["participant_no"], cohort["kind"], issued))
    return found


def _decide(
    tables: dict[str, list[Row]],
    person_of: dict[str, str],
    certificates: list[tuple[str, str, str]],
) -> list[Row]:
    business: dict[str, list[str]] = defaultdict(list)
    for participant, kind, issued in certificates:
        if kind == "business":
            business[person_of[participant]].append(issued)
    born = {row["participant_no"]: row["birth_date"] for row in tables["participants"]}
    awards: dict[str, list[str]] = defaultdict(list)
    result: list[Row] = []
    for call in sorted(tables["calls"], key=lambda row: (row["decided_on"], row["call"])):
        zone = ZoneInfo(call["timezone"])
        eligible: list[Row] = []
        seen: set[str] = set()
        mine = [row for row in tables["applications"] if row["call"] == call["call"]]
        mine.sort(key=lambda row: (_moment(row["submitted_at"]), row["application_no"]))
        for row in mine:
            person = person_of[row["participant_no"]]
            day = _moment(row["submitted_at"]).astimezone(zone).date()
            reason = ""
            if _moment(row["submitted_at"]) > _moment(call["deadline"]):
                reason = "late"
            elif not _adult(born[row["participant_no"]], day):
                reason = "not_adult"
            elif not any(issued <= day.isoformat() for issued in business[person]):
                reason = "no_certificate"
            elif int(row["requested_minor"]) > int(call["ceiling_minor"]):
                reason = "over_ceiling"
            elif any(_recent(award, day, int(call["cooldown_days"])) for award in awards[person]):
                reason = "recent_award"
            elif person in seen:
                reason = "second_application"
            if reason:
                result.append(_decision(row, "ineligible", reason=reason))
            else:
                seen.add(person)
                eligible.append(row)
        ranked = _ranked(call, eligible, tables["score_sheets"])
        result += ranked
        granted = {one["application_no"] for one in ranked if one["outcome"] == "approved"}
        for row in eligible:
            if row["application_no"] in granted:
                awards[person_of[row["participant_no"]]].append(call["decided_on"])
    return sorted(result, key=lambda row: row["application_no"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _adult(birth_date: str, day: date) -> bool:
    born = date.fromisoformat(birth_date)
    return (day.year - born.year, day.month, day.day) >= (18, born.month, born.day)


def _recent(decided_on: str, day: date, cooldown_days: int) -> bool:
    return 0 <= (day - date.fromisoformat(decided_on)).days < cooldown_days


def _decision(
    row: Row, outcome: str, *, reason: str = "", score: str = "", rank: str = "", minor: str = "0"
) -> Row:
    return {
        "application_no": row["application_no"],
        "call": row["call"],
        "outcome": outcome,
        "reason": reason,
        "score": score,
        "rank": rank,
        "approved_minor": minor,
    }


def _ranked(call: Row, eligible: list[Row], sheets: list[Row]) -> list[Row]:
    names = [part.rpartition(":")[0] for part in call["criteria"].split(";")]
    scored = []
    for row in eligible:
        own = [sheet for sheet in sheets if sheet["application_no"] == row["application_no"]]
        if len(own) < int(call["quorum"]):
            raise ValueError(f"{row['application_no']} has fewer sheets than the quorum")
        points = sum(int(sheet[name]) for sheet in own for name in names)
        score = Fraction(round(Fraction(points * 100, len(own))), 100)
        vulnerable = sum(int(sheet.get("vulnerability") or 0) for sheet in own)
        mean = Fraction(vulnerable, len(own))
        moment = _moment(row["submitted_at"])
        scored.append(((-score, -mean, moment, row["application_no"]), score, row))
    scored.sort(key=lambda one: one[0])
    left = int(call["budget_minor"])
    exhausted = False
    result = []
    for rank, (_, score, row) in enumerate(scored, start=1):
        shown = {"score": str(Decimal(int(score * 100)).scaleb(-2)), "rank": str(rank)}
        requested = int(row["requested_minor"])
        if score < Fraction(call["threshold"]):
            result.append(_decision(row, "rejected", **shown))
        elif exhausted or requested > left:
            exhausted = True
            result.append(_decision(row, "waitlisted", **shown))
        else:
            left -= requested
            result.append(_decision(row, "approved", minor=str(requested), **shown))
    return result


def _totals(
    tables: dict[str, list[Row]],
    person_of: dict[str, str],
    certificates: list[tuple[str, str, str]],
    decisions: list[Row],
) -> dict[str, object]:
    currency = {row["call"]: row["currency"] for row in tables["calls"]}
    participant = {row["application_no"]: row["participant_no"] for row in tables["applications"]}
    approved = dict.fromkeys(currency.values(), 0)
    net, returned = dict(approved), dict(approved)
    granted = set()
    outcomes = dict.fromkeys(("approved", "ineligible", "rejected", "waitlisted"), 0)
    reasons: dict[str, int] = defaultdict(int)
    for row in decisions:
        outcomes[row["outcome"]] += 1
        approved[currency[row["call"]]] += int(row["approved_minor"])
        if row["reason"]:
            reasons[row["reason"]] += 1
        if row["outcome"] == "approved":
            granted.add(person_of[participant[row["application_no"]]])
    tranches: dict[str, int] = defaultdict(int)
    for line in {tuple(sorted(row.items())) for row in tables["bank_statement"]}:
        row = dict(line)
        amount = int(row["amount_minor"])
        back = row["kind"] == "return"
        application, _, tranche = row["end_to_end_id"].rpartition("-T")
        if "-R" in tranche:
            tranche = tranche.split("-R")[0]
        tranches[f"{application}-T{tranche}"] += -amount if back else amount
        net[row["currency"]] += -amount if back else amount
        returned[row["currency"]] += amount if back else 0
    visits = {tuple(sorted(row.items())) for row in tables["visits"]}
    trading = [dict(row)["month"] for row in visits if dict(row)["outcome"] == "trading"]
    certified = {person_of[one] for one, _, _ in certificates}
    share = Decimal(0)
    if certified:
        share = Decimal(len(granted) * 100) / Decimal(len(certified))
    return {
        "applications": len(tables["applications"]),
        "approved_minor": approved,
        "certificates": len(certificates),
        "disbursed_net_minor": net,
        "granted_share_percent": str(share.quantize(Decimal("0.1"), ROUND_HALF_EVEN)),
        "ineligible": reasons,
        "outcomes": outcomes,
        "persons_certified": len(certified),
        "persons_granted": len(granted),
        "persons_primary_or_classes": _with(tables, person_of, "class_", "primary_"),
        "persons_vocational_or_secondary": _with(
            tables, person_of, "vocational_certificate", "secondary_diploma"
        ),
        "returned_minor": returned,
        "trading_at_12_months": trading.count("12"),
        "trading_at_6_months": trading.count("6"),
        "tranches_paid": sum(amount > 0 for amount in tranches.values()),
        "visits": len({dict(row)["visit_id"] for row in visits}),
    }


def _with(tables: dict[str, list[Row]], person_of: dict[str, str], *starts: str) -> int:
    rows = tables["education"]
    return len({person_of[r["participant_no"]] for r in rows if r["outcome"].startswith(starts)})
