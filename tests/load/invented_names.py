"""Names as unevenly spread as those of a real country: a few are everybody's, most are rare.

people = Names(seed=1)
people.full_name()      ->  "Jovana Petrović"

Given names and surnames are the common ones of Serbia and Bosnia, by rank; behind the surnames come
some thirty thousand that are put together from syllables. The k-th is as frequent as 1/(k + 9),
which makes the commonest surname some one in a hundred people's.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Final

WOMEN: Final = (
    "Marija Jelena Milica Ana Ivana Jovana Dragana Snežana Gordana Ljiljana Vesna Mirjana Slavica "
    "Jasmina Amina Lejla Emina Fatima Senada Sanela Katarina Tijana Teodora Anđela Aleksandra "
    "Nataša Sanja Biljana Nada Ljubica Olivera Svetlana Zorica Danijela Marina Maja Tamara Nevena "
    "Kristina Sofija Sara Dunja Hana Merima Azra Selma Alma Elma Mersiha Ružica Radmila Stana "
    "Đurđa Đurđina Njegoslava Džejna Višnja Željka Živka Čedomirka"
).split()
MEN: Final = (
    "Dragan Milan Nikola Marko Zoran Aleksandar Stefan Jovan Petar Miloš Luka Goran Nenad Dejan "
    "Vladimir Slobodan Milorad Dušan Ivan Igor Saša Bojan Mirko Branko Rade Emir Amir Haris Edin "
    "Mirza Adnan Kemal Senad Nermin Mehmed Mustafa Đorđe Đuro Uroš Vuk Lazar Filip Ognjen Bogdan "
    "Žarko Željko Živojin Čedomir Ljubomir Ljubiša Njegoš Džemal Ramiz Bajram Sead Hasan Enes"
).split()
SURNAMES: Final = (
    "Jovanović Petrović Nikolić Marković Đorđević Stojanović Ilić Stanković Pavlović Milošević "
    "Hodžić Hadžić Čengić Delić Kovačević Begić Popović Milanović Đukić Savić Živković Tomić "
    "Simić Mitrović Kostić Jović Todorović Lazić Lukić Ristić Radovanović Stefanović Bajrić "
    "Ibrahimović Hasanović Halilović Osmanović Mujić Ahmetović Memić Salihović Suljić Avdić "
    "Beganović Alić Omerović Imamović Mehić Ljubić Njegomir Džinić Đurić Đokić Antić Arsić Babić "
    "Bogdanović Vasić Vuković Gajić Gavrilović Golubović Davidović Đurđević Žarković Zdravković "
    "Ivanović Janković Jevtić Knežević Krstić Maksimović Matić Obradović Perić Radić Spasić "
    "Filipović"
).split()
_BEGINNINGS: Final = (
    "Ba Be Bo Bra Ča Če Da De Do Dra Đu Fi Ga Go Gra Ha Hu Ja Je Ka Ko Kra La Lju Ma Me Mi Mu Na "
    "Ni Nje Pa Pe Po Ra Re Sa Se Sto Ša Ta To Tri Va Ve Vu Za Ze Zlo Ža Ži"
).split()
_MIDDLES: Final = (
    "ba ca či da do ga go ja ji ka ko la lje lo ma mi mo na ni nja po ra ri ro sa si ša ta to va "
    "vo za"
).split()
_ENDS: Final = "nović vić ković rić dić šević tanović lović njić jac ljanin ski".split()


class Names:
    """Names and what else a registration has, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        rare = {
            f"{one}{two}{three}"
            for one in _BEGINNINGS
            for two in _MIDDLES
            for three in _ENDS
            if self._random.random() < 0.9
        } | {
            f"{one}{two}{other}{three}"
            for one in _BEGINNINGS
            for two in _MIDDLES
            for other in _MIDDLES
            for three in _ENDS
            if self._random.random() < 0.02
        }
        self.surnames = [*SURNAMES, *sorted(rare, key=lambda _: self._random.random())]
        self._weights = {len(some): _weights(len(some)) for some in (WOMEN, MEN, self.surnames)}

    def full_name(self) -> str:
        """A given name and one surname, or two."""
        given = self._one(WOMEN if self._random.random() < 0.5 else MEN)
        surname = self._one(self.surnames)
        if self._random.random() < 0.1:
            surname += f" {self._one(self.surnames)}"
        return f"{given} {surname}"

    def birth_date(self) -> str:
        """An ISO day of sixty years."""
        year, month = self._random.randint(1945, 2005), self._random.randint(1, 12)
        return f"{year}-{month:02}-{self._random.randint(1, 28):02}"

    def municipality(self) -> str:
        """One of a hundred and fifty."""
        return f"Opština {self._random.randint(1, 150)}"

    def _one(self, some: list[str]) -> str:
        return self._random.choices(some, cum_weights=self._weights[len(some)])[0]


def _weights(count: int) -> list[float]:
    return list(accumulate(1 / (rank + 9) for rank in range(count)))
