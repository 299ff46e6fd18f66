"""Did it work? Campaigns with a group held back, and campaigns beside each other.

Everybody drawn counts in the group drawn, whether the message came or not (intention
to treat). What counts is bought within ``days`` from the day of the contact, that day
included: an order of that day may be the answer. A customer's window is over when
contacted_on + days − 1 is no later than ``as_of``; until then the customer waits and is
in no figure. Customers who had bought nothing before the contact are counted apart.
"""

from __future__ import annotations

from retention_core.campaigns.audiences import for_whom
from retention_core.campaigns.compared import offers
from retention_core.campaigns.discounts import Dependence, dependence
from retention_core.campaigns.drawing import Suggestion, base_rate, split, suggest
from retention_core.campaigns.exposure import pressure
from retention_core.campaigns.told import VERDICTS, results

__all__ = [
    "VERDICTS",
    "Dependence",
    "Suggestion",
    "base_rate",
    "dependence",
    "for_whom",
    "offers",
    "pressure",
    "results",
    "split",
    "suggest",
]
