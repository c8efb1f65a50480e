"""The fields of sheets about cohorts: runs, their sessions, who takes part, attendance, tests.

>>> [one.name for one in MARKS.fields if one.required]
['cohort', 'session', 'participant', 'minutes']
"""

from __future__ import annotations

from typing import Final

from services.trainings.attendance.wording import REASON_WORDS
from services.trainings.cohorts.cohort import SESSION_MAX, SESSION_MINUTES_MAX
from services.trainings.courses.course import TITLE_LENGTH_MAX, VERSION_MAX
from services.trainings.imports.field import (
    Choice,
    Field,
    Kind,
    choice,
    day,
    minutes,
    percent,
    text,
    whole,
)
from services.trainings.imports.fields_people import COUNTRIES, NUMBER_WORDS, REFERENCE_WORDS
from services.trainings.people.fields import (
    PLACE_LENGTH_MAX,
    REASON_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
)
from shared.language.marking import N_

COURSE_KINDS: Final = (
    Choice(
        "business",
        N_("Business training"),
        ("biznis", "biznis obuka", "preduzetništvo", "poduzetništvo", "business",
         "business training", "poslovna obuka", "obuka za preduzetništvo"),
    ),
    Choice(
        "primary",
        N_("Primary school"),
        ("osnovna škola", "osnovno obrazovanje", "primary", "primary school", "osnovna"),
    ),
    Choice(
        "vocational",
        N_("Vocational course"),
        ("stručna obuka", "stručni kurs", "zanatski kurs", "vocational", "vocational course",
         "stručno osposobljavanje", "kurs", "zanat"),
    ),
    Choice(
        "secondary",
        N_("Secondary school"),
        ("srednja škola", "srednje obrazovanje", "secondary", "secondary school", "srednja"),
    ),
    Choice(
        "employment_service",
        N_("Course of the employment service"),
        ("obuka nsz", "nsz", "zavod za zapošljavanje", "služba za zapošljavanje",
         "employment_service", "employment service", "nacionalna služba za zapošljavanje"),
    ),
)  # fmt: skip

_ABSENCES: Final = (
    Choice("illness", REASON_WORDS["illness"],
           ("bolest", "bolestan", "bolesna", "bolovanje", "ill", "illness", "sick")),
    Choice("family", REASON_WORDS["family"],
           ("porodica", "porodično", "porodični razlozi", "obitelj", "family", "deca", "djeca")),
    Choice("work", REASON_WORDS["work"], ("posao", "rad", "na poslu", "work")),
    Choice("official", REASON_WORDS["official"],
           ("ustanova", "sud", "šalter", "official", "institucija", "u ustanovi ili na sudu")),
    Choice("travel", REASON_WORDS["travel"],
           ("prevoz", "prijevoz", "put", "travel", "nije mogao doći", "nije mogla doći",
            "dolazak nije bio moguć")),
    Choice("other", REASON_WORDS["other"], ("drugo", "ostalo", "nešto drugo", "other")),
)  # fmt: skip

_COHORT_WORDS: Final = (
    "cohort", "group", "class", "kohorta", "grupa", "oznaka grupe", "šifra grupe", "ciklus",
    "naziv grupe", "oznaka kohorte", "šifra kohorte", "cohort reference", "razred",
)  # fmt: skip
_SESSION_WORDS: Final = (
    "session", "session no", "session number", "čas", "termin", "susret", "broj časa",
    "redni broj časa", "redni broj termina", "broj termina", "sesija", "radionica", "dan obuke",
    "br. časa", "predavanje",
)  # fmt: skip

_COHORT: Final = Field(
    name="cohort",
    label=N_("Cohort"),
    synonyms=_COHORT_WORDS,
    read=text(REFERENCE_LENGTH_MAX),
    required=True,
)
_SESSION: Final = Field(
    name="session",
    label=N_("Session"),
    synonyms=_SESSION_WORDS,
    read=whole(1, SESSION_MAX),
    required=True,
)
PARTICIPANT: Final = Field(
    name="participant",
    label=N_("Participant: reference or national number"),
    synonyms=(*REFERENCE_WORDS, *NUMBER_WORDS, "participant", "ucesnica", "polaznica"),
    read=text(REFERENCE_LENGTH_MAX),
    required=True,
    covered=True,
)

