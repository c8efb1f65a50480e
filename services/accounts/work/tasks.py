"""What each role can do next, and where: the entries of the first page.

    TASKS["field_officer"]  ->  (Task("Make visits", "/grants/visits", "…"),)

Figures of what waits are shown where the work is: each service knows its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.language.marking import N_


@dataclass(frozen=True)
class Task:
    """One thing to do: words, the page where it is done, and what it is about.

    pictogram: for those who read little, beside the words.
    """

    text: str
    address: str
    hint: str
    pictogram: str = ""


_PROGRAMME: Final = Task(
    N_("Look after the programme"),
    "/grants/programmes",
    N_("Its regions, partners and donors."),
)
_BUDGET_LINES: Final = Task(
    N_("Look after budget lines"), "/grants/programmes", N_("What donors give, and for what.")
)

TASKS: Final[dict[str, tuple[Task, ...]]] = {
    "trainer": (
        Task(
            N_("See what is on today"),
            "/trainings/today",
            N_("Today's session, who is missing, and who will not qualify unless somebody acts."),
        ),
        Task(
            N_("Record a session's attendance and tests"),
            "/trainings/cohorts",
            N_("Your cohorts, their sessions, and who will not qualify."),
        ),
        Task(
            N_("Issue certificates"),
            "/trainings/cohorts?state=open",
            N_("For those who attended enough and passed the test."),
        ),
    ),
    "programme_officer": (
        Task(
            N_("Look after people"),
            "/trainings/people/waiting",
            N_("Whom to confirm, likely duplicates, what is unfinished, papers to ask about."),
        ),
        Task(
            N_("Check applications"),
            "/grants/applications?state=submitted",
            N_("Completeness and eligibility, before the committee sees them."),
        ),
        Task(N_("Prepare and open calls"), "/grants/calls", N_("Rules, budget and deadline.")),
        Task(N_("Plan visits"), "/grants/visits", N_("Who visits which business, and when.")),
        Task(
            N_("Accept visits"),
            "/grants/visits?show=made",
            N_("What was found, before it counts in the figures."),
        ),
        _PROGRAMME,
    ),
    "committee_member": (
        Task(
            N_("Declare conflicts and score"),
            "/grants/reviews",
            N_("Applications assigned to you. Declare before you read, then fill in the sheet."),
        ),
        Task(N_("See the next meeting"), "/grants/meetings", N_("Agenda, votes and minutes.")),
    ),
    "committee_chair": (
        Task(
            N_("Lead the committee"),
            "/grants/meetings",
            N_("Progress of scoring, agenda, ranking with its budget line, decisions."),
        ),
        Task(
            N_("Declare conflicts and score"),
            "/grants/reviews",
            N_("Applications assigned to you. Declare before you read, then fill in the sheet."),
        ),
        Task(N_("Read applications"), "/grants/applications", N_("As they were submitted.")),
    ),
    "finance_officer": (
        Task(
            N_("Prepare payments"),
            "/grants/payments",
            N_("Tranches that are due, held or returned."),
        ),
        Task(
            N_("Put payments into batches"),
            "/grants/batches",
            N_("Each is authorised and released by two controllers, then sent to the bank."),
        ),
        Task(
            N_("Match the bank's statement"),
            "/grants/statements",
            N_("Take it in, and say what its open lines are about."),
        ),
        Task(
            N_("Export the ledger"),
            "/grants/ledger/export",
            N_("Postings and disbursements, with control totals."),
        ),
        _BUDGET_LINES,
    ),
    "finance_controller": (
        Task(
            N_("Authorise and release payments"),
            "/grants/payments",
            N_("What others prepared, and accounts that were changed."),
        ),
        Task(
            N_("Authorise and release batches"),
            "/grants/batches",
            N_("Their payments, their sums, and who did what."),
        ),
        Task(N_("Check the ledger"), "/grants/ledger", N_("Debits, credits and the budget.")),
        _BUDGET_LINES,
    ),
    "field_officer": (
        Task(
            N_("Make visits"),
            "/grants/visits",
            N_("Visits that are due, by place, and those not sent yet."),
        ),
    ),
    "auditor": (
        Task(
            N_("Verify the log"),
            "/audit/",
            N_("What happened in every service, and whether the copies agree."),
        ),
        Task(N_("Look at staff and roles"), "/accounts/staff", N_("Who may do what.")),
        Task(N_("Read the ledger"), "/grants/ledger", N_("Every posting and its event.")),
    ),
    "administrator": (
        Task(
            N_("Invite staff and grant roles"),
            "/accounts/staff",
            N_("Accounts, roles, suspensions and open sessions."),
        ),
        Task(
            N_("Open programmes"),
            "/grants/programmes",
            N_("Their regions, currencies, partners and donors."),
        ),
        Task(N_("See what the log says"), "/audit/", N_("Technical entries and alarms.")),
        Task(
            N_("Check the copies of the logs"),
            "/audit/copies",
            N_("Whether each is whole and unchanged."),
        ),
    ),
    "donor": (
        Task(
            N_("Read the reports"),
            "/grants/reports",
            N_("Targets against achievements, and money. No person is named."),
        ),
        Task(
            N_("See training in figures"),
            "/trainings/figures",
            N_("How many came, stayed and were certified. No person is named."),
        ),
    ),
    "applicant": (
        Task(
            N_("My application and my money"),
            "/grants/mine",
            N_("How far it is, what you must do next, what was paid."),
            "money",
        ),
        Task(
            N_("My training and certificates"),
            "/trainings/mine",
            N_("Courses, certificates, and what we wrote down about you."),
            "certificate",
        ),
        Task(
            N_("My messages"),
            "/notifications/",
            N_("What we wanted to tell you."),
            "phone",
        ),
        Task(
            N_("Who looked at my data"),
            "/audit/mine",
            N_("Every person who read or took out something about you."),
            "people",
        ),
    ),
}
"""Role → what it can do next, the most frequent first."""
