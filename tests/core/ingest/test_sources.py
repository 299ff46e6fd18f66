from __future__ import annotations

import http.server
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit

import pytest

import retention_core as rc
from retention_core.ingest import source_errors as errors
from retention_core.ingest.sources import SourceLimits, allowed, fetch

ORDERS = b"Order,Date,Customer,Total\n1,2024-03-01,ann,5.00\n2,2024-04-01,bo,7.50\n"
OPEN = SourceLimits(private=True, seconds=5)


class Shelf(http.server.BaseHTTPRequestHandler):
    """What lies at each path: bytes, or where to look instead."""

    things: dict[str, bytes | tuple[int, str]]

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def _answer(self, *, body):
        url = urlsplit(self.path)
        asked = parse_qs(url.query)
        if "list-type" in asked:
            return self._list(url.path.strip("/"), asked)
        thing = self.things.get(url.path)
        if thing is None:
            return self._send(404, b"")
        if isinstance(thing, tuple):
            return self._send(thing[0], b"", Location=thing[1])
        span = self.headers.get("Range")
        if span:
            first, last = span.removeprefix("bytes=").split("-")
            thing = thing[int(first) : int(last) + 1]
        return self._send(206 if span else 200, thing if body else b"", size=len(thing))

    def _list(self, bucket, asked):
        prefix = asked.get("prefix", [""])[0]
        keys = [each.removeprefix(f"/{bucket}/") for each in self.things]
        found = "".join(
            f"<Contents><Key>{key}</Key><Size>{len(self.things[f'/{bucket}/{key}'])}"
            "</Size><LastModified>2024-03-01T00:00:00.000Z</LastModified></Contents>"
            for key in sorted(keys)
            if key.startswith(prefix) and f"/{bucket}/{key}" in self.things
        )
        count = f"<KeyCount>{found.count('<Key>')}</KeyCount>"
        body = f"<ListBucketResult>{count}{found}</ListBucketResult>"
        self._send(200, body.encode())

    def _send(self, code, body, size=None, **headers):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        self.send_header("Last-Modified", "Fri, 01 Mar 2024 00:00:00 GMT")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def shelf(monkeypatch):
    """A server on this machine; its things by path, and its address."""
    monkeypatch.setattr(Shelf, "things", {}, raising=False)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Shelf.things, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def names(found):
    return [name for _, name in found]


def test_a_file_of_this_machine_stays_in_place(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(ORDERS)
    assert fetch(str(path), tmp_path / "new") == [(path, "orders.csv")]
    assert not (tmp_path / "new").exists()
    with pytest.raises(errors.SourceNotFoundError, match="nothing at"):
        fetch(str(tmp_path / "no.csv"), tmp_path)


def test_a_folder_gives_its_tables_in_order(tmp_path):
    for name in (
        "b/2.CSV",
        "b/1.xlsx",
        "a.csv.gz",
        "notes.pdf",
        ".hidden.csv",
        "~$x.xls",
    ):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    outside = tmp_path / "secret.csv"
    outside.write_bytes(b"x")
    (tmp_path / "in" / "link.csv").symlink_to(outside)
    found = fetch(str(tmp_path / "in"), tmp_path / "new")
    assert names(found) == ["a.csv.gz", "b/1.xlsx", "b/2.CSV"]
    with pytest.raises(errors.TooManyFilesError, match="3 files"):
        fetch(str(tmp_path / "in"), tmp_path, SourceLimits(files=2))
    (tmp_path / "in" / "b" / "1.xlsx").write_bytes(bytes(2_000_000))
    few = SourceLimits(size=1_000_000)
    for each in ("in", "in/b/1.xlsx"):
        with pytest.raises(errors.SourceTooLargeError, match="1 MB"):
            fetch(str(tmp_path / each), tmp_path, few)
    assert fetch(str(tmp_path / "in" / "a.csv.gz"), tmp_path, few)
    (tmp_path / "empty").mkdir()
    with pytest.raises(errors.NoTablesError, match=r"\.csv"):
        fetch(str(tmp_path / "empty"), tmp_path)


@pytest.mark.parametrize(
    ("uri", "prefix", "fits"),
    [
        ("s3://shop/exports/2024.csv", "s3://shop/exports", True),
        ("s3://shop/exports/2024.csv", "s3://shop/exports/", True),
        ("s3://shop/exports", "s3://shop/exports/", True),
        ("s3://shop/exports-old/2024.csv", "s3://shop/exports", False),
        ("s3://shop/exports/../secret.csv", "s3://shop/exports", False),
        ("s3://shop/exports/%2e%2e/secret.csv", "s3://shop/exports", False),
        ("s3://shop/exports/..%2fsecret.csv", "s3://shop/exports", False),
        ("gs://shop/exports/2024.csv", "s3://shop/exports", False),
        ("https://data.example/x.csv", "https://data.example", True),
        ("HTTPS://Data.Example/x.csv", "https://data.example", True),
        ("https://data.example.evil/x.csv", "https://data.example", False),
        ("https://data.example@evil.example/x.csv", "https://data.example", False),
        ("https://data.example:444/x.csv", "https://data.example", False),
        ("http://data.example/x.csv", "https://data.example", False),
        ("/srv/exports/x.csv", "https://data.example", False),
    ],
)
def test_a_url_lies_in_a_place_or_not(uri, prefix, fits):
    assert allowed(uri, [prefix]) is fits
    assert not allowed(uri, [])


def test_a_path_may_not_leave_its_folder(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    for each in (inside, outside):
        each.mkdir()
        (each / "x.csv").write_bytes(ORDERS)
    (inside / "link.csv").symlink_to(outside / "x.csv")
    (inside / "door").symlink_to(outside)
    given = [str(inside)]
    assert allowed(str(inside / "x.csv"), given)
    assert allowed(str(inside), given)
    for each in ("../out/x.csv", "link.csv", "door/x.csv"):
        assert not allowed(f"{inside}/{each}", given)
    assert not allowed(str(tmp_path / "in2"), given)
    limits = SourceLimits(prefixes=(str(inside),))
    with pytest.raises(errors.SourceNotAllowedError):
        fetch(str(inside / "link.csv"), tmp_path, limits)
    assert fetch(str(inside / "x.csv"), tmp_path, limits)


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "ftp://x/y.csv", "data://x,y"])
def test_other_schemes_are_refused(tmp_path, uri):
    with pytest.raises(errors.SourceNotAllowedError):
        fetch(uri, tmp_path, OPEN)


