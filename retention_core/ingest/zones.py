"""Short names of time zones, and the minutes they are ahead of UTC."""

from __future__ import annotations

_HOURS = {
    **{"z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2},
    **{"mez": 1, "mesz": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9},
    **{"pst": -8, "pdt": -7, "mst": -7, "mdt": -6, "cst": -6, "cdt": -5},
    **{"est": -5, "edt": -4, "akst": -9, "akdt": -8, "hst": -10, "brt": -3},
    **{"aest": 10, "aedt": 11, "awst": 8, "nzst": 12, "nzdt": 13, "hkt": 8},
    **{"sgt": 8, "wib": 7, "sast": 2, "мск": 3},
}
MINUTES = {name: hours * 60 for name, hours in _HOURS.items()} | {
    "acst": 570,
    "acdt": 630,
    "nst": -210,
    "ndt": -150,
}
