"""The front as an ASGI app: requests and answers between granian and `Front.answer`."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from qgraph.errors import BodyTooLarge, ClientTooSlow, RequestError
from qgraph.web.exchange import Asked, Response
from qgraph.web.front import Front

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
CHUNK = 65_536
App = Callable[[Message, Receive, Send], Awaitable[None]]


def app(front: Front) -> App:
    """Return *front* as an ASGI app."""
    limit, patience = front.settings.body_limit, front.settings.client_timeout

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = _asked(scope)

        async def body() -> bytes:
            return await _read(receive, limit=limit, patience=patience)

        async def take(response: Response) -> None:
            await _send(send, response, patience=patience)

        await front.answer(asked, body, take)

    return answer


def _asked(scope: Message) -> Asked:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["raw_path"].decode("latin-1")
    client = (scope.get("client") or ("",))[0]
    return Asked(scope["method"], path, scope["query_string"].decode("latin-1"), headers, client)


async def _read(receive: Receive, *, limit: int, patience: float) -> bytes:
    """Return the body of a request. Raises BodyTooLarge, ClientTooSlow, or RequestError if it is cut."""
    body, more = b"", True
    try:
        async with asyncio.timeout(patience):
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RequestError("The client left before its request was whole.")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limit:
                    raise BodyTooLarge(f"The body has more than {limit:,} bytes.")
    except TimeoutError as error:
        raise ClientTooSlow("The body of the request did not come in time.") from error
    return body


async def _send(send: Send, response: Response, *, patience: float) -> None:
    """Send *response*; a client that takes no piece of a file within *patience* seconds is let go."""
    headers = [(name.encode(), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if isinstance(response.body, bytes):
        await send({"type": "http.response.body", "body": response.body})
        return
    with response.body as file:
        while piece := file.read(CHUNK):
            async with asyncio.timeout(patience):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
