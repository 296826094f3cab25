"""Who may ask the page what: the right host, the right token, a body of a sensible size; and what browsers are told."""

import asyncio
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse

from sim.serve.page.limits import WebLimits

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

TOKEN_HEADER = "x-token"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""On every answer. The page has no script or style in its HTML, so neither needs an exception."""


def new_token() -> str:
    """Draw a token that nobody can guess; it has no part in any result."""
    return secrets.token_urlsafe(24)


class Hosts:
    """The names under which the page may be asked for.

    A page elsewhere can give its own name the address of this machine (DNS rebinding) and then read and write here as
    if it were the same site. Its name gives it away.

    Args:
        bound: The address that the page listens on.
        more: Further names that people gave.
    """

    def __init__(self, bound: str, more: tuple[str, ...] = ()) -> None:
        self._names = frozenset(name.lower() for name in (*LOOPBACK_NAMES, bound, *more))
        self._any_address = not is_loopback(bound)

    def allow(self, header: str) -> bool:
        """Tell whether a ``Host`` header names this page. On an open address every number may; names must be known."""
        try:
            parts = urlsplit(f"//{header}")
            name, _port = (parts.hostname or "").lower(), parts.port
        except ValueError:
            return False
        if not header or parts.path or parts.username is not None or "?" in header or "#" in header:
            return False
        return name in self._names or (self._any_address and _is_address(name))


def is_loopback(host: str) -> bool:
    """Tell whether an address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Stands before the page: refuses what has no business there before anything of it is looked at.

    A wrong host is 421; a change without the token, or from another site's page, 403; a body that is too long 413, one
    that does not come 408. What goes wrong inside is 500, in one sentence.

    Args:
        app: What it stands before.
        token: What every change must bring in the header ``X-Token``.
    """

    def __init__(self, app: App, *, hosts: Hosts, token: str, limits: WebLimits) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *((k, v) for k, v in message["headers"] if k.decode() not in HEADERS),
                    *((k.encode(), v.encode()) for k, v in HEADERS.items()),
                ]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            refusal, receive = await self._read(scope, receive)
        await (self._app if refusal is None else refusal)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> JSONResponse | None:
        headers = _headers(scope)
        if not self._hosts.allow(headers.get("host", "")):
            return _refuse(421, "this page is not served under that name; use the address that the command printed")
        if scope["method"] in ("GET", "HEAD"):
            return None
        origin = headers.get("origin")
        if origin is not None and not self._hosts.allow(urlsplit(origin).netloc if "://" in origin else ""):
            return _refuse(403, "another site may not change this run")
        if not secrets.compare_digest(headers.get(TOKEN_HEADER, "").encode(), self._token.encode()):
            return _refuse(403, "a change needs the token; open the address that the command printed, with its token")
        return None

    async def _read(self, scope: Scope, receive: Receive) -> tuple[JSONResponse | None, Receive]:
        """Read the whole body, so long as it is short and comes soon."""
        limits = self._limits
        body, length = b"", 0
        headers = _headers(scope)
        is_whole = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
        try:
            async with asyncio.timeout(limits.request_s):
                while not is_whole:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return _refuse(408, "the request was cut off"), receive
                    part = message.get("body", b"")
                    length += len(part)
                    if length <= limits.body_bytes:
                        body += part
                    is_whole = not message.get("more_body", False) or length > limits.drained_bytes
        except TimeoutError:
            return _refuse(408, f"the request did not arrive within {limits.request_s:g} s"), receive
        if length > limits.body_bytes:
            return _refuse(413, f"a request has at most {limits.body_bytes:,} bytes"), receive
        given = False

        async def receive_again() -> Message:
            nonlocal given
            if given:
                return await receive()
            given = True
            return {"type": "http.request", "body": body, "more_body": False}

        return None, receive_again


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _refuse(status: int, why: str) -> JSONResponse:
    return JSONResponse({"error": why}, status, headers={"connection": "close"} if status in (408, 413) else None)
