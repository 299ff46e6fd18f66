"""Where links arrive: who is let in, and what everybody else is told."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as some

from retention_ui import state
from retention_ui.keeping.model import PAGES, Link, NotHereError, Settings, Terms
from retention_ui.keeping.store import open_store
from retention_ui.serving.arrival import _target
from retention_ui.serving.rates import PASSWORDS_IN_ALL, Rates
from tests.ui.arriving import Asking, served

NOW = dt.datetime.now(dt.UTC)
BEFORE = NOW - dt.timedelta(seconds=1)
HOME = "http://kept.example"
WORDS = "Correct horse, battery stäple"
OWNERS = "owner" * 6 + "--"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/150.0 Safari/537.36"


@pytest.fixture
def store(sample, tmp_path, monkeypatch):
    monkeypatch.setenv("KEPT_DATA", str(tmp_path / "kept"))
    return open_store()


@pytest.fixture
def save(store, sample):
    def saved(name="Tea shop"):
        return store.save(
            sample.folder,
            name=name,
            owner="Ann",
            contact="ann@tea.example",
            settings=Settings(),
            browser=OWNERS,
        )

    return saved


@pytest.fixture
def share(store, save):
    dashboard = save()[0]

    def shared(kind="view", **terms):
        options = {"label": "Mia", "terms": Terms()} | terms
        return store.link(dashboard.id, kind=kind, **options)

    return shared


@pytest.fixture
def browser():
    return Asking(served())


def landed(path, answer):
    """The path and the query that an answer leads to."""
    assert answer.status == 303
    assert answer["cache-control"] == "no-store"
    to = urlsplit(urljoin(f"{HOME}{path}", answer["location"]))
    assert f"{to.scheme}://{to.netloc}" == HOME
    return to.path, dict(parse_qsl(to.query, keep_blank_values=True))


@pytest.mark.parametrize("kind", ["view", "edit"])
def test_a_link_becomes_a_right_of_the_browser_that_opened_it(
    kind, share, store, browser
):
    link, token = share(kind)
    answer = browser.get(f"/s/{token}")
    assert landed(f"/s/{token}", answer) == ("/", {"d": link.id})
    assert token not in answer["location"]
    key = browser.cookies[state.COOKIE]
    assert state.is_key(key)
    assert store.held(link.id, key)[1].id == link.id
    with pytest.raises(NotHereError):
        store.held(link.id, state.new_key())


def test_the_answer_that_leads_on_brings_the_key(share, browser):
    _, token = share()
    given = browser.get(f"/s/{token}")["set-cookie"]
    assert given.startswith(f"{state.COOKIE}=")
    assert "; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax" in given
    assert "Secure" not in given
    key = browser.cookies[state.COOKIE]
    browser.get(f"/s/{token}")
    assert browser.cookies[state.COOKIE] == key


def test_one_browser_may_hold_several_links(share, store, browser):
    links = [share(kind) for kind in ("view", "edit", "view")]
    for _, token in links:
        browser.get(f"/s/{token}")
    key = browser.cookies[state.COOKIE]
    assert [store.held(link.id, key)[1].id for link, _ in links] == [
        link.id for link, _ in links
    ]


def test_everybody_else_is_told_the_same(share, store, save, browser):
    expired = share(expires_at=BEFORE)[1]
    link, revoked = share()
    store.revoke(link.id)
    other, _, deleted = save("Deleted")
    store.delete(other.id)
    gone = save("Gone")
    store.expire(gone[0].id, BEFORE)
    guessed = state.new_key() + "x" * 11
    right = share()[1]
    cut = right[:-1]
    paths = [expired, revoked, deleted, gone[2], guessed, cut, f"{cut}/cohorts"]
    paths += ["x" * 5000, "ü%00", f"{right}/cohorts/x", right.swapcase()]
    answers = [browser.get(f"/s/{path}") for path in paths]
    answers.append(browser.post(f"/s/{expired}", WORDS))
    assert {answer.status for answer in answers} == {404}
    assert len({answer.body for answer in answers}) == 1
    headers = [
        [pair for pair in each.headers if pair[0] != "set-cookie"] for each in answers
    ]
    assert all(each == headers[0] for each in headers)
    for word in ("Tea", "Ann", "Mia", "Deleted", "tea.example"):
        assert word not in answers[0].text


def test_a_token_opens_its_own_dashboard_and_no_other(save, store, browser):
    mine, _, token = save("Mine")
    theirs, key, _ = save("Theirs")
    _, query = landed("/s/x", browser.get(f"/s/{token}"))
    held = store.held(query["d"], browser.cookies[state.COOKIE])[0]
    assert held.id == mine.id != theirs.id
    with pytest.raises(NotHereError):
        store.held(key.id, browser.cookies[state.COOKIE])


def test_a_link_leads_to_its_start_or_to_the_page_that_is_asked_for(share, browser):
    start = {"start": "cohorts?grain=week&measure=money"}
    link, token = share(**start)
    asked = {
        "": ("/cohorts", {"grain": "week", "measure": "money"}),
        "?embed=true": (
            "/cohorts",
            {"grain": "week", "measure": "money", "embed": "true"},
        ),
        "?grain=year": ("/cohorts", {"grain": "year", "measure": "money"}),
        "/churn?window=90": ("/churn", {"window": "90"}),
        "/overview": ("/", {}),
        "/data": ("/cohorts", {"grain": "week", "measure": "money"}),
        "/churn?d=sample&window=90": ("/churn", {"window": "90"}),
        "?a=%0d%0aX:1&b=%C3%A4&c=": (
            "/cohorts",
            {"grain": "week", "measure": "money", "a": "\r\nX:1", "b": "ä", "c": ""},
        ),
    }
    for path, (page, query) in asked.items():
        found = landed(f"/s/{token}{path}", browser.get(f"/s/{token}{path}"))
        assert found == (page, {"d": link.id} | query), path


def test_a_link_of_few_pages_leads_to_one_of_them(share, browser):
    link, token = share(terms=Terms(pages=("churn", "risk")), start="cohorts?a=b")
    assert landed("/s/x", browser.get(f"/s/{token}")) == ("/churn", {"d": link.id})
    found = landed("/s/x/risk", browser.get(f"/s/{token}/risk"))
    assert found == ("/risk", {"d": link.id})


TEXT = some.text(max_size=30)


@given(page=TEXT, start=TEXT, query=TEXT)
def test_whatever_is_asked_a_link_leads_to_a_page_of_ours(page, start, query):
    link = Link("i" * 16, "x", "view", "", Terms(), NOW, start=start)
    target = _target(link, page, query)
    to = urlsplit(urljoin(f"{HOME}/s/token", f"../{target}"))
    assert f"{to.scheme}://{to.netloc}" == HOME
    assert to.path.strip("/") in {"", *PAGES[1:]}
    assert [value for name, value in parse_qsl(to.query) if name == "d"] == [link.id]


def test_a_password_is_asked_for_once(share, store, browser):
    link, token = share(password=WORDS, start="churn")
    asked = browser.get(f"/s/{token}?embed=true")
    assert asked.status == 200
    assert '<label for="password">' in asked.text
    assert "<script" not in asked.text
    for word in ("Tea", "Ann", "Mia", token, link.id):
        assert word not in asked.text
    with pytest.raises(NotHereError):
        store.held(link.id, browser.cookies[state.COOKIE])
    wrong = browser.post(f"/s/{token}?embed=true", "horse")
    assert wrong.status == 403
    assert "not the password" in wrong.text
    assert "horse" not in wrong.text
    right = browser.post(f"/s/{token}?embed=true", WORDS)
    found = landed(f"/s/{token}", right)
    assert found == ("/churn", {"d": link.id, "embed": "true"})
    assert store.held(link.id, browser.cookies[state.COOKIE])
    assert browser.get(f"/s/{token}").status == 303


def test_the_password_of_another_link_is_wrong(share, browser):
    _, token = share(password=WORDS)
    share(password="other words")  # noqa: S106
    assert browser.post(f"/s/{token}", "other words").status == 403
    assert browser.post(f"/s/{token}", "").status == 200
    assert browser.post(f"/s/{token}", "x" * 10_000).status == 200


def test_wrong_passwords_are_counted_by_link_and_client(share):
    app = served()
    _, token = share(password=WORDS)
    _, other = share(password=WORDS)
    guesser = Asking(app)
    codes = [guesser.post(f"/s/{token}", "guess").status for _ in range(12)]
    assert codes == [403] * 10 + [429] * 2
    told = guesser.post(f"/s/{token}", WORDS)
    assert told.status == 429
    assert 0 < int(told["retry-after"]) <= 15 * 60
    assert "15 minutes" in told.text
    assert guesser.post(f"/s/{other}", WORDS).status == 303
    assert Asking(app, client="198.51.100.1").post(f"/s/{token}", WORDS).status == 303


def test_a_link_that_all_the_world_guesses_at_takes_no_more_for_a_while(share):
    rates = Rates()
    app = served(rates)
    _, token = share(password=WORDS)
    _, other = share(password=WORDS)
    of_link = hashlib.sha256(token.encode()).hexdigest()
    assert all(rates.hit(PASSWORDS_IN_ALL, of_link) for _ in range(99))
    first, last = (Asking(app, client=f"198.51.100.{n}") for n in (1, 2))
    assert first.post(f"/s/{token}", "guess").status == 403
    assert last.post(f"/s/{token}", WORDS).status == 429
    assert last.post(f"/s/{other}", WORDS).status == 303


def test_guesses_at_once_are_counted_too(share):
    _, token = share(password=WORDS)
    guesser = Asking(served())

    async def at_once():
        asked = [
            guesser.asked("POST", f"/s/{token}", body=f"password=guess{n}")
            for n in range(30)
        ]
        return [answer.status for answer in await asyncio.gather(*asked)]

    with ThreadPoolExecutor(1) as thread:
        codes = thread.submit(asyncio.run, at_once()).result()
    assert set(codes) == {403, 429}
    assert codes.count(403) <= 11


def test_more_than_can_be_served_are_told_to_wait(share):
    _, token = share(password=WORDS)
    crowd = Asking(served())

    async def at_once():
        asked = [
            crowd.asked("POST", f"/s/{token}", body="password=guess") for _ in range(60)
        ]
        return await asyncio.gather(*asked)

    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(asyncio.run, at_once()).result()
    assert any(each.status == 503 and each["retry-after"] for each in answers)


def test_wrong_links_are_counted_and_right_ones_always_pass(share):
    app = served()
    _, token = share()
    office = [Asking(app) for _ in range(50)]
    assert {each.get(f"/s/{token}").status for each in office} == {303}
    codes = [office[0].get(f"/s/guess{n}").status for n in range(32)]
    assert codes == [404] * 30 + [429] * 2
    told = office[0].get("/s/guess")
    assert 0 < int(told["retry-after"]) <= 10 * 60
    assert "minutes" in told.text
    assert office[1].get(f"/s/{token}").status == 303
    assert Asking(app, client="198.51.100.1").get("/s/guess").status == 404


def test_a_household_counts_as_one_however_many_addresses_it_has():
    app = served()
    asked = [Asking(app, client=f"2001:db8:1:2::{n:x}") for n in range(1, 34)]
    codes = [each.get("/s/guess").status for each in asked]
    assert codes.count(404) == 30
    assert Asking(app, client="2001:db8:1:3::1").get("/s/guess").status == 404


@pytest.mark.parametrize(
    "agent",
    [
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5",
        "TelegramBot (like TwitterBot)",
    ],
)
def test_robots_see_a_plain_page_and_use_nothing_up(agent, share, store, browser):
    link, token = share()
    answers = [browser.get(f"/s/{path}", user_agent=agent) for path in (token, "x")]
    assert [each.status for each in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    assert "noindex" in answers[0]["x-robots-tag"]
    assert "Tea" not in answers[0].text
    found = next(each for each in store.links(link.dashboard) if each.id == link.id)
    assert found.last_used_at is None
    # Whoever is taken for one has a button.
    assert browser.post(f"/s/{token}", "", user_agent=agent).status == 303


def test_people_with_odd_telephones_are_no_robots(share, browser):
    _, token = share()
    phone = "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 Chrome/90"
    for agent in (CHROME, phone, "curl/8.0", ""):
        assert browser.get(f"/s/{token}", user_agent=agent).status == 303


def test_asking_without_opening_uses_nothing_up(share, store, browser):
    link, token = share()
    head = browser.ask("HEAD", f"/s/{token}")
    assert head.status == 303
    assert not browser.cookies
    assert browser.ask("HEAD", "/s/guess").status == 404
    ahead = browser.get(f"/s/{token}", sec_purpose="prefetch;prerender")
    assert ahead.status == 503
    assert not ahead.body
    picture = browser.get(f"/s/{token}", sec_fetch_mode="no-cors")
    assert picture.status == 303
    assert not browser.cookies
    found = next(each for each in store.links(link.dashboard) if each.id == link.id)
    assert found.last_used_at is None


def test_a_form_of_another_site_takes_no_browser_its_key(share, browser):
    _, token = share(password=WORDS)
    sent = browser.post(f"/s/{token}?a=b", WORDS, sec_fetch_site="cross-site")
    assert landed(f"/s/{token}", sent) == (f"/s/{token}", {"a": "b"})
    assert not browser.cookies
    browser.get(f"/s/{token}")
    key = dict(browser.cookies)
    assert (
        browser.post(f"/s/{token}", WORDS, sec_fetch_site="same-origin").status == 303
    )
    assert browser.cookies == key


def test_other_methods_and_addresses_of_links_lead_nowhere(browser):
    assert browser.ask("PUT", "/s/x").status == 405
    for path in ("/s/", "/s/x/", "/s/x/y/z", "/s//evil.example"):
        assert browser.get(path).status == 404
