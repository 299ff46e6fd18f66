"""Requests to what stands before the app, one after the other or at once."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from starlette.applications import Starlette

from retention_ui.serving.rates import Rates
from retention_ui.serving.server import middleware, routes


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        return dict(self.headers).get(name, "")

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Asking:
    """A browser: it keeps its cookie, and follows nothing by itself."""

    app: Starlette
    client: str = "203.0.113.7"
    scheme: str = "http"
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path, **headers):
        return self.ask("GET", path, headers)

    def post(self, path, password, **headers):
        return self.ask("POST", path, headers, urlencode({"password": password}))

    def ask(self, method, path, headers=None, body=""):
        # A browser test before this one may have left a loop running in its thread.
        with ThreadPoolExecutor(1) as thread:
            asked = self.asked(method, path, headers, body)
            return thread.submit(asyncio.run, asked).result()

    async def asked(self, method, path, headers=None, body=""):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body.encode(), "more_body": False}

        async def send(message):
            sent.append(message)

        await self.app(self._scope(method, path, headers or {}), receive, send)
        found = [(k.decode().lower(), v.decode()) for k, v in sent[0]["headers"]]
        for name, value in found:
            if name == "set-cookie":
                self._keep(value)
        return Answer(
            sent[0]["status"], found, b"".join(m.get("body", b"") for m in sent[1:])
        )

    def _scope(self, method, path, headers):
        path, _, query = path.partition("?")
        said = {"host": "kept.example"} | headers
        if self.cookies:
            said["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        return {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "scheme": self.scheme,
            "client": (self.client, 50000),
            "server": ("kept.example", 80),
            "headers": [
                (k.replace("_", "-").encode(), v.encode()) for k, v in said.items()
            ],
        }

    def _keep(self, written):
        for name, morsel in SimpleCookie(written).items():
            self.cookies[name] = morsel.value


def served(rates=None) -> Starlette:
    """What stands before the app, with counters of its own."""
    rates = rates or Rates()
    return Starlette(routes=routes(rates), middleware=middleware(rates))