COHORTS: Final = Kind(
    name="cohorts",
    label=N_("Cohorts"),
    hint=N_("One row for each run of a course: reference, course, kind, country."),
    fields=(
        _COHORT,
        Field(
            name="course",
            label=N_("Course"),
            synonyms=("course", "course title", "kurs", "obuka", "naziv obuke", "naziv kursa",
                      "program obuke", "tečaj", "predmet"),
            read=text(TITLE_LENGTH_MAX),
            required=True,
        ),
        Field(
            name="course_version",
            label=N_("Version of the course"),
            synonyms=("course_version", "course version", "version", "verzija", "verzija kursa",
                      "verzija obuke", "izdanje"),
            read=whole(1, VERSION_MAX),
        ),
        Field(
            name="kind",
            label=N_("Kind of course"),
            synonyms=("kind", "type", "kind of course", "vrsta", "vrsta obuke", "tip", "tip obuke",
                      "vrsta kursa"),
            read=choice(*COURSE_KINDS),
            choices=COURSE_KINDS,
        ),
        Field(
            name="country",
            label=N_("Country"),
            synonyms=("country", "država", "zemlja"),
            read=choice(*COUNTRIES),
            choices=COUNTRIES,
        ),
        Field(
            name="place",
            label=N_("Place"),
            synonyms=("place", "town", "venue", "location", "mesto", "mjesto", "lokacija",
                      "mesto održavanja", "mjesto održavanja", "grad", "opština", "općina"),
            read=text(PLACE_LENGTH_MAX),
        ),
        Field(
            name="trainer",
            label=N_("Trainers, with a comma between them"),
            synonyms=("trainer", "trainers", "teacher", "trener", "trenerica", "treneri",
                      "predavač", "predavači", "nastavnik", "instruktor", "edukator", "voditelj"),
            read=text(400),
        ),
        Field(
            name="certificates_issued_on",
            label=N_("Day on which certificates were issued"),
            synonyms=("certificates_issued_on", "certificates issued on", "issued on",
                      "date of certificates", "datum izdavanja sertifikata", "datum sertifikata",
                      "datum izdavanja certifikata", "datum izdavanja uverenja",
                      "datum izdavanja uvjerenja", "datum uručenja", "sertifikati izdati",
                      "certifikati izdati"),
            read=day,
        ),
    ),
)  # fmt: skip

SESSIONS: Final = Kind(
    name="sessions",
    label=N_("Sessions"),
    hint=N_("One row for each meeting of a cohort: its day and how long it is."),
    fields=(
        _COHORT,
        _SESSION,
        Field(
            name="on",
            label=N_("Day"),
            synonyms=("date", "day", "on", "datum", "dan", "datum održavanja", "datum časa",
                      "datum termina"),
            read=day,
            required=True,
        ),
        Field(
            name="minutes",
            label=N_("Length in hours"),
            synonyms=("hours", "length", "duration", "sati", "broj sati", "trajanje", "časova",
                      "broj časova", "sat", "fond časova"),
            read=minutes(SESSION_MINUTES_MAX),
            required=True,
        ),
    ),
)  # fmt: skip

ENROLMENTS: Final = Kind(
    name="enrolments",
    label=N_("Enrolments"),
    hint=N_("One row for each participant of a cohort."),
    fields=(
        _COHORT,
        PARTICIPANT,
        Field(
            name="left_on",
            label=N_("Left on"),
            synonyms=("left_on", "left on", "left", "dropped out on", "napustila", "napustio",
                      "datum napuštanja", "napustila obuku", "odustala", "datum odustajanja",
                      "datum odlaska"),
            read=day,
        ),
    ),
)  # fmt: skip

MARKS: Final = Kind(
    name="attendance",
    label=N_("Attendance"),
    hint=N_("One row for each participant in each session: how many hours they were there."),
    fields=(
        _COHORT,
        _SESSION,
        PARTICIPANT,
        Field(
            name="minutes",
            label=N_("Hours attended"),
            synonyms=("hours", "attended", "hours attended", "sati", "prisustvo", "prisutan",
                      "prisustvovao sati", "broj sati", "sati prisustva", "časova", "prisutnost",
                      "broj časova"),
            read=minutes(SESSION_MINUTES_MAX),
            required=True,
        ),
        Field(
            name="excused",
            label=N_("Why not longer, if excused"),
            synonyms=("excused", "excuse", "reason", "opravdano", "razlog", "opravdanje",
                      "razlog izostanka", "napomena"),
            read=text(REASON_LENGTH_MAX),
            covered=True,
        ),
        Field(
            name="excused_as",
            label=N_("Absent because of"),
            synonyms=("excused_as", "absent because of", "kind of excuse", "vrsta izostanka",
                      "razlog odsustva", "odsutan zbog", "odsutna zbog", "izostanak zbog",
                      "vrsta razloga"),
            read=choice(*_ABSENCES),
            covered=True,
            choices=_ABSENCES,
        ),
    ),
)  # fmt: skip

TESTS: Final = Kind(
    name="tests",
    label=N_("Tests"),
    hint=N_("One row for each participant of a cohort: the test before and after, in per cent."),
    fields=(
        _COHORT,
        PARTICIPANT,
        Field(
            name="pre_test",
            label=N_("Test before, in per cent"),
            synonyms=("pre_test", "pre test", "pre-test", "test before", "ulazni test",
                      "inicijalni test", "predtest", "početni test", "test pre", "test prije"),
            read=percent,
        ),
        Field(
            name="post_test",
            label=N_("Test after, in per cent"),
            synonyms=("post_test", "post test", "post-test", "test after", "izlazni test",
                      "završni test", "posttest", "konačni test", "test posle", "test poslije"),
            read=percent,
        ),
    ),
)  # fmt: skip
