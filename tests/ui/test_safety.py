"""What an adversary found: data that was not theirs, pages that fell over."""

from __future__ import annotations

import asyncio
import resource
import shutil
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
import streamlit as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from benchmarks.serving import Server
from benchmarks.viewer import Viewer
from retention_core.ingest.model import Answers
from retention_ui import access, datasets, queries
from retention_ui.keeping import copies
from retention_ui.keeping.model import NotHereError, Settings, Terms
from retention_ui.keeping.problems import DiskFullError
from retention_ui.keeping.store import open_store
from retention_ui.serving.gate import Bounds
from retention_ui.serving.rates import Rates
from retention_ui.share import new_link
from tests.ui.test_access import NOTHING, everything, headings, tab

ANN, BEN = "a" * 32, "b" * 32
HEAD = "Order,Date,Customer,Product,Amount,Currency,Country\n"
ROWS = [
    f"{n},{2024 + n // 60}-{1 + n % 12:02}-{1 + n % 28:02},person-{n % 13},"
    f"{'Tea' if n % 2 else 'Cup'},{5 + n % 7},EUR,{'Chile' if n % 13 % 2 else 'Peru'}"
    for n in range(1, 121)
]
# A row that cannot be used is offered for download, as it came.
WITHOUT_A_DAY = "121,,zqxj-person,Tea,5,EUR,Chile"
pytestmark = pytest.mark.filterwarnings("ignore:connect:DeprecationWarning")


def shop(*lines: str):
    text = HEAD + "\n".join(lines or (*ROWS, WITHOUT_A_DAY))
    found = datasets.create([("orders.csv", text.encode())])
    datasets.build(found, Answers())
    return found


