"""How a task reaches a query process and its answer comes back, over a Unix socket.

A message is the lengths of its two parts, a header in JSON and a body of bytes.
An open file may come with it.
"""

import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

LENGTHS = struct.Struct("!II")
PIECE = 65_536


@dataclass(frozen=True)
class Message:
    """A header, a body, and the numbers of the open files that came along."""

    header: dict[str, Any]
    body: bytes
    files: list[int]


def pack(header: Mapping[str, object], body: bytes = b"") -> bytes:
    """Return *header* and *body* as they are sent."""
    head = orjson.dumps(header)
    return LENGTHS.pack(len(head), len(body)) + head + body


def send(line: socket.socket, packed: bytes, files: Sequence[int] = ()) -> None:
    """Send all of a *packed* message on a *line* that blocks; *files* go with its first byte."""
    sent = socket.send_fds(line, [packed], list(files)) if files else 0
    line.sendall(packed[sent:])


class Incoming:
    """Puts messages together from the pieces that come."""

    def __init__(self) -> None:
        self.data = b""
        self.files: list[int] = []

    def take(self, line: socket.socket) -> Message | None:
        """Return the next message on *line* if the piece that comes makes it whole, else None.

        Raises EOFError where the line ends, ConnectionResetError where the other
        side closed it with something of ours unread.
        """
        piece, files, _, _ = socket.recv_fds(line, PIECE, 1)
        if not piece:
            raise EOFError
        self.data = self.data + piece if self.data else piece
        self.files += files
        if len(self.data) < LENGTHS.size:
            return None
        head, body = LENGTHS.unpack_from(self.data)
        start = LENGTHS.size + head
        if len(self.data) < start + body:
            return None
        message = Message(orjson.loads(self.data[LENGTHS.size : start]), self.data[start:], self.files)
        self.data, self.files = b"", []
        return message


def receive(line: socket.socket) -> Message:
    """Return the next message on a *line* that blocks. Raises as `Incoming.take`."""
    incoming = Incoming()
    while (message := incoming.take(line)) is None:
        pass
    return message
