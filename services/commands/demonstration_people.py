"""The invented people and texts of a demonstration. Nobody here exists.

PEOPLE[0].full_name  ->  "Anđela Primerović"
BUSINESSES[0]        ->  "A stall for hand-made baskets…"
"""

from __future__ import annotations

from typing import Final

from services.trainings.courses.handling import NewContent
from services.trainings.people.handling import NewPerson

PROGRAMME: Final = "demo-2026"
PROGRAMME_NAME: Final = "Craft and trade 2026 (invented)"

COURSE: Final = NewContent(
    title="Starting a business",
    kind="business",
    hours=24,
    modules=("Ideas and customers", "Prices and costs", "Registers and taxes", "A plan"),
)

_NAMES: Final = (
    ("Anđela Primerović", "F", "Kragujevac"),
    ("Bajram Uzorić", "M", "Knić"),
    ("Cveta Ogledalović", "F", "Topola"),
    ("Dragan Primerić", "M", "Kragujevac"),
    ("Đulijana Uzorković", "F", "Knić"),
    ("Elvis Ogledić", "M", "Topola"),
    ("Fatima Primerov", "F", "Kragujevac"),
    ("Goran Uzorov", "M", "Knić"),
    ("Habiba Ogledalić", "F", "Topola"),
    ("Ivana Primerska", "F", "Kragujevac"),
    ("Jovan Uzorski", "M", "Knić"),
    ("Kadira Oglednik", "F", "Topola"),
    ("Ljubiša Primernik", "M", "Kragujevac"),
    ("Mevlida Uzornik", "F", "Knić"),
    ("Nada Primerčić", "F", "Topola"),
    ("Osman Uzorčić", "M", "Kragujevac"),
    ("Persida Ogledčić", "F", "Knić"),
    ("Ramiza Primerak", "F", "Topola"),
    ("Slavica Uzorak", "F", "Kragujevac"),
    ("Tahir Oglednjak", "M", "Knić"),
    ("Ulfeta Primerin", "F", "Topola"),
    ("Vesna Uzorin", "F", "Kragujevac"),
    ("Zoran Ogledin", "M", "Knić"),
    ("Žaklina Primerova", "F", "Topola"),
    ("Alija Uzorkov", "M", "Knić"),
    ("Branka Ogledova", "F", "Knić"),
    ("Ćamila Primerak", "F", "Topola"),
    ("Danijel Uzornjak", "M", "Knić"),
    ("Emina Oglednica", "F", "Kragujevac"),
    ("Hajrija Primerka", "F", "Knić"),
    ("Milan Uzorkić", "M", "Topola"),
    ("Sanela Ogledkić", "F", "Knić"),
)

PEOPLE: Final = tuple(
    NewPerson(
        full_name=name,
        birth_date=f"{1968 + place}-{1 + place % 12:02}-{3 + place % 25:02}",
        sex=sex,
        country="RS",
        municipality=municipality,
        jmbg=None,
        phone=f"+381 60 000 0{100 + place}",
        declared_roma="declined" if place % 5 == 0 else "yes",
        consented=place % 5 != 0,
        reference=f"D26-{place + 1:03}",
    )
    for place, (name, sex, municipality) in enumerate(_NAMES)
)

BUSINESSES: Final = (
    "A stall for hand-made baskets at the weekly market; a better saw halves the work.",
    "Sewing and mending work clothes for two factories nearby; a second machine is needed.",
    "Collecting and sorting scrap metal with a trailer of one's own instead of a hired one.",
    "Hairdressing at home for neighbours, with a washing basin and a proper chair.",
    "Pickled vegetables from the own garden for four shops that have asked for them.",
    "Repairing mobile phones in a kiosk beside the bus station.",
    "Pastry for celebrations, ordered by telephone; an oven that keeps its heat.",
    "Bee-keeping: twelve hives in place of five, and jars with a label.",
    "Painting flats with a partner; a scaffold and a sprayer save three days a flat.",
    "A brass band that plays at weddings needs a van's insurance and two instruments.",
    "Chickens for eggs: feed for the first winter and a sound fence.",
    "Sharpening tools from a bicycle, in six villages, each on its own day.",
)
