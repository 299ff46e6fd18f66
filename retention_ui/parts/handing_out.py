"""Everything between a list and a file: whom to leave out, hold back, and note."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from retention_ui import blocks, contacts, inputs, mailing, queries
from retention_ui.mailing import Letter
from retention_ui.parts import handed_out, holding_back
from retention_ui.questions import handing_out as handing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from retention_ui.page import Page
    from retention_ui.questions.handing_out import Base, Noted, Plan, Ways

NAME = "handing_out"
SILENT_DAYS = 14
LONGEST = 60


@dataclass(frozen=True)
class Source:
    """Where the customers come from.

    Attributes
    ----------
    name
        The list, segment or tier, as it is kept beside whoever is contacted.
    question, asked
        What answers its customers, through ``queries``: a row a customer with
        ``customer_id``, and where known ``stake, act_on, product`` and ``first``,
        whether this is the list that comes first for the customer.
    customers
        How many there are.
    reasons
        Why each customer of a frame of those rows is on it, in words.
    title
        What it is called on screen; escaped where it holds words of the data.
    prioritised
        Whether its rows tell ``first``: a customer may be on a list that comes before.
    lost
        Whether they count as lost: nothing is at stake with them any more.
    """

    name: str
    question: str
    asked: dict[str, Any]
    customers: int
    reasons: Callable[[Page, pd.DataFrame], pd.Series]
    title: str = ""
    prioritised: bool = False
    lost: bool = False

    @property
    def words(self) -> str:
        """What it is called in a file."""
        return self.title or self.name

    @property
    def listed(self) -> dict[str, Any]:
        """What questions about whoever is on it are given."""
        return {"of": self.question, "asked": self.asked}


@dataclass(frozen=True)
class Going:
    """What goes out: a letter to whom, in which form, with whom held back."""

    letter: Letter
    terms: dict[str, Any]
    contacted_on: dt.date
    share: float = 0.0
    seed: str = ""

    @property
    def form(self) -> str:
        """One of ``mailing.FORMATS``."""
        return str(self.terms["form"])


def hand_out(page: Page, source: Source) -> None:
    """Draw the way from a list to a file, and to a note of who is contacted.

    Nothing where single customers are not shown, or nobody is on the list.
    """
    if not page.shop.lists or not source.customers:
        return
    with st.container(gap="small"):
        st.header(_words(page, "title"), help=_words(page, "help"), anchor=False)
        handed_out.failed(page)
        ways: Ways = queries.ask(page.shop, "ways")
        letter, day = _letter(page, source)
        known: Noted | None = None
        if page.access.edits:
            # Of everybody: a note for some of the customers is one all the same.
            whole = page.shop.everybody()
            known = queries.ask(whole, "noted", campaign=letter.campaign)
        if known is not None:
            handed_out.noted(page, source, letter, known)
            return
        terms = _terms(page, source, ways)
        base: Base = queries.ask(page.shop, "hand_out_base", **source.listed)
        plan = handing.plan(base, **terms)
        blocks.note(_account(page, plan, terms, lost=source.lost))
        _cautions(page, ways, terms)
        if not plan.customers:
            return
        share = holding_back.share(page, plan)
        seed = _seed(source, letter) if share else ""
        handed_out.offered(page, source, Going(letter, terms, day, share, seed), plan)


def _letter(page: Page, source: Source) -> tuple[Letter, dt.date]:
    """Let the user name the campaign, the offer and the day."""
    tomorrow = page.facts.as_of + dt.timedelta(days=1)
    usual = _words(
        page, "campaign.usual", list=source.words, date=page.formats.date(tomorrow)
    )
    key = f"{NAME}.{page.name}.{source.words}"
    with blocks.controls():
        campaign = st.text_input(
            _words(page, "campaign.label"),
            usual,
            max_chars=2 * LONGEST,
            key=f"{key}.campaign",
            help=_words(page, "campaign.help"),
            width=340,
        )
        offer = st.text_input(
            _words(page, "offer.label"),
            max_chars=LONGEST,
            key=f"{key}.offer",
            help=_words(page, "offer.help"),
            placeholder=_words(page, "offer.none"),
            width=240,
        )
        day = tomorrow
        if contacts.may(page.access):
            day = st.date_input(
                _words(page, "day.label"),
                tomorrow,
                min_value=page.facts.first_day,
                key=f"{key}.day",
                help=_words(page, "day.help"),
                width=150,
            )
    letter = Letter(_one_line(campaign) or usual, source.words, _one_line(offer))
    return letter, day


def _terms(page: Page, source: Source, ways: Ways) -> dict[str, Any]:
    """Let the user choose the form, and who is left out."""
    scope = inputs.Scope(NAME, page.texts)
    with blocks.controls():
        usual = "mailchimp" if ways.email else "merge"
        form = inputs.choice(scope, "form", mailing.FORMATS, usual)
        days = 0
        if page.access.edits and ways.contacts:
            days = inputs.number(scope, "silent", SILENT_DAYS, (0, 365), width=240)
    with st.container(horizontal=True, gap="medium"):
        first = False
        if source.prioritised:
            first = inputs.toggle(scope, "first", True)
        # Where the files say nothing of consent, all would be left out.
        unknown = inputs.toggle(scope, "unknown") if ways.consent else True
    return {"form": form, "first": first, "unknown": unknown, "silent_days": days}


def _account(page: Page, plan: Plan, terms: dict[str, Any], *, lost: bool) -> str:
    """Say who is left out, each reason with its number, and who is left.

    Of the lost it does not say what is at stake: it would be, were they customers.
    """
    out = [
        _words(
            page,
            f"out.{reason}{_of_form(reason, terms)}",
            count=count,
            n=page.formats.count(count),
            days=page.formats.days(terms["silent_days"]),
        )
        for reason, count in plan.out.items()
        if count
    ]
    listed = _words(
        page, "listed", count=plan.listed, n=page.formats.count(plan.listed)
    )
    left = _words(
        page,
        "left_lost" if lost else "left",
        count=plan.customers,
        n=page.formats.count(plan.customers),
        amount=page.formats.money(plan.stake, "about"),
    )
    return " ".join([" − ".join([listed, *out]), "=", left])


def _of_form(reason: str, terms: dict[str, Any]) -> str:
    return f"_{terms['form']}" if reason == "unreachable" else ""


def _cautions(page: Page, ways: Ways, terms: dict[str, Any]) -> None:
    """Say what the data does not hold."""
    if terms["form"] in ("mailchimp", "klaviyo") and not ways.email:
        phones = terms["form"] == "klaviyo" and ways.phone
        st.warning(_words(page, "no_email_but_phone" if phones else "no_email"))
    if not ways.consent:
        shown = page.access.terms.names
        blocks.note(_words(page, "no_consent" if shown else "no_consent_shown"))
    if not page.access.edits:
        blocks.note(_words(page, "not_shown"))


def _seed(source: Source, letter: Letter) -> str:
    """What draws the held back: the same for a campaign whenever it is asked for.

    So the file of today and the note of tomorrow mean the same customers.
    """
    told = f"{source.name}\x1f{letter.campaign}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _words(page: Page, key: str, **fields: object) -> str:
    return page.texts(f"{NAME}.{key}", **fields)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())