ODD = [
    *("https://[", "s3://[", "https://[::1", "https://\u2100.example/x"),
    *("a\0b", "x" * 5_000, "/etc/passwd/x"),
    *("https://a..b/x", f"https://{'a' * 100}.example/x", "https://\u0448..b/x"),
]


@pytest.mark.parametrize("uri", ODD)
def test_what_nobody_can_read_is_not_found_or_not_allowed(tmp_path, uri):
    with pytest.raises(errors.SourceNotFoundError):
        fetch(uri, tmp_path, OPEN)
    for place in (str(tmp_path), "https://data.example", "https://[", "a\0b"):
        with pytest.raises(errors.SourceNotAllowedError):
            fetch(uri, tmp_path, SourceLimits(prefixes=("/srv", place + "/in")))


def test_a_redirect_to_what_nobody_can_read_is_an_error_too(tmp_path, shelf):
    things, address = shelf
    things["/x"] = (302, "https://[")
    with pytest.raises(errors.SourceNotFoundError):
        fetch(f"{address}/x", tmp_path, OPEN)


def test_a_file_is_loaded_from_a_server(tmp_path, shelf):
    things, address = shelf
    things["/files/my%20orders.csv"] = ORDERS
    things["/moved"] = (302, "/files/my%20orders.csv")
    for at in ("/files/my%20orders.csv", "/moved"):
        ((path, name),) = fetch(address + at, tmp_path, OPEN)
        assert (path.read_bytes(), name) == (ORDERS, "my orders.csv")


def test_the_own_network_is_not_asked(tmp_path, shelf):
    things, address = shelf
    things["/x.csv"] = ORDERS
    for uri in (f"{address}/x.csv", "https://127.0.0.1/x.csv", "https://[::1]/x.csv"):
        with pytest.raises(errors.SourceNotAllowedError):
            fetch(uri, tmp_path)
    secure = address.replace("http:", "https:")  # it answers, whatever it speaks
    with pytest.raises(errors.SourceNotAllowedError):
        fetch(f"{secure}/x.csv", tmp_path)
    assert not (tmp_path / "download").exists()


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://x/y", "{other}/x.csv"])
def test_redirects_lead_nowhere_else(tmp_path, shelf, to):
    things, address = shelf
    things["/in/x"] = (302, to.format(other=address))
    limits = SourceLimits(private=True, seconds=5, prefixes=(f"{address}/in",))
    with pytest.raises(errors.SourceNotAllowedError):
        fetch(f"{address}/in/x", tmp_path, limits)


def test_what_is_wrong_is_said(tmp_path, shelf):
    things, address = shelf
    things |= {"/big.csv": bytes(2_000_001), "/shut": (403, ""), "/ill": (500, "")}
    few = SourceLimits(private=True, size=2_000_000)
    with pytest.raises(errors.SourceTooLargeError, match="2 MB"):
        fetch(f"{address}/big.csv", tmp_path, few)
    assert not (tmp_path / "download").exists()
    with pytest.raises(errors.SourceNotFoundError):
        fetch(f"{address}/no.csv", tmp_path, OPEN)
    with pytest.raises(errors.SourceRefusedError, match="403"):
        fetch(f"{address}/shut", tmp_path, OPEN)
    with pytest.raises(errors.SourceUnreachableError, match="500"):
        fetch(f"{address}/ill", tmp_path, OPEN)
    with pytest.raises(errors.SourceUnreachableError):
        fetch("http://127.0.0.1:1/x.csv", tmp_path, OPEN)


