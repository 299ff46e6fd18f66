"""The files of a campaign, the note of who is contacted, and the way back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from retention_core.errors import RetentionError
from retention_ui import blocks, contacts, failures, mailing, queries, state
from retention_ui.parts import common, holding_back
from retention_ui.questions.handing_out import to_be_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from retention_ui.access import Access
    from retention_ui.mailing import Letter
    from retention_ui.page import Page
    from retention_ui.parts.handing_out import Going, Source
    from retention_ui.questions.handing_out import Noted, Plan

NAME = "handing_out"
OURS = "all"
FAILED = "handing_out.failed"
# Of which data files were offered last: what is noted must be of the same.
DRAWN = "handing_out.drawn"
KINDS = dict.fromkeys(
    ("probability_alive", "probability_in_window", "share", "odds"), "share"
)


def offered(page: Page, source: Source, going: Going, plan: Plan) -> None:
    """Offer the files as they would go out now, and to note who is contacted."""
    control = holding_back.size(plan.customers, going.share)
    counts = {False: plan.customers - control, True: control}
    for held, n in counts.items():
        if n:
            _files(page, source, going, (held, n))
    if not contacts.may(page.access):
        why = "sample" if page.access.dataset.sample else "not_yours"
        blocks.note(page.texts(f"{NAME}.not_noted.{why}"))
        return
    if st.button(
        page.texts(f"{NAME}.note"),
        type="primary",
        icon=":material/check:",
        key=f"{NAME}.{page.name}.note",
        help=page.texts(f"{NAME}.note_help"),
    ):
        if not _as_drawn(page):
            st.warning(page.texts(f"{NAME}.changed"))
            return
        with failures.showing(page.texts):
            _note(page, source, going)
        st.rerun()
    state.set_widget(DRAWN, page.access.dataset.digest)
    unsaved = page.access.dashboard is None
    blocks.note(page.texts(f"{NAME}.note_{'unsaved' if unsaved else 'why'}"))


def _as_drawn(page: Page) -> bool:
    """Whether the files were offered of the data as it is; if not, they are now.

    Of other data others may be held back than those of the file that went out.
    """
    drawn, now = state.widget(DRAWN), page.access.dataset.digest
    state.set_widget(DRAWN, now)
    return bool(drawn == now)


def noted(page: Page, source: Source, letter: Letter, known: Noted) -> None:
    """Say what is noted of a campaign, offer its files, and to take it back."""
    formats = page.formats
    key = "noted_control" if known.control else "noted"
    st.success(
        page.texts(
            f"{NAME}.{key}",
            campaign=formats.md(letter.campaign),
            count=known.contacted,
            n=formats.count(known.contacted),
            control=formats.count(known.control),
            date=formats.date(known.contacted_on),
        ),
        icon=":material/check:",
    )
    letter = replace(letter, offer=known.offer)
    asked = {"campaign": letter.campaign, **source.listed}
    for form, n in known.reached.items():
        if n:
            _noted_files(page, source, letter, (False, n, form, asked))
    if known.control:
        _noted_files(page, source, letter, (True, known.control, OURS, asked))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        common.lead(page, "campaigns", page.texts(f"{NAME}.to_campaigns"))
        _way_back(page, letter)
    blocks.note(page.texts(f"{NAME}.again"))


def _way_back(page: Page, letter: Letter) -> None:
    """Offer to take a note back; not of what a campaign file says."""
    if not contacts.may(page.access):
        return
    mine = contacts.of(page.access)
    if letter.campaign not in set(mine["campaign"]):
        blocks.note(page.texts(f"{NAME}.of_a_file"), width="content")
        return
    key = f"{NAME}.take_back"
    label, icon = page.texts(f"{key}.label"), ":material/undo:"
    if st.button(label, type="tertiary", icon=icon, key=f"{key}.{page.name}"):
        title, text = page.texts(f"{key}.title"), page.texts(f"{key}.text")
        done = partial(_take_back, page.access, letter.campaign)
        blocks.confirm(page.texts, key, title, [text], done)


def _take_back(access: Access, campaign: str) -> None:
    """Forget a note; what hinders it is said on the run that follows."""
    try:
        access.again()
        contacts.take_back(access, campaign)
    except RetentionError as error:
        state.set_widget(FAILED, error)


def failed(page: Page) -> None:
    """Say once why a note could not be taken back."""
    error = state.widget(FAILED)
    if isinstance(error, RetentionError):
        state.forget(FAILED)
        failures.show(error, page.texts)


def _note(page: Page, source: Source, going: Going) -> None:
    """Note who is contacted and who is held back, once."""
    campaign = going.letter.campaign
    if queries.ask(page.shop.everybody(), "noted", campaign=campaign) is not None:
        return
    found = _rows(page, source, going)
    contacts.note(
        page.access,
        pd.DataFrame(
            {
                "campaign": campaign,
                "list": source.name,
                "customer_id": found["customer_id"],
                "contacted_on": pd.Timestamp(going.contacted_on),
                "control": found["control"],
                "offer": going.letter.offer or None,
                "seed": going.seed or None,
            }
        ),
    )


def _rows(page: Page, source: Source, going: Going) -> pd.DataFrame:
    terms = {**going.terms, "share": going.share, "seed": going.seed}
    return queries.rows(page.shop, "hand_out_rows", **source.listed, **terms)


def _files(page: Page, source: Source, going: Going, who: tuple[bool, int]) -> None:
    """Offer whom to write to in the form that was chosen, the held back in ours."""
    held, n = who
    form = OURS if held else going.form

    def made() -> pd.DataFrame:
        found = _rows(page, source, going)
        found = found[found["control"] == held]
        return _written(page, source, found, (form, going.letter))

    described = [source.listed, going.terms, going.share, going.seed, str(going.letter)]
    _offer(page, source, made, (held, n, form, str(described)))


def _noted_files(
    page: Page,
    source: Source,
    letter: Letter,
    who: tuple[bool, int, str, dict[str, object]],
) -> None:
    """Offer the customers of a campaign as they were noted, whoever is looked at."""
    held, n, form, asked = who

    def made() -> pd.DataFrame:
        found = queries.rows(page.shop.everybody(), "noted_rows", **asked)
        found = to_be_written(found, held=held, form=form)
        return _written(page, source, found, (form, letter))

    _offer(page, source, made, (held, n, form, str(asked)))


def _written(
    page: Page, source: Source, found: pd.DataFrame, how: tuple[str, Letter]
) -> pd.DataFrame:
    """Write customers down; ours says why each is on the list, in words."""
    form, letter = how
    hidden = ["control", "first", "listed"]
    listed = found["listed"] if "listed" in found else found["customer_id"].notna()
    found = found.drop(columns=hidden, errors="ignore")
    if form == OURS:
        # Of whoever is not on the list any more nothing is said.
        why = source.reasons(page, found[listed]).reindex(found.index)
        found = found.assign(why=why.fillna(""))
    return mailing.written(found, form, letter)


def _offer(
    page: Page,
    source: Source,
    made: Callable[[], pd.DataFrame],
    what: tuple[bool, int, str, str],
) -> None:
    """Say what a file holds, and offer it as CSV and Excel."""
    held, n, form, described = what
    who = "held" if held else "contacted"
    words = page.texts(
        f"{NAME}.files.{who}",
        count=n,
        n=page.formats.count(n),
        form=page.texts(f"{NAME}.form.{form}"),
    )
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        blocks.note(words, width="content")
        page.downloads(f"{source.name}.{who}.{form}", made, KINDS, asked=described)