@pytest.fixture(scope="module")
def server(sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    # The shop need not be built a second time.
    (folder / sample.folder.name).symlink_to(sample.folder)
    with pytest.MonkeyPatch.context() as patch, Server(folder) as started:
        patch.setenv("KEPT_DATA", str(folder))
        queries.forget()
        yield started
    queries.forget()


@pytest.fixture(scope="module")
def built(server):
    return shop()


@pytest.fixture
def saved(built):
    """A dashboard that Ann holds the key to: itself, its key, the token of that."""
    folder = built.folder.with_name("s" * 32)
    shutil.copytree(built.folder, folder, dirs_exist_ok=True)
    said = {"name": "Shop", "owner": "Ann", "contact": "", "settings": Settings()}
    return open_store().save(folder, browser=ANN, **said)


def shared(dashboard, **terms):
    """A view link that Ben holds, and its token."""
    link, token = open_store().link(
        dashboard.id, kind="view", label="Ben", terms=Terms(**terms)
    )
    open_store().arrive(token, BEN)
    return link, token


def heard(*sent: bytes, **headers: str) -> list[str]:
    """What the app is told of what a tab sends; what a tab itself is told last."""
    found = []
    waiting = [{"type": "websocket.receive", "bytes": each} for each in sent]

    async def app(scope, receive, send):
        while waiting:
            message = await receive()
            found.append(BackMsg.FromString(message["bytes"]).WhichOneof("type"))

    async def receive():
        return waiting.pop(0)

    async def send(message):
        found.append(message["type"])

    scope = {
        "type": "websocket",
        "client": ("203.0.113.7", 50000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    with ThreadPoolExecutor(1) as thread:
        asked = Bounds(app, Rates())(scope, receive, send)
        thread.submit(asyncio.run, asked).result()
    return found


def test_the_app_hears_of_a_tab_only_what_a_tab_has_to_say():
    """Streamlit empties everybody's caches for any tab that says so."""
    beat = BackMsg(app_heartbeat=True).SerializeToString()
    others = [
        BackMsg(clear_cache=True),
        BackMsg(load_git_info=True),
        BackMsg(set_run_on_save=True),
        BackMsg(debug_shutdown_runtime=True),
    ]
    said = [each.SerializeToString() for each in others]
    assert heard(beat, *said, beat) == ["app_heartbeat"] * 2


@pytest.mark.parametrize(
    ("origin", "opens"),
    [
        ("https://kept.example", True),
        ("http://localhost:8501", True),
        ("https://evil.example", False),
        ("https://kept.example.evil.example", False),
        ("https://kept.example:8443", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_a_tab_is_opened_by_a_page_of_ours(origin, opens):
    beat = BackMsg(app_heartbeat=True).SerializeToString()
    found = heard(beat, host="kept.example", origin=origin)
    assert found == (["app_heartbeat"] if opens else ["websocket.close"])


def test_no_page_of_another_site_opens_a_tab(server):
    before = server.words()
    with pytest.raises(InvalidStatus):
        connect(
            f"ws{server.address.removeprefix('http')}/_stcore/stream",
            origin=Origin("https://evil.example"),
            subprotocols=[Subprotocol("streamlit")],
        )
    # Streamlit would have asked a machine elsewhere for our address, and all waited.
    assert "external IP" not in server.words().removeprefix(before)


def test_rows_that_were_not_used_go_to_nobody_whose_key_was_withdrawn(server, saved):
    dashboard, *_ = saved
    key, token = open_store().link(
        dashboard.id, kind="edit", label="Ben", terms=Terms()
    )
    with Viewer(server.address) as viewer:
        viewer.open(f"/s/{token}")
        viewer.go("data", viewer.query)
        button = viewer.screen.find("data.rows").element
        asked = BackMsg()
        request = asked.backend_operation_request
        request.request_id = uuid.uuid4().hex
        request.session_id = viewer.session
        request.deferred_file.file_id = button.deferred_file_id

        def given() -> str:
            viewer.wire.send(asked)
            for message, _ in viewer.wire.messages():
                if message.WhichOneof("type") == "backend_operation_response":
                    break
            return message.backend_operation_response.deferred_file.url

        url = given()
        assert b"zqxj-person" in viewer.wire.get(url)[1]
        open_store().revoke(key.id)
        assert given() == ""


def test_a_link_of_customers_that_are_no_more_says_so_and_names_nobody(saved):
    dashboard, *_ = saved
    link, _ = shared(dashboard, customers=("country", "Peru"), choose=False)
    assert access.find(link.id, BEN).dataset.built
    left = shop(*(row for row in ROWS if "Peru" not in row))
    store = open_store()
    made = store.commit(dashboard.id, left.folder, based_on=1, by="Ann", change="added")
    with pytest.raises(copies.NobodyLeftError):
        access.find(link.id, BEN)
    for name in ("overview", "cohorts", "data"):
        app = tab(name, link.id)
        assert next(each.value for each in app.error).startswith(
            r"**The customers that this link shows are not in the newest data.**"
        )
        sent = everything(app)
        assert not [each for each in ("Chile", "country", "person-") if each in sent]
        assert app.query_params["d"] == link.id
    # With them its link is what it was.
    store.restore(dashboard.id, 1, by="Ann", based_on=made.number)
    assert headings(tab("cohorts", link.id))


def test_a_link_of_a_column_that_is_no_more_does_not_say_which_there_are(saved):
    link, _ = shared(saved[0], customers=("customer.town", "Kyoto"), choose=False)
    app = tab("cohorts", link.id)
    assert not app.exception
    said = " ".join(each.value for each in app.error)
    assert "not in the newest data" in said
    assert "country" not in said


def test_a_full_disk_is_said_and_leaves_nothing_of_the_copy(saved):
    dashboard, *_ = saved
    link, _ = shared(dashboard)
    home = dashboard.version.folder.parents[1] / "copies"
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.RLIM_INFINITY))
    try:
        with pytest.raises(DiskFullError):
            access.find(link.id, BEN)
    finally:
        whole = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    assert not [*home.iterdir()]
    assert access.find(link.id, BEN).dataset.built


def test_where_dates_are_fixed_marks_of_other_days_are_not_sent(saved):
    dashboard, *_ = saved
    noted = (("2024-02-03", "Before it"), ("2024-05-03", "Within it"))
    open_store().settle(dashboard.id, lambda s: replace(s, marks=noted))
    fixed = {"dates": "custom", "from": "2024-04-01", "to": "2024-06-30"}
    link, _ = shared(dashboard, dates=fixed)
    for name in ("overview", "cohorts", "churn"):
        app = tab(name, link.id)
        assert "Within it" in everything(app)
        assert "Before it" not in everything(app)
    free, _ = shared(dashboard)
    assert "Before it" in everything(tab("churn", free.id))


@pytest.mark.parametrize("name", ["overview", "cohorts", "share"])
def test_a_page_whose_dashboard_goes_while_it_is_drawn_ends_in_nothing_here(
    saved, name, monkeypatch
):
    dashboard, key, _ = saved
    address, browser = key.id, ANN
    if name != "share":
        address, browser = shared(dashboard)[0].id, BEN
    drawn = st.header

    def header(*given, **named):
        with suppress(NotHereError):
            open_store().delete(dashboard.id)
            queries.forget()
        return drawn(*given, **named)

    monkeypatch.setattr(st, "header", header)
    app = tab(name, address, browser)
    assert headings(app) == [NOTHING]
    assert "Shop" not in everything(app)
    assert "d" not in app.query_params


@pytest.mark.parametrize(
    ("here", "terms", "start"),
    [
        ("cohorts?split=country&group=Peru", Terms(choose=False), "cohorts"),
        ("cohorts?grain=week", Terms(choose=False), "cohorts?grain=week"),
        (
            "baskets?leave_out=Tea",
            Terms(customers=("country", "Chile"), choose=False),
            "baskets",
        ),
    ],
)
def test_no_address_names_a_group_that_a_link_does_not_show(here, terms, start):
    assert new_link.opens(here, terms) == start
