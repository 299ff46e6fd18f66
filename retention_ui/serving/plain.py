"""Small plain pages that stand before the app: no script, no data, no names."""

from __future__ import annotations

import html
import string
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from retention_ui.texts import Texts, languages

if TYPE_CHECKING:
    from starlette.requests import Request

ASSETS = Path(__file__).parents[1] / "assets"


def nothing(request: Request) -> HTMLResponse:
    """Say that nothing is here, in the same bytes whatever the reason is."""
    return _page(request, "nothing", status=404)


def password(request: Request, *, wrong: bool = False) -> HTMLResponse:
    """Ask for the password; ``wrong``: the last one was not it."""
    words = _texts(request)
    asked = {
        "label": words("arrival.password.label"),
        "open": words("arrival.open"),
    }
    if not wrong:
        form = _filled("arrival_password", asked)
        return _page(request, "password", form=form)
    form = _filled("arrival_wrong", {**asked, "wrong": words("arrival.password.wrong")})
    return _page(request, "password", form=form, status=403)


def wait(request: Request, seconds: int) -> HTMLResponse:
    """Say that there were too many attempts, and for how long to wait."""
    minutes = -(-seconds // 60)
    answer = _page(request, "wait", status=429, count=minutes, minutes=minutes)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def busy(request: Request) -> HTMLResponse:
    """Say that more are waiting than can be served."""
    answer = _page(request, "busy", status=503)
    answer.headers["Retry-After"] = "30"
    return answer


def preview(request: Request) -> HTMLResponse:
    """Say to a robot what it came to: a link that people open, with a button."""
    form = _filled("arrival_open", {"open": _texts(request)("arrival.open")})
    return _page(request, "preview", form=form)


def _page(
    request: Request,
    name: str,
    *,
    form: str = "",
    status: int = 200,
    **fields: object,
) -> HTMLResponse:
    words = _texts(request)
    said = {
        each: words(f"arrival.{name}.{each}", **fields)
        for each in ("title", "text", "help")
    }
    said |= {"lang": words.lang, "app": words("app.name")}
    page = _template("arrival").substitute(
        {key: html.escape(text) for key, text in said.items()}, form=form
    )
    kept_by_nobody = {"Cache-Control": "no-store", "Vary": "Accept-Language"}
    return HTMLResponse(page, status_code=status, headers=kept_by_nobody)


def _filled(name: str, said: dict[str, str]) -> str:
    safe = {key: html.escape(text) for key, text in said.items()}
    return _template(name).substitute(safe)


@lru_cache
def _template(name: str) -> string.Template:
    return string.Template((ASSETS / f"{name}.html").read_text(encoding="utf-8"))


def _texts(request: Request) -> Texts:
    """The first language that the browser asks for and that there is."""
    wanted = request.headers.get("accept-language", "").split(",")
    codes = [each.split(";")[0].strip().lower().split("-")[0] for each in wanted]
    there = languages()
    return Texts(next((code for code in codes if code in there), there[0]))
