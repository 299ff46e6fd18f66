"""Rows of customers → the columns that a program's import recognises.

Mailchimp: "Format guidelines for your import file" (birthdays as MM/DD, tags parted by
commas). Klaviyo: "How to upload and segment with consent", "Requirements for formatting
CSVs" (the first column is the e-mail address; blank consent means never subscribed).
Mail merge: the fields that Word and LibreOffice match by their names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from retention_ui.mailing.names import split
from retention_ui.mailing.reach import address, international, of

if TYPE_CHECKING:
    from collections.abc import Callable

FORMATS = ("mailchimp", "klaviyo", "merge", "all")
AGREED = "Subscribed"
CENTS = 2
_DATE = r"^((?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$"


@dataclass(frozen=True)
class Letter:
    """What is written to all of a file: of which campaign, from which list, what offer.

    ``campaign`` and ``list`` are words, ``offer`` may be empty.
    """

    campaign: str
    list: str
    offer: str = ""


def written(frame: pd.DataFrame, form: str, letter: Letter) -> pd.DataFrame:
    """Return customers as a file of ``form`` (one of ``FORMATS``) holds them.

    Parameters
    ----------
    frame
        A row a customer: ``customer_id`` and, where known, ``customer_name``,
        ``first_name``, ``last_name``, ``email``, ``phone``, ``birthday`` (as the data
        writes it), ``born`` (its month and day, ``--03-14``), ``agreed`` ("yes", "no",
        "unknown"), ``product``. Of ``all`` every column goes into the file.
    """
    return _WRITERS[form](frame.reset_index(drop=True), letter)


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return ``first`` and ``last`` of each customer, empty where nobody can tell.

    Names that the data itself keeps apart go before those that are parted here.
    """
    full = _texts(frame, "customer_name")
    parted = [split(each) for each in full]
    first, last = _texts(frame, "first_name"), _texts(frame, "last_name")
    return pd.DataFrame(
        {
            "first": [
                own or each.first for own, each in zip(first, parted, strict=True)
            ],
            "last": [own or each.last for own, each in zip(last, parted, strict=True)],
        },
        index=frame.index,
    )


def _mailchimp(frame: pd.DataFrame, letter: Letter) -> pd.DataFrame:
    names = named(frame)
    columns = {
        "Email Address": of(frame, "email", address),
        "First Name": names["first"],
        "Last Name": names["last"],
        "Phone Number": _numbers(frame),
        "Birthday": _month_and_day(frame),
        # A comma would part the tag in two.
        "Tags": ", ".join(
            each.replace(",", "") for each in (letter.list, letter.campaign)
        ),
    }
    return _told(frame, columns, letter)


def _klaviyo(frame: pd.DataFrame, letter: Letter) -> pd.DataFrame:
    names = named(frame)
    agreed = _texts(frame, "agreed").map({"yes": AGREED}).fillna("")
    columns = {
        "Email": of(frame, "email", address),
        "First Name": names["first"],
        "Last Name": names["last"],
        "Phone Number": of(frame, "phone", international),
        "Birthday": _whole_dates(frame),
        "Email Marketing Consent": agreed,
        "Kept List": letter.list,
        "Kept Campaign": letter.campaign,
    }
    return _told(frame, columns, letter)


def _merge(frame: pd.DataFrame, letter: Letter) -> pd.DataFrame:
    names = named(frame)
    columns = {
        "First Name": names["first"],
        "Last Name": names["last"],
        "Full Name": _texts(frame, "customer_name"),
        "E-mail Address": of(frame, "email", address),
        "Phone": _numbers(frame),
        "Customer ID": frame["customer_id"],
    }
    return _told(frame, columns, letter)


def _everything(frame: pd.DataFrame, letter: Letter) -> pd.DataFrame:
    found = frame.copy()
    for name in found.select_dtypes("float"):
        found[name] = found[name].round(CENTS)
    if "born" in found:  # "--03-14": a sign that spreadsheets would take for a sum
        found["born"] = _texts(found, "born").str.removeprefix("--")
    return found.assign(campaign=letter.campaign, list=letter.list, offer=letter.offer)


def _told(frame: pd.DataFrame, columns: dict[str, Any], letter: Letter) -> pd.DataFrame:
    """Add what a letter can say, and leave out what is empty for everybody.

    What such a program identifies people by stays, even empty.
    """
    more: dict[str, Any] = {}
    if "product" in frame:
        more["Product"] = _texts(frame, "product")
    if letter.offer:
        more["Offer"] = letter.offer
    found = pd.DataFrame({**columns, **more}, index=frame.index).fillna("")
    optional = ("Phone Number", "Phone", "Birthday", "Product", "Full Name")
    empty = [each for each in optional if each in found and found[each].eq("").all()]
    return found.drop(columns=empty)


def _texts(frame: pd.DataFrame, column: str) -> pd.Series:
    if column not in frame:
        return pd.Series("", index=frame.index, dtype="object")
    return frame[column].astype("object").where(frame[column].notna(), "")


def _numbers(frame: pd.DataFrame) -> pd.Series:
    """Telephone numbers: as E.164 where they are, else as the data has them."""
    return of(frame, "phone", international).fillna(_texts(frame, "phone"))


def _month_and_day(frame: pd.DataFrame) -> pd.Series:
    """``--03-14`` as ``03/14``."""
    return _texts(frame, "born").str.removeprefix("--").str.replace("-", "/")


def _whole_dates(frame: pd.DataFrame) -> pd.Series:
    """Birthdays that are written as year, month, day, and so leave no doubt."""
    found = _texts(frame, "birthday").astype("str").str.strip()
    return found.str.extract(_DATE, expand=False).fillna("")


_WRITERS: dict[str, Callable[[pd.DataFrame, Letter], pd.DataFrame]] = {
    "mailchimp": _mailchimp,
    "klaviyo": _klaviyo,
    "merge": _merge,
    "all": _everything,
}