@contextmanager
def answering(*pieces, pause=0.0, trusted=None, noise=b""):
    """The address of a server that says these bytes to whoever comes, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            caller = server.accept()[0]
            if trusted:
                caller = trusted.wrap_socket(caller, server_side=True)
            with caller, suppress(OSError):  # the other side may have had enough
                caller.recv(65_536)
                for each in pieces:
                    caller.sendall(each)
                    time.sleep(pause)
                os.write(caller.fileno(), noise)  # below the encryption

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize("length", ["many", "-7", "9" * 5_000, "\u00b2"])
def test_a_length_that_is_no_number_promises_nothing(tmp_path, length):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n".encode("latin-1")
    with answering(head, ORDERS) as at:
        ((path, _),) = fetch(f"http://{at}/x.csv", tmp_path, OPEN)
    assert path.read_bytes() == ORDERS


def test_an_answer_that_breaks_off_is_no_file(tmp_path):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(ORDERS) + 1}\r\n\r\n".encode()
    with (
        answering(head, ORDERS) as at,
        pytest.raises(errors.SourceUnreachableError, match="broke off"),
    ):
        fetch(f"http://{at}/x.csv", tmp_path, OPEN)


def test_a_server_that_drips_is_given_up(tmp_path):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
    limits = SourceLimits(private=True, seconds=0.5, pace=100)
    with answering(head, *[b"x"] * 20, pause=0.1) as at:
        began = time.monotonic()
        with pytest.raises(errors.SourceUnreachableError, match="slowly"):
            fetch(f"http://{at}/x.csv", tmp_path, limits)
        assert 0.4 < time.monotonic() - began < 1.5
    slow = SourceLimits(private=True, seconds=0.5, pace=1)
    pieces = [ORDERS[n : n + 12] for n in range(0, len(ORDERS), 12)]
    with answering(head.replace(b"999", b"%d" % len(ORDERS)), *pieces, pause=0.1) as at:
        ((path, _),) = fetch(f"http://{at}/x.csv", tmp_path, slow)
    assert path.read_bytes() == ORDERS


def test_a_server_that_drips_its_headers_is_given_up(tmp_path):
    drops = [b"X-%d: x\r\n" % n for n in range(30)]
    limits = SourceLimits(private=True, seconds=0.5)
    with answering(b"HTTP/1.1 200 OK\r\n", *drops, pause=0.1) as at:
        began = time.monotonic()
        with pytest.raises(errors.SourceUnreachableError):
            fetch(f"http://{at}/x.csv", tmp_path, limits)
        assert time.monotonic() - began < 2


def test_the_own_network_is_not_even_connected_to(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        at = f"https://localhost:{server.getsockname()[1]}/x.csv"
        with pytest.raises(errors.SourceNotAllowedError):
            fetch(at, tmp_path)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A server's side of TLS, with a certificate that the client trusts."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    pem = tmp_path / "own.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", pem, "-out", tmp_path / "own.crt"),
        ],
        check=True,
        capture_output=True,
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.crt", pem)
    return context


def test_a_secure_answer_that_turns_to_noise_is_said_to_be_broken(tmp_path, trusted):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"
    with (
        answering(head, trusted=trusted, noise=b"no such record" * 9) as at,
        pytest.raises(errors.SourceUnreachableError, match="SSL"),
    ):
        fetch(f"https://{at}/x.csv", tmp_path, OPEN)


@pytest.fixture
def store(shelf, monkeypatch):
    """A store of objects, with credentials in the environment."""
    things, address = shelf
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "someone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    return things


def test_objects_are_loaded_from_a_store(tmp_path, store):
    store |= {"/shop/in/b.csv": ORDERS, "/shop/in/a/1.csv": ORDERS[:60]}
    store |= {"/shop/in/readme.md": b"no table"}
    ((path, name),) = fetch("s3://shop/in/b.csv", tmp_path / "one")
    assert (path.read_bytes(), name) == (ORDERS, "b.csv")
    found = fetch("s3://shop/in", tmp_path / "all")
    assert names(found) == ["a/1.csv", "b.csv"]
    assert found[1][0].read_bytes() == ORDERS
    with pytest.raises(errors.SourceTooLargeError):
        fetch("s3://shop/in", tmp_path, SourceLimits(size=100))
    with pytest.raises(errors.SourceNotFoundError):
        fetch("s3://shop/none.csv", tmp_path)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://shop/in/b.csv?endpoint_override=evil.example",
        "s3://key:secret@shop/in/b.csv",
        "s3://shop/in/../b.csv",
    ],
)
def test_a_url_cannot_name_another_store(tmp_path, store, uri):
    with pytest.raises(errors.SourceNotAllowedError):
        fetch(uri, tmp_path)


def test_orders_are_ingested_from_a_folder_and_a_store(tmp_path, store):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "2024.csv").write_bytes(ORDERS)
    (tmp_path / "shop" / "2025.csv").write_bytes(ORDERS.replace(b"2024", b"2025"))
    found = rc.ingest([tmp_path / "shop"])
    assert list(found.ledger.files["file"]) == ["2024.csv", "2025.csv"]
    assert found.ledger.used == 4
    store["/shop/2024.csv"] = ORDERS
    assert rc.ingest(["s3://shop/2024.csv"]).ledger.used == 2
