"""The fields of sheets about education outcomes: one row for each class or school completed.

>>> [one.name for one in OUTCOMES.fields if one.required]
['participant', 'outcome', 'completed_on', 'evidence']
"""

from __future__ import annotations

from typing import Final

from services.trainings.education.outcome import EVIDENCE_LENGTH_MAX
from services.trainings.imports.field import Choice, Field, Kind, choice, day, text
from services.trainings.imports.fields_cohorts import PARTICIPANT
from services.trainings.people.fields import NAME_LENGTH_MAX
from shared.language.marking import N_

OUTCOME_KINDS: Final = (
    Choice(
        "class_completed",
        N_("A class of primary school"),
        ("završen razred", "razred", "završen ciklus", "class", "class_completed",
         "class completed", "položen razred"),
    ),
    Choice(
        "primary_completed",
        N_("Primary school"),
        ("osnovna škola", "završena osnovna škola", "primary school", "primary_completed",
         "primary completed", "osnovno obrazovanje"),
    ),
    Choice(
        "vocational_certificate",
        N_("A vocational certificate"),
        ("stručni sertifikat", "stručni certifikat", "stručna obuka", "vocational_certificate",
         "vocational certificate", "uverenje o stručnoj osposobljenosti",
         "uvjerenje o stručnoj osposobljenosti"),
    ),
    Choice(
        "secondary_diploma",
        N_("A diploma of a secondary school"),
        ("srednja škola", "diploma srednje škole", "secondary_diploma", "secondary diploma",
         "srednje obrazovanje", "završena srednja škola"),
    ),
    Choice(
        "employment_service_qualification",
        N_("A qualification of the employment service"),
        ("obuka nsz", "nsz", "kvalifikacija nsz", "employment_service_qualification",
         "employment service qualification", "kvalifikacija službe za zapošljavanje"),
    ),
)  # fmt: skip

OUTCOMES: Final = Kind(
    name="outcomes",
    label=N_("Education outcomes"),
    hint=N_("One row for each class or school that somebody completed."),
    fields=(
        PARTICIPANT,
        Field(
            name="outcome",
            label=N_("What was completed"),
            synonyms=("outcome", "what was completed", "ishod", "vrsta", "završeno",
                      "šta je završeno", "stepen", "nivo obrazovanja", "vrsta ishoda",
                      "postignuće"),
            read=choice(*OUTCOME_KINDS),
            required=True,
            choices=OUTCOME_KINDS,
        ),
        Field(
            name="completed_on",
            label=N_("Completed on"),
            synonyms=("completed_on", "completed on", "date", "day", "datum", "datum završetka",
                      "završeno dana", "datum izdavanja", "datum diplome"),
            read=day,
            required=True,
        ),
        Field(
            name="institution",
            label=N_("School or institution"),
            synonyms=("institution", "school", "škola", "ustanova", "institucija",
                      "obrazovna ustanova", "naziv škole"),
            read=text(NAME_LENGTH_MAX),
        ),
        Field(
            name="evidence",
            label=N_("By which paper it is known"),
            synonyms=("evidence", "document", "proof", "dokaz", "dokument", "isprava",
                      "svedočanstvo", "svjedočanstvo", "broj diplome", "diploma"),
            read=text(EVIDENCE_LENGTH_MAX),
            required=True,
            covered=True,
        ),
    ),
)  # fmt: skip
