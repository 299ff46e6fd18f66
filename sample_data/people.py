"""Made-up people: names, e-mail addresses of reserved domains, towns, birthdays."""

from __future__ import annotations

import numpy as np
import pandas as pd

_FIRST = (
    "Ada Alma Anton Aylin Bela Ben Bruno Carla Clara Daniel David Dilan Elif Elin "
    "Emil Emma Eva Felix Finn Frida Georg Greta Hanna Hugo Ida Ines Jakob Jan Jana "
    "Jonas Julia Kaya Lara Lea Leo Lina Lotte Luis Luka Maja Marie Mats Max Mia Mila "
    "Mira Noah Nora Olga Oskar Paul Pia Rosa Samir Selma Sofia Theo Tilda Tom Vera "
    "Viktor Yara Zoe"
)
_LAST = (
    "Abel Adler Albrecht Arnold Bach Bauer Becker Berger Bergmann Binder Brandt Braun "
    "Busch Celik Dietrich Ebert Eder Engel Ernst Falk Fischer Frank Fuchs Gruber Haas "
    "Hahn Hartmann Heller Herzog Hofer Horn Huber Jansen Kaiser Kaya Keller Klein Koch "
    "Kraft Kramer Kuhn Lang Lechner Lindner Lorenz Maier Martens Meyer Moser Nowak "
    "Otto Peters Pichler Pohl Reiter Richter Riedel Roth Sauer Schmid Schubert Seidel "
    "Simon Sommer Stein Sturm Thoma Ulrich Vogel Wagner Walter Weber Winkler Wolf "
    "Yilmaz Ziegler"
)
FIRST, LAST = _FIRST.split(), _LAST.split()
DOMAINS = ("example.com", "example.org")
TOWNS = {
    "DE": ("Berlin", "Hamburg", "Leipzig", "Freiburg", "Bremen", "Jena"),
    "AT": ("Wien", "Graz", "Linz"),
    "NL": ("Utrecht", "Groningen"),
    "FR": ("Strasbourg", "Lyon"),
}
COUNTRIES = {"DE": 0.72, "AT": 0.14, "NL": 0.08, "FR": 0.06}
CONSENT = 0.62
BIRTHDAY_KNOWN = 0.7


def people(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """``n`` people: ``name, email, consent, birthday`` (or none), ``town, country``."""
    first, last = rng.choice(FIRST, n), rng.choice(LAST, n)
    found = pd.DataFrame({"first": first, "last": last})
    local = found["first"].str.lower() + "." + found["last"].str.lower()
    again = local.groupby(local).cumcount()
    number = np.where(again == 0, "", (again + 1).astype(str))
    country = rng.choice(list(COUNTRIES), n, p=list(COUNTRIES.values()))
    born = np.datetime64("1948-01-01") + rng.integers(0, 57 * 365, n)
    known = rng.random(n) < BIRTHDAY_KNOWN
    return pd.DataFrame(
        {
            "name": found["first"] + " " + found["last"],
            "email": local + number + "@" + rng.choice(DOMAINS, n),
            "consent": np.where(rng.random(n) < CONSENT, "yes", "no"),
            "birthday": pd.Series(born).where(known),
            "town": [rng.choice(TOWNS[each]) for each in country],
            "country": country,
        }
    )
