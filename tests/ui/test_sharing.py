"""The links to a dashboard: made as chosen, shown once, withdrawn for good."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import datasets, queries, state
from retention_ui.keeping.model import (
    PAGES,
    LastKeyError,
    NotHereError,
    PasswordError,
    Settings,
    Terms,
)
from retention_ui.keeping.store import open_store
from retention_ui.share import addresses, link_made, new_link
from tests.ui.test_pages import ROOT

MINE, THEIRS = "B" * 32, "C" * 32
HEAD = "Order,Date,Customer,Product,Channel,Amount,Currency\n"
ROWS = (
    "1,2024-01-05,ann,Tea,Shop,20.00,EUR\n2,2024-01-20,ben,Tea,Fair,9.00,EUR\n"
    "3,2024-02-03,ann,Cup,Shop,8.00,EUR\n4,2024-03-13,cat,Tea,Fair,7.00,EUR\n"
    "5,2024-04-18,ann,Tea,Shop,20.00,EUR\n6,2024-04-20,cat,Tea,Fair,7.00,EUR\n"
)
SPOKEN = "quiet tea 9"
WHERE = "https://kept.example/shop"
TODAY = dt.datetime.now(dt.UTC).date()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEPT_DATA", str(tmp_path_factory.mktemp("kept")))
        patch.delenv(addresses.SETTING, raising=False)
        queries.forget()
        dataset = datasets.create([("orders.csv", (HEAD + ROWS).encode())])
        datasets.build(dataset, Answers())
        yield dataset


@pytest.fixture
def saved(built):
    words = {"name": "Tea & Leaf", "owner": "Mira", "contact": "mira@example.com"}
    return open_store().save(built.folder, settings=Settings(), browser=MINE, **words)


def share_page(link, browser=MINE, before="") -> AppTest:
    """The Share page, come to by a link, from the page ``before``."""
    app = AppTest.from_file(str(ROOT / "retention_ui" / "main.py"), default_timeout=120)
    app.context["url"] = f"{WHERE}/share"
    app.session_state[state.BROWSER] = browser
    app.run()
    if before:
        page, _, query = before.partition("?")
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        app.query_params["d"] = link.id
        for pair in query.split("&"):
            field, _, value = pair.partition("=")
            app.query_params[field] = value
        app.run()
    app.switch_page(str(ROOT / "pages" / "share.py"))
    app.query_params["d"] = link.id
    return app.run()


def form(saved, who="Anna", before="") -> AppTest:
    """The form for a new link, with a name in it."""
    app = share_page(saved[1], before=before)
    app.button(key="links.begin").click().run()
    app.text_input(key="links.new.label").set_value(who)
    return app


def chosen(app, **values) -> AppTest:
    """Fill in fields by their keys, each in a run of its own: some bring others."""
    for name, value in values.items():
        key = f"links.new.{name}"
        found = next(
            each
            for kind in (
                *(app.selectbox, app.multiselect, app.toggle, app.date_input),
                *(app.text_input, app.segmented_control),
            )
            for each in kind
            if each.key == key
        )
        found.set_value(value).run()
    return app


def made(app) -> str:
    """Press the button; return the token of the address that is shown."""
    app.button(key="links.make").click().run()
    assert not app.exception
    assert not app.error
    address = app.code[0].value
    assert re.fullmatch(rf"{WHERE}/s/[\w-]{{43}}", address)
    return address.rpartition("/")[2]


def newest(saved):
    return open_store().links(saved[0].id)[0]


def last_second(days: int) -> dt.datetime:
    return dt.datetime.combine(
        TODAY + dt.timedelta(days=days), dt.time(23, 59, 59), dt.UTC
    )


def text_of(app) -> str:
    return f"{app._tree} {app._session_state.filtered_state}"


def test_a_link_shows_by_default_no_list_and_nobody_by_name(saved):
    app = form(saved)
    app.run()
    words = app.info[0].value
    assert "**Anna** sees all pages" in words
    assert "no lists, no downloads with customers" in words
    token = made(app)
    link = newest(saved)
    assert (link.kind, link.label, link.terms) == ("view", "Anna", Terms())
    assert (link.expires_at, link.password) == (last_second(90), False)
    assert open_store().arrive(token, THEIRS).id == link.id


def test_what_is_chosen_is_what_the_link_fixes(saved):
    app = chosen(
        form(saved, "  The  board "),
        **{"until.view": "date", "date": TODAY + dt.timedelta(days=5)},
        password=SPOKEN,
        pages="some",
        chosen=["churn", "overview"],
        dates="custom",
        **{"from": dt.date(2024, 2, 1), "to": dt.date(2024, 3, 13)},
        customers="only",
        by="channel",
        value="Fair",
        names=True,
        lists=True,
        start="churn",
    )
    assert "only customers of Channel: Fair" in app.info[0].value
    assert "who your customers are" in app.warning[0].value
    token = made(app)
    link = newest(saved)
    assert link.terms == Terms(
        pages=("overview", "churn"),
        dates={"dates": "custom", "from": "2024-02-01", "to": "2024-03-13"},
        customers=("channel", "Fair"),
        choose=False,
        names=True,
        lists=True,
    )
    assert (link.label, link.start) == ("The board", "churn")
    assert (link.expires_at, link.password) == (last_second(5), True)
    with pytest.raises(PasswordError):
        open_store().arrive(token, THEIRS)
    assert open_store().arrive(token, THEIRS, SPOKEN).id == link.id


@pytest.mark.parametrize(
    ("field", "value", "terms"),
    [
        ("dates", "all", Terms(dates={"dates": "all"})),
        ("dates", "last12", Terms(dates={"dates": "last12"})),
        ("customers", "all", Terms(choose=False)),
        ("names", True, Terms(names=True)),
        ("lists", True, Terms(lists=True)),
    ],
)
def test_each_choice_stands_alone(saved, field, value, terms):
    made(chosen(form(saved), **{field: value}))
    assert newest(saved).terms == terms


def test_a_key_is_made_without_an_end_and_says_what_it_can_do(saved):
    app = chosen(form(saved, "Ben"), kind="edit")
    assert not app.toggle
    assert "change, share and delete" in app.info[0].value
    token = made(app)
    link = newest(saved)
    assert (link.kind, link.terms, link.expires_at) == ("edit", Terms(), None)
    open_store().arrive(token, THEIRS)
    assert share_page(link, THEIRS).button(key="links.begin")


def test_the_address_is_shown_once(saved):
    app = form(saved)
    token = made(app)
    assert not [each for each in app.button if each.key == "links.make"]
    assert token not in text_of(app.run())
    assert token not in text_of(share_page(saved[1]))
    app.button(key="links.begin").click().run()
    assert app.text_input(key="links.new.label").value == ""


def test_a_password_is_in_no_later_run(saved):
    app = chosen(form(saved), password=SPOKEN)
    made(app)
    assert SPOKEN not in text_of(app.run())
    app = chosen(form(saved), password=SPOKEN)
    app.button(key="links.cancel").click().run()
    assert SPOKEN not in text_of(app)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"label": " "}, "Say who it is for"),
        ({"password": "1234567"}, "at least 8"),
        ({"pages": "some"}, "No page is chosen"),
    ],
)
def test_no_link_is_made_of_a_form_that_is_not_finished(saved, values, words):
    app = chosen(form(saved), **values)
    app.button(key="links.make").click().run()
    assert words in app.error[0].value
    if "pages" in values:
        assert len(app.multiselect(key="links.new.chosen").options) == len(PAGES)
    assert len(open_store().links(saved[0].id)) == 1


def test_a_link_opens_the_view_that_this_tab_shows(saved):
    made(form(saved, before="cohorts?grain=quarter"))
    assert newest(saved).start == "cohorts?grain=quarter"


def test_no_link_is_made_where_its_copy_cannot_be(saved):
    home = saved[0].version.folder.parent.parent / "copies"
    home.write_text("in the way")
    app = form(saved)
    app.button(key="links.make").click().run()
    assert not app.exception
    assert app.error
    assert len(open_store().links(saved[0].id)) == 1


def test_withdrawing_asks_once_and_ends_the_link_at_once(saved):
    link, token = open_store().link(
        saved[0].id, kind="view", label="Anna", terms=Terms()
    )
    open_store().arrive(token, THEIRS)
    app = share_page(saved[1])
    app.button(key=f"links.withdraw.{link.id}").click().run()
    assert open_store().held(link.id, THEIRS)
    app.button(key="links.withdraw.yes").click().run()
    assert not app.exception
    with pytest.raises(NotHereError):
        open_store().held(link.id, THEIRS)
    with pytest.raises(NotHereError):
        open_store().arrive(token, THEIRS)
    assert not [each for each in app.button if each.key.endswith(link.id)]
    assert "withdrawn" in app.dataframe[0].value.to_string()


def test_the_last_key_cannot_be_withdrawn(saved):
    app = share_page(saved[1])
    assert app.button(key=f"links.withdraw.{saved[1].id}").disabled
    other, _ = open_store().link(saved[0].id, kind="edit", label="Ben", terms=Terms())
    app.run()
    app.button(key=f"links.withdraw.{saved[1].id}").click().run()
    # Withdrawn in another tab while this one asks.
    open_store().revoke(other.id)
    app.button(key="links.withdraw.yes").click().run()
    assert "last key" in app.error[0].value
    assert open_store().held(saved[1].id, MINE)
    with pytest.raises(LastKeyError):
        open_store().revoke(saved[1].id)


def test_a_tab_whose_own_key_is_withdrawn_can_do_nothing_any_more(saved):
    kept = open_store()
    other, _ = kept.link(saved[0].id, kind="edit", label="Ben", terms=Terms())
    link, _ = kept.link(saved[0].id, kind="view", label="Anna", terms=Terms())
    app, second = share_page(saved[1]), form(saved)
    kept.revoke(saved[1].id)
    app.button(key=f"links.withdraw.{link.id}").click().run()
    assert "Anna" not in text_of(app)
    second.button(key="links.make").click().run()
    assert {each.id for each in kept.links(saved[0].id) if not each.revoked_at} == {
        other.id,
        link.id,
    }


def test_a_dialog_left_open_by_a_withdrawn_key_withdraws_nothing(saved):
    kept = open_store()
    kept.link(saved[0].id, kind="edit", label="Ben", terms=Terms())
    link, _ = kept.link(saved[0].id, kind="view", label="Anna", terms=Terms())
    app = share_page(saved[1])
    app.button(key=f"links.withdraw.{link.id}").click().run()
    kept.revoke(saved[1].id)
    app.button(key="links.withdraw.yes").click().run()
    assert [each.id for each in kept.links(saved[0].id) if each.revoked_at] == [
        saved[1].id
    ]


def test_the_link_that_one_came_by_is_marked(saved):
    app = share_page(saved[1])
    marked = [each.value for each in app.markdown if "you came by" in each.value]
    assert len(marked) == 1
    assert "Mira" in marked[0]


def test_whoever_may_only_look_sees_no_links(saved):
    link, token = open_store().link(
        saved[0].id, kind="view", label="Anna", terms=Terms()
    )
    open_store().arrive(token, THEIRS)
    app = share_page(link, THEIRS)
    assert not app.exception
    assert not [each for each in app.button if (each.key or "").startswith("links.")]
    assert "Mira** can change" not in text_of(app)


def test_a_hundred_links_stay_usable(saved):
    app = share_page(saved[1])
    for number in range(100):
        open_store().link(
            saved[0].id, kind="view", label=f"Client {number:02}", terms=Terms()
        )
    # Those were made in another tab: they show at the next run.
    app.run()
    assert app.header[0].value == "101 links are in use"
    shown = [each for each in app.button if each.label == "Withdraw"]
    assert len(shown) == 10
    app.text_input(key="links.find").set_value("client 07").run()
    assert len([each for each in app.button if each.label == "Withdraw"]) == 1
    assert [each for each in app.markdown if "Client 07" in each.value]


def test_no_link_is_said_to_outlive_its_dashboard(saved):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    open_store().expire(saved[0].id, soon)
    app = form(saved)
    app.run()
    written = soon.strftime("%-d %b %Y")
    assert f"until {written}" in app.info[0].value
    rows = [each.value for each in app.markdown if "opened last" in each.value]
    assert [f"until {written}" in row for row in rows] == [True]


def test_expired_links_are_folded_away(saved):
    past = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    open_store().link(
        saved[0].id, kind="view", label="Old", terms=Terms(), expires_at=past
    )
    app = share_page(saved[1])
    assert app.header[0].value == "1 link is in use"
    assert "expired" in app.dataframe[0].value.to_string()


def test_names_are_no_markup(saved):
    name = "![x](http://evil/t.png)"
    app = form(saved, name)
    made(app)
    drawn = [
        *(each.value for each in app.markdown),
        *(each.value for each in app.header),
        *(each.value for each in app.info),
    ]
    assert [text for text in drawn if "evil" in text]
    assert not [text for text in drawn if "](" in text]
    snippet = link_made.frame("https://a.example/s/x", '"><script>')
    assert "<script>" not in snippet
    assert 'title="&quot;&gt;&lt;script&gt;"' in snippet
    assert html.unescape(snippet).count("embed=true") == 1


@pytest.mark.parametrize(
    ("url", "base", "root"),
    [
        ("http://localhost:8501/share", "", "http://localhost:8501"),
        ("https://a.example/share", "", "https://a.example"),
        ("https://a.example/shops/kept/share", "", "https://a.example/shops/kept"),
        ("https://a.example/share/share", "share", "https://a.example/share"),
        ("https://[::1]:8501/data/share", "data", "https://[::1]:8501/data"),
        ("", "", ""),
    ],
)
def test_the_address_of_a_link_begins_where_the_browser_is(url, base, root):
    assert addresses.seen(url, base) == root


@pytest.mark.parametrize("said", [" https://shop.example/kept/ ", "shop.example/kept"])
def test_behind_a_proxy_the_host_says_where_it_is(said, monkeypatch):
    monkeypatch.setenv(addresses.SETTING, said)
    assert addresses.of("abc") == "https://shop.example/kept/s/abc"


LEFT = "cohorts?grain=week&dates=custom&from=2024-01-01&customers=channel&value=Fair"


@pytest.mark.parametrize(
    ("here", "terms", "start"),
    [
        (LEFT, Terms(), LEFT),
        (
            LEFT,
            Terms(dates={"dates": "all"}),
            "cohorts?grain=week&customers=channel&value=Fair",
        ),
        (
            LEFT,
            Terms(choose=False),
            "cohorts?grain=week&dates=custom&from=2024-01-01",
        ),
        ("churn", Terms(), "churn"),
        # What the list of customers says is no viewer's business.
        ("risk?who=all&customers=customer.town&value=Kyoto", Terms(), "risk"),
        ("cohorts?by=tags&one=VIP", Terms(), "cohorts"),
        (
            "cohorts?by=customer.town",
            Terms(names=True),
            "cohorts?by=customer.town",
        ),
    ],
)
def test_a_link_opens_nothing_that_it_hides(here, terms, start):
    assert new_link.opens(here, terms) == start
