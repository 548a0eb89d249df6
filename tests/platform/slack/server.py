"""The server: one aiohttp application for the Web API, uploads, response_urls and Socket Mode."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from tests.platform.slack import methods
from tests.platform.slack.faults import Fault, Faults, Kind
from tests.platform.slack.people import Person
from tests.platform.slack.world import (
    ACK_SECONDS,
    RESPONSE_SECONDS,
    TRIGGER_SECONDS,
    Account,
    Bucket,
    Ids,
    Pace,
    ResponseUrl,
    Trigger,
    Workspace,
)

APP_TOKEN, SIGNING_SECRET = "xapp-1-A0000000000-loopback", "8f742231b10e8888abcd99yyyzzz85a5"
CLIENT_ID, CLIENT_SECRET = "1111.2222", "client-secret-of-the-loopback"
SCOPES = ("chat:write", "im:write", "im:history", "users:read", "users:read.email", "commands", "files:write")
CHAT_PACE, TEAM_PACE = Pace(rate=1.0, burst=4), Pace(rate=10.0, burst=60)
"""About one message a second in a chat with short bursts, and several hundred a minute in a workspace."""
RETRY_PAUSES = (0.0, 60.0, 300.0)
"""When an event that nobody acknowledged is sent again: at once, after a minute, after five."""


@dataclass(frozen=True)
class Call:
    """One call of the Web API, or of a response_url: what it was, for which workspace, and how it ended."""

    method: str
    team: str
    outcome: str
    at: float


@dataclass
class Sent:
    """An envelope, or a request, on its way to the app."""

    kind: str
    payload: dict[str, Any]
    envelope_id: str
    at: float
    answer: asyncio.Future[Any]
    attempt: int = 0
    fault: Fault | None = None
    then: Callable[[Any], None] | None = None
    heard: bool = True

    def acknowledged(self, answer: Any) -> None:
        """Do what an acknowledgement asks for as it comes in: what the app calls afterwards finds it done."""
        if self.then is not None and self.heard:
            self.then(answer)


@dataclass
class Slack:
    """Slack on this machine. Faults wait in ``faults``; ``clock`` is in seconds and can be replaced."""

    scopes: tuple[str, ...] = SCOPES
    clock: Callable[[], float] = time.monotonic
    chat_pace: Pace = CHAT_PACE
    team_pace: Pace = TEAM_PACE
    retry_pauses: tuple[float, ...] = RETRY_PAUSES
    request_url: str | None = None
    """Where the app takes requests in HTTP mode, such as ``http://127.0.0.1:8700/slack/events``; None is Socket Mode."""
    teams: dict[str, Workspace] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    """The payloads whose acknowledgement came in time."""
    acks: list[float] = field(default_factory=list)
    """How long each acknowledgement took, in seconds."""
    lost: list[str] = field(default_factory=list)
    """Interactions that nobody acknowledged: the person saw an error."""
    events: Counter[str] = field(default_factory=Counter)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)
    uploads: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    on_change: list[Callable[[Workspace, str, Any], None]] = field(default_factory=list)
    """Called with the workspace, the user and the message or view whenever somebody sees something new."""

    def __post_init__(self) -> None:
        self.ids = Ids()
        self.workspace = self.add_team("T0000AGENCY", "Agency")
        self._sockets: list[web.WebSocketResponse] = []
        self._tickets: set[str] = set()
        self._waiting: dict[str, Sent] = {}
        self._held: deque[Sent] = deque()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._buckets: dict[str, Bucket] = {}
        self._joined = asyncio.Condition()
        self.last: Sent | None = None
        self.base = ""

    @property
    def api_url(self) -> str:
        """What ``TEICHAKU_SLACK_API_URL`` is set to."""
        return f"{self.base}/api/"

    def add_team(self, team: str, name: str) -> Workspace:
        """Another workspace in which the app is installed."""
        self.teams[team] = Workspace(team, name, bot_token=f"xoxb-{team}-loopback")
        return self.teams[team]

    def person(self, user: str, name: str, email: str, team: Workspace | None = None, locale: str = "ja-JP") -> Person:
        """Somebody with an account."""
        where = team or self.workspace
        where.accounts[user] = Account(user, name, email, locale)
        return Person(self, where, where.accounts[user])

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[Slack]:
        """Serve until the block ends."""
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/respond/{token}", self._respond)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/socket/{ticket}", self._socket)
        runner = web.AppRunner(app, shutdown_timeout=0.5, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        assert site._server is not None
        self.base = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        try:
            yield self
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for socket in list(self._sockets):
                await socket.close()
            await runner.cleanup()

    # --- calls of the app --------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        given = await _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(given.pop("token", ""))
        team = next((one for one in self.teams.values() if one.bot_token == token), None)
        return await self._answer(
            request, method, team, lambda: methods.call(self, method, team, token, given, request)
        )

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        url = self.urls.get(request.match_info["token"])
        given = await request.json()
        team = self.teams[url.team] if url else None
        return await self._answer(request, "response_url", team, lambda: methods.respond(self, url, given))

    async def _answer(
        self, request: web.Request, method: str, team: Workspace | None, work: Callable[[], methods.Answer]
    ) -> web.StreamResponse:
        fault = self.faults.next(method)
        if fault is not None:
            return await self._fail(request, method, team, fault, work)
        answer = work()
        self._note(method, team, "ok" if answer.error is None else answer.error)
        return answer.response(self.scopes)

    async def _fail(
        self,
        request: web.Request,
        method: str,
        team: Workspace | None,
        fault: Fault,
        work: Callable[[], methods.Answer],
    ) -> web.StreamResponse:
        self._note(method, team, fault.kind.name.lower())
        match fault.kind:
            case Kind.RATELIMITED:
                return methods.ratelimited(fault.retry_after).response(self.scopes)
            case Kind.BROKEN:
                return web.Response(status=500, text="upstream error", content_type="text/html")
            case Kind.ERROR:
                return methods.Answer(error=fault.error).response(self.scopes)
            case Kind.CUT_AFTER:
                work()
        assert request.transport is not None
        request.transport.close()
        raise ConnectionResetError

    def _note(self, method: str, team: Workspace | None, outcome: str) -> None:
        self.calls.append(Call(method, team.id if team else "", outcome, self.clock()))

    def throttle(self, name: str, pace: Pace) -> float:
        """Take a token of a bucket: 0, or the seconds to wait."""
        now = self.clock()
        return self._buckets.setdefault(name, Bucket(pace.burst, now)).take(pace, now)

    def forgive(self, name: str) -> None:
        """Give a token back to a bucket."""
        self._buckets[name].tokens += 1

    async def _upload(self, request: web.Request) -> web.Response:
        upload = self.uploads.get(request.match_info["file"])
        data = await request.read()
        if upload is None or len(data) != upload["length"]:
            return web.Response(status=400, text="bad upload")
        upload["data"] = data
        return web.Response(text=f"OK - {len(data)}")

    # --- Socket Mode -------------------------------------------------------------------------------------------------

    def ticket(self) -> str:
        """A wss address that is good for one connection."""
        ticket = f"ticket{self.ids.next()}"
        self._tickets.add(ticket)
        return f"{self.base.replace('http', 'ws', 1)}/socket/{ticket}"

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["ticket"] not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(request.match_info["ticket"])
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0000000000"}})
        self._sockets.append(socket)
        async with self._joined:
            self._joined.notify_all()
        held, self._held = self._held, deque()
        for sent in held:
            await self._push(sent)
        try:
            async for message in socket:
                self._acknowledged(json.loads(message.data))
        finally:
            if socket in self._sockets:
                self._sockets.remove(socket)
        return socket

    def _acknowledged(self, said: dict[str, Any]) -> None:
        sent = self._waiting.pop(said.get("envelope_id", ""), None)
        if sent is not None and not sent.answer.done():
            self.acks.append(self.clock() - sent.at)
            self.acknowledged.append(sent.payload)
            sent.acknowledged(said.get("payload"))
            sent.answer.set_result(said.get("payload"))

    async def connected(self, count: int = 1) -> None:
        """Wait until the app has so many sockets (in HTTP mode there is nothing to wait for)."""
        if self.request_url is None:
            async with self._joined:
                await self._joined.wait_for(lambda: len(self._sockets) >= count)

    async def refresh_socket(self, reason: str = "refresh_requested", *, every: bool = False) -> None:
        """Ask the app for a new connection in the place of one, or of ``every``, as Slack does every few hours."""
        for socket in list(self._sockets)[: None if every else 1]:
            self._sockets.remove(socket)
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})

    async def cut_sockets(self) -> None:
        """Let every connection break without a word."""
        for socket in list(self._sockets):
            self._sockets.remove(socket)
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    # --- what the app is told ----------------------------------------------------------------------------------------

    async def deliver(
        self, kind: str, payload: dict[str, Any], *, wait: bool = True, then: Callable[[Any], None] | None = None
    ) -> Any:
        """Send an envelope of ``events_api``, ``interactive`` or ``slash_commands``; what the app acknowledged it with.

        An event that is not acknowledged within 3 seconds is sent again; an interaction is lost. ``wait`` False does not
        wait for that; ``then`` takes the acknowledgement of an interaction as it comes in. A fault that waits for the kind is
        met on the way: CUT_BEFORE, the app hears nothing of it; CUT_AFTER, Slack hears nothing of the acknowledgement.
        """
        sent = Sent(kind, payload, f"env-{self.ids.next()}", self.clock(), asyncio.get_running_loop().create_future())
        sent.fault, sent.then = self.faults.next(kind), then
        sent.heard = sent.fault is None
        self.last = sent
        self.events[kind] += 1
        if self.request_url is None and (sent.fault is None or sent.fault.kind is not Kind.CUT_BEFORE):
            await self._push(sent)  # In the order in which people did it.
        task = asyncio.create_task(self._follow(sent))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await asyncio.shield(task) if wait else None

    async def repeat(self, *, wait: bool = True) -> Any:
        """Send the last envelope once more, as Slack does when it is not sure of an acknowledgement."""
        assert self.last is not None
        return await self.deliver(self.last.kind, self.last.payload, wait=wait)

    async def _push(self, sent: Sent) -> None:
        """Over one of the sockets; without one an event waits for the next, and an interaction is lost."""
        envelope = {
            "envelope_id": sent.envelope_id,
            "type": sent.kind,
            "accepts_response_payload": sent.kind != "events_api",
            "payload": sent.payload,
        }
        if sent.kind == "events_api":
            envelope |= {"retry_attempt": sent.attempt, "retry_reason": "timeout" if sent.attempt else ""}
        self._waiting[sent.envelope_id] = sent
        for socket in self._sockets[::-1]:
            with suppress(ConnectionError, aiohttp.ClientError, RuntimeError):
                await socket.send_json(envelope)
                return
        if sent.kind == "events_api":
            self._held.append(sent)

    async def _follow(self, sent: Sent) -> Any:
        for pause in (None, *self.retry_pauses):
            if pause is not None:
                await asyncio.sleep(pause)
                sent.attempt += 1
                if self.request_url is None and sent not in self._held:
                    await self._push(sent)
            with suppress(TimeoutError, aiohttp.ClientError):  # Nobody there is as good as no answer.
                async with asyncio.timeout(ACK_SECONDS):
                    return await self._answered(sent)
            if sent.kind != "events_api":
                break
        self._waiting.pop(sent.envelope_id, None)
        self.lost.append(sent.kind)
        return {"error": "operation_timeout"}

    async def _answered(self, sent: Sent) -> Any:
        """What the app acknowledges it with. Raises TimeoutError where Slack hears nothing of that."""
        fault, sent.fault = sent.fault, None
        if fault is not None and fault.kind is Kind.CUT_BEFORE:
            raise TimeoutError
        answer = await (self._post(sent) if self.request_url is not None else asyncio.shield(sent.answer))
        if fault is not None:
            raise TimeoutError
        return answer

    async def _post(self, sent: Sent) -> Any:
        assert self.request_url is not None
        if sent.kind == "events_api":
            body, content = json.dumps(sent.payload), "application/json"
        else:
            given = sent.payload if sent.kind == "slash_commands" else {"payload": json.dumps(sent.payload)}
            body, content = urlencode(given), "application/x-www-form-urlencoded"
        headers = {"Content-Type": content, **sign(body, time.time())}  # noqa: TID251
        if sent.attempt:
            headers |= {"X-Slack-Retry-Num": str(sent.attempt), "X-Slack-Retry-Reason": "http_timeout"}
        began = self.clock()
        async with (
            aiohttp.ClientSession() as client,
            client.post(self.request_url, data=body, headers=headers) as found,
        ):
            if found.status != 200:
                raise TimeoutError
            self.acks.append(self.clock() - began)
            self.acknowledged.append(sent.payload)
            answer = await found.json() if found.content_type == "application/json" else None
            sent.acknowledged(answer)
            return answer

    # --- what makes interactions possible ----------------------------------------------------------------------------

    def trigger(self, team: str, user: str) -> str:
        """A trigger_id: it opens one view within three seconds."""
        name = f"{self.ids.next()}.{self.ids.next()}.trigger"
        self.triggers[name] = Trigger(team, user, self.clock() + TRIGGER_SECONDS)
        return name

    def response_url(self, team: str, user: str, channel: str, ts: str | None) -> str:
        """A response_url of a message, or (``ts`` None) of a command."""
        name = f"url{self.ids.next()}"
        self.urls[name] = ResponseUrl(team, user, channel, ts, self.clock() + RESPONSE_SECONDS)
        return f"{self.base}/respond/{name}"

    def changed(self, team: Workspace, user: str, what: Any) -> None:
        """Somebody sees something new."""
        for listener in self.on_change:
            listener(team, user, what)


def sign(body: str, now: float, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers with which Slack signs a request."""
    basis = f"v0:{int(now)}:{body}".encode()
    digest = hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(int(now)), "X-Slack-Signature": f"v0={digest}"}


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found = await request.json()
        return {**found, "": "json"}
    given: dict[str, Any] = {**request.query}
    if request.method == "POST":
        given |= dict(await request.post())
    for name in ("blocks", "view", "metadata", "files"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given
