"""From a list to a file: who is left out, who is held back, and what is noted."""

from __future__ import annotations

import datetime as dt
import random
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from retention_core.ingest.model import Answers
from retention_ui import access, contacts, datasets, mailing, queries, state
from retention_ui.keeping.model import Settings, Terms
from retention_ui.keeping.store import open_store
from retention_ui.parts import handed_out, holding_back
from retention_ui.parts.handing_out import Going, Source
from retention_ui.questions import NAMING
from retention_ui.questions import handing_out as handing
from retention_ui.questions.chosen import Slice
from retention_ui.questions.handing_out import REASONS, Base, left_out, plan
from tests.ui.saved import MAIN, words

OWNER, VIEWER = "h" * 32, "w" * 32
EVERYBODY = {"form": "all", "first": False, "unknown": True, "silent_days": 0}
LIST = {"of": "quiet_people", "asked": {}}


def export(*, emails: bool = True) -> list[tuple[str, bytes]]:
    """A year of 120 customers; every third said no, every third nothing."""
    chance = random.Random(11)  # noqa: S311 a shop, no secret
    rows = ["Order,Date,Customer ID,Product,Amount,Currency"]
    for customer in range(120):
        day = dt.date(2025, 1, 1) + dt.timedelta(days=chance.randrange(150))
        for _ in range(chance.choice([1, 2, 4, 7, 9])):
            product = chance.choice(["Tea", "Pot", "Cup"])
            rows.append(
                f"{len(rows)},{day},C{customer:03},{product},"
                f"{chance.randrange(9, 90)}.50,EUR"
            )
            day += dt.timedelta(days=chance.randrange(5, 45))
    people = ["Customer ID,Customer name,Accepts marketing,Phone,Birthday"]
    people[0] += ",Email" if emails else ""
    for customer in range(120):
        said = ("yes", "no", "")[customer % 3]
        mail = f",c{customer}@example.com" if customer % 10 else ","
        people.append(
            f"C{customer:03},Anna Doe,{said},+49 176 1234{customer:04},"
            f"1980-09-{customer % 28 + 1:02}{mail if emails else ''}"
        )
    return [
        ("orders.csv", "\n".join(rows).encode()),
        ("customers.csv", "\n".join(people).encode()),
    ]


def built(**how):
    dataset = datasets.create(export(**how))
    datasets.build(dataset, Answers())
    return dataset


@pytest.fixture(scope="module")
def shop(data_folder):
    dataset = built()
    yield queries.Shop(dataset)
    datasets.delete(dataset)
    queries.forget()


def whole(name: str = "win_back") -> dict:
    return {
        "of": "list_chosen",
        "asked": {"name": name, "fits": None, "window_days": 60},
    }


def opened(address: str, browser: str = OWNER, **asked: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=120)
    app.session_state[state.BROWSER] = browser
    view = {"d": address, "window": "60", "list": "win_back", **asked}
    for name, value in view.items():
        app.query_params[name] = value
    app.switch_page("../pages/lists.py")
    for name, value in view.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def pressed(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    assert not app.error
    return app


def keys(app: AppTest) -> set[str]:
    return {each.key for each in (*app.button, *app.get("download_button"))}


def rows_of(count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, max(count // 2, 1), count)
    return pd.DataFrame(
        {
            "first": rng.random(count) < 0.7,
            "agreed": rng.choice(["yes", "no", "unknown"], count),
            "rested": np.where(rng.random(count) < 0.5, np.nan, rng.integers(-3, 40)),
            "mailchimp": codes,
            "klaviyo": np.where(codes < 0, rng.integers(-1, 900, count), codes),
            "stake": rng.random(count).round(2),
        }
    )


@given(
    st.integers(0, 60),
    st.integers(0, 9),
    st.sampled_from(mailing.FORMATS),
    st.booleans(),
    st.booleans(),
    st.integers(0, 30),
)
def test_everybody_is_left_out_for_one_reason_or_written_to(
    count, seed, form, first, unknown, days
):
    """Against going through the customers one by one."""
    rows = rows_of(count, seed)
    asked = {"form": form, "first": first, "unknown": unknown, "silent_days": days}
    seen: set[int] = set()
    expected = []
    for row in rows.to_dict("records"):
        reason = None
        if first and not row["first"]:
            reason = "elsewhere"
        elif row["agreed"] == "no":
            reason = "refused"
        elif row["agreed"] == "unknown" and not unknown:
            reason = "unknown"
        elif days and row["rested"] <= days:
            reason = "lately"
        elif form in ("mailchimp", "klaviyo"):
            if row[form] < 0 or row[form] in seen:
                reason = "unreachable"
            seen.add(row[form])
        expected.append(reason)
    out = left_out(rows, **asked)
    assert [None if pd.isna(each) else each for each in out] == expected
    found = plan(Base(rows, 0.1), **asked)
    assert found.listed == count == found.customers + sum(found.out.values())
    assert found.out == {each: expected.count(each) for each in REASONS}
    kept = [each is None for each in expected]
    assert found.stake == pytest.approx(rows.loc[kept, "stake"].sum())


def test_who_said_no_is_in_no_file_and_who_said_nothing_only_if_asked_for(shop):
    base = queries.ask(shop, "hand_out_base", **whole())
    listed = queries.rows(shop, "list_chosen", **whole()["asked"])
    number = listed["customer_id"].str[1:].astype(int)
    assert (base.rows["agreed"] == "no").sum() == (number % 3 == 1).sum() > 5
    for unknown in (False, True):
        terms = {**EVERYBODY, "unknown": unknown}
        rows = queries.rows(
            shop, "hand_out_rows", **whole(), **terms, share=0.0, seed=""
        )
        found = rows["customer_id"].str[1:].astype(int)
        expected = number[number % 3 != 1] if unknown else number[number % 3 == 0]
        assert sorted(found) == sorted(expected)
        assert len(rows) == plan(base, **terms).customers


def test_a_file_holds_whoever_its_program_can_reach(shop):
    terms = {**EVERYBODY, "form": "mailchimp"}
    rows = queries.rows(shop, "hand_out_rows", **whole(), **terms, share=0.0, seed="")
    assert not (rows["customer_id"].str[1:].astype(int) % 10 == 0).any()
    found = mailing.written(rows, "mailchimp", mailing.Letter("June", "Win back"))
    assert found["Email Address"].str.endswith("@example.com").all()
    assert found["Email Address"].is_unique
    assert found["First Name"].eq("Anna").all()
    assert found["Birthday"].str.fullmatch("09/[0-2][0-9]").all()
    assert found["Phone Number"].str.fullmatch(r"\+49176[0-9]{8}").all()


def test_the_held_back_are_so_many_and_the_same_for_the_same_campaign(shop):
    asked = {**whole(), **EVERYBODY, "share": 0.3}
    one = queries.rows(shop, "hand_out_rows", **asked, seed="a")
    again = queries.rows(shop, "hand_out_rows", **asked, seed="a")
    other = queries.rows(shop, "hand_out_rows", **asked, seed="b")
    pd.testing.assert_frame_equal(one, again)
    assert one["control"].sum() == holding_back.size(len(one), 0.3)
    assert other["control"].sum() == one["control"].sum()
    assert other["control"].tolist() != one["control"].tolist()


def test_a_customer_is_written_to_for_the_first_list_only(shop):
    listed = {
        name: queries.rows(shop, "list_chosen", **whole(name)["asked"])
        for name in ("valuable_leaving", "second_order", "top_tenth")
    }
    before: set[str] = set()
    from retention_core.lists import NAMES

    for name in NAMES:
        rows = queries.rows(shop, "list_chosen", **whole(name)["asked"])
        expected = [each not in before for each in rows["customer_id"]]
        assert rows["first"].tolist() == expected
        before |= set(rows["customer_id"])
    assert any(len(each) for each in listed.values())


def test_lists_to_hand_out_tell_of_single_customers():
    assert {"hand_out_rows", "noted_rows", "list_chosen", "list_rows"} <= set(NAMING)


def test_noting_is_kept_once_and_can_be_taken_back(data_folder):
    dataset = built()
    app = opened(dataset.id, unknown="1")
    assert "win_back" in str(keys(app))
    app.selectbox(key="handing_out.hold").set_value("tenth").run()
    pressed(app, "handing_out.lists.note")
    found = contacts.of(access.find(dataset.id, OWNER))
    assert len(found) > 10
    assert found["customer_id"].is_unique
    assert found["control"].sum() == holding_back.size(len(found), 0.1)
    assert found["list"].eq("win_back").all()
    assert found["seed"].notna().all()
    number = found["customer_id"].str[1:].astype(int)
    assert not (number % 3 == 1).any()
    assert "handing_out.lists.note" not in keys(app)
    said = words(app)
    assert f"{(~found['control'].astype(bool)).sum()} customers contacted" in said
    assert f"{found['control'].sum()} held back" in said
    # Another name for the same list: all of them were written to just now.
    again = opened(dataset.id, unknown="1")
    again.text_input(key="handing_out.lists.Win back.campaign").set_value("More").run()
    assert f"{len(found)} contacted or held back in the last 14 days" in words(again)
    pressed(app, "handing_out.take_back.lists")
    pressed(app, "handing_out.take_back.yes")
    assert contacts.of(access.find(dataset.id, OWNER)).empty
    assert "handing_out.lists.note" in keys(app.run())
    datasets.delete(dataset)


def test_noting_twice_at_once_notes_once(data_folder):
    """Two tabs drew the button; both press it."""
    dataset = built()
    one, other = (opened(dataset.id) for _ in range(2))
    for app in (one, other):
        app.button(key="handing_out.lists.note").click()
    pressed(one, "handing_out.lists.note")
    other.run()
    assert not other.exception
    found = contacts.of(access.find(dataset.id, OWNER))
    assert len(found)
    assert found["customer_id"].is_unique
    datasets.delete(dataset)


def test_the_files_of_a_campaign_are_those_that_were_noted(data_folder):
    dataset = built()
    going_out = {**whole(), **EVERYBODY, "share": 0.2, "seed": "s"}
    rows = queries.rows(queries.Shop(dataset), "hand_out_rows", **going_out)
    noted = rows[["customer_id", "control"]].assign(
        campaign="June",
        list="win_back",
        contacted_on=pd.Timestamp(2026, 1, 1),
        offer="Free tea",
        seed="s",
    )
    contacts.note(access.find(dataset.id, OWNER), noted)
    shop = queries.Shop(access.find(dataset.id, OWNER).dataset)
    known = queries.ask(shop, "noted", campaign="June")
    assert known.control == rows["control"].sum()
    assert known.contacted == (~rows["control"]).sum()
    assert known.offer == "Free tea"
    assert queries.ask(shop, "noted", campaign="May") is None
    found = queries.rows(shop, "noted_rows", campaign="June", **whole())
    both = found.merge(rows, on="customer_id", suffixes=("", "_then"))
    assert len(both) == len(found) == len(rows)
    assert (both["control"] == both["control_then"]).all()
    assert both["email"].fillna("").eq(both["email_then"].fillna("")).all()
    datasets.delete(dataset)
    queries.forget()


def noted_of(rows: pd.DataFrame, campaign: str = "June", **more) -> pd.DataFrame:
    given = {"control": False, "list": "x", "offer": None, "seed": None}
    day = pd.Timestamp(2025, 12, 30)
    given |= {"campaign": campaign, "contacted_on": day, **more}
    return rows[["customer_id"]].assign(**given)


def test_a_note_holds_whoever_is_looked_at(data_folder):
    """Of the customers of one product, and before they bought anything."""
    dataset = built()
    going_out = {**whole(), **EVERYBODY, "share": 0.0, "seed": ""}
    rows = queries.rows(queries.Shop(dataset), "hand_out_rows", **going_out)
    early = pd.Timestamp(2024, 12, 1)
    contacts.note(access.find(dataset.id, OWNER), noted_of(rows, contacted_on=early))
    app = opened(dataset.id, customers="product", value="Pot")
    app.text_input(key="handing_out.lists.Win back.campaign").set_value("June").run()
    assert not app.exception
    assert f"{len(rows)} customers contacted" in words(app)
    assert "handing_out.lists.note" not in keys(app)
    shop = queries.Shop(access.find(dataset.id, OWNER).dataset, Slice("product", "Pot"))
    base = queries.ask(shop, "hand_out_base", **whole())
    assert base.rows["rested"].gt(300).any()
    datasets.delete(dataset)
    queries.forget()


def test_files_of_a_campaign_hold_nobody_who_left_the_list_without_words(data_folder):
    dataset = built()
    shop = queries.Shop(dataset)
    some = queries.rows(shop, "list_chosen", **whole()["asked"])
    everybody = pd.DataFrame({"customer_id": [f"C{n:03}" for n in range(120)]})
    contacts.note(access.find(dataset.id, OWNER), noted_of(everybody))
    shop = queries.Shop(access.find(dataset.id, OWNER).dataset)
    known = queries.ask(shop, "noted", campaign="June")
    # Every third said no; of the others every tenth has no address.
    agreed = [n for n in range(120) if n % 3 != 1]
    assert known.contacted == 120
    assert known.reached["all"] == known.reached["merge"] == len(agreed)
    assert known.reached["mailchimp"] == sum(n % 10 != 0 for n in agreed)
    found = queries.rows(shop, "noted_rows", campaign="June", **whole())
    assert found["listed"].sum() == len(some) < len(found) == 120
    found = handing.to_be_written(found, held=False, form="all")
    tiers = Source(
        name="x",
        question="x",
        asked={},
        customers=1,
        reasons=lambda _, frame: frame["purchase_days"].astype("str") + " days",
    )
    page = SimpleNamespace()
    letter = mailing.Letter("June", "Win back")
    written = handed_out._written(page, tiers, found, ("all", letter))
    said = written.set_index("customer_id")["why"]
    assert said[said.ne("")].str.fullmatch("[0-9]+ days").all()
    assert set(said[said.ne("")].index) <= set(some["customer_id"])
    assert len(written) == len(agreed)
    datasets.delete(dataset)
    queries.forget()


def test_a_press_on_files_of_other_data_notes_nothing(data_folder):
    """Somebody notes another campaign while the page stands."""
    dataset = built()
    app = opened(dataset.id)
    rows = pd.DataFrame({"customer_id": ["C002"]})
    contacts.note(access.find(dataset.id, OWNER), noted_of(rows, "Another"))
    pressed(app, "handing_out.lists.note")
    assert set(contacts.of(access.find(dataset.id, OWNER))["campaign"]) == {"Another"}
    assert "take them again, then note" in words(app)
    pressed(app, "handing_out.lists.note")
    assert contacts.of(access.find(dataset.id, OWNER))["campaign"].nunique() == 2
    datasets.delete(dataset)
    queries.forget()


def test_a_letter_to_an_address_is_one_to_everybody_who_has_it(data_folder):
    files = dict(export())
    people = files["customers.csv"].replace(b",c5@example.com", b",C3@Example.com")
    dataset = datasets.create([*{**files, "customers.csv": people}.items()])
    datasets.build(dataset, Answers())
    told = noted_of(pd.DataFrame({"customer_id": ["C003"]}))
    contacts.note(access.find(dataset.id, OWNER), told)
    orders = access.find(dataset.id, OWNER).dataset.open_orders()
    assert set(handing._rested(orders).index) == {"C003", "C005"}
    datasets.delete(dataset)


def test_in_the_sample_shop_nothing_is_noted_and_the_page_says_why(sample):
    app = opened(sample.id, window="99")
    assert "In the sample shop nothing is noted" in words(app)
    assert "handing_out.lists.note" not in keys(app)
    assert any("lists.win_back.contacted" in str(each) for each in keys(app))


def test_without_addresses_a_mail_merge_is_offered(data_folder):
    dataset = built(emails=False)
    app = opened(dataset.id, form="mailchimp")
    assert "no e-mail addresses" in words(app)
    plain = opened(dataset.id)
    assert plain.segmented_control(key="handing_out.form").value == "merge"
    assert "no e-mail addresses" not in words(plain)
    assert any("contacted.merge" in str(each) for each in keys(plain))
    datasets.delete(dataset)


@pytest.mark.parametrize("lists", [True, False])
def test_a_view_link_notes_nothing_and_hides_whom_it_hides(lists, data_folder):
    store = open_store()
    dataset = built()
    said = {"name": "Shop", "owner": "Ann", "contact": "", "settings": Settings()}
    board, _, _ = store.save(dataset.folder, browser=OWNER, **said)
    datasets.delete(dataset)
    terms = Terms(pages=("lists",), lists=lists, names=lists)
    link, token = store.link(board.id, kind="view", label="client", terms=terms)
    store.arrive(token, VIEWER)
    app = opened(link.id, VIEWER)
    assert "handing_out.lists.note" not in keys(app)
    assert "handing_out.silent" not in str([each.key for each in app.number_input])
    offered = [each for each in keys(app) if "contacted" in str(each)]
    assert bool(offered) == lists == bool(app.dataframe)
    told = "noted by whoever may change" if lists else "not part of what was shared"
    assert told in words(app)
    store.delete(board.id)
    queries.forget()


def test_what_so_many_can_show_is_said_in_words(shop):
    class Page(SimpleNamespace):
        pass

    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

    page = Page(texts=Texts("en"), formats=Formats("en", "EUR"))
    said = holding_back._can_show(page, 412, 30 / 412, 0.1)
    assert said.startswith("With 412 customers and 30 of them held back, only a")
    assert "points or more could be seen" in said
    assert "nobody will know" in holding_back._can_show(page, 412, 0.0, 0.1)


def test_a_written_list_says_why_in_words(shop):
    from retention_ui.formats import Formats
    from retention_ui.texts import Texts

    page = SimpleNamespace(texts=Texts("en"), formats=Formats("en", "EUR"), shop=shop)
    source = Source(
        name="win_back",
        question="list_chosen",
        asked=whole()["asked"],
        customers=1,
        reasons=lambda _, frame: frame["customer_id"].radd("because "),
    )
    going = Going(mailing.Letter("June", "Win back"), EVERYBODY, dt.date(2026, 1, 1))
    rows = handed_out._rows(page, source, going)
    found = handed_out._written(page, source, rows, ("all", going.letter))
    assert found["why"].str.startswith("because C").all()
    assert {"campaign", "list", "offer", "customer_id", "email"} <= set(found)
    assert "control" not in found
    assert "first" not in found
