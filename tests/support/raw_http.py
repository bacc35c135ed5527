# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTTP/1.1 read by the letter, for tests that do not want a library's leniency: answers off a socket, and requests and answers out of
recorded bytes. Knows no server."""

import re
import socket
from typing import NamedTuple

STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) [ -~]+")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*?)[ \t]*")
REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([!-~]+) HTTP/1\.([01])")
# What a proxy that is less strict takes for a line.
ANY_FIELD = re.compile(rb"([^:]*):[ \t]*(.*?)[ \t]*", re.DOTALL)
ANY_REQUEST_LINE = re.compile(rb"([^ ]+) (.*) HTTP/1\.([01])", re.DOTALL)
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]+")


class Malformed(AssertionError):
    """The bytes are no HTTP."""


class Cut(Exception):
    """The bytes end within a message."""


class Message(NamedTuple):
    """A request (method, target) or an answer (status), with its fields by lower-case name; a field that came twice is a list."""

    status: int
    method: str
    target: str
    fields: dict
    body: bytes

    def closes(self):
        return str(self.fields.get("connection", "")).lower() == "close"


def fields_of(lines, pattern=FIELD):
    fields = {}
    for line in lines:
        found = pattern.fullmatch(line)
        if not found:
            raise Malformed(f"a field that is none: {line!r}")
        name, value = found.group(1).decode("latin-1").lower(), found.group(2).decode("latin-1")
        if name in fields:
            value = (fields[name] if isinstance(fields[name], list) else [fields[name]]) + [value]
        fields[name] = value
    return fields


def _head(data):
    end = data.find(b"\r\n\r\n")
    if end < 0:
        raise Cut
    return data[:end].split(b"\r\n"), data[end + 4:]


def _counted(data, size):
    if len(data) < size:
        raise Cut
    return data[:size], data[size:]


def _chunked(data):
    body = b""
    while True:
        line, separator, data = data.partition(b"\r\n")
        if not separator:
            raise Cut
        if not CHUNK_SIZE.fullmatch(line):
            raise Malformed(f"a chunk's size: {line!r}")
        size = int(line, 16)
        if size == 0:
            end, data = _counted(data, 2)
            if end != b"\r\n":
                raise Malformed("trailers")
            return body, data
        part, data = _counted(data, size + 2)
        if part[-2:] != b"\r\n":
            raise Malformed("junk after a chunk")
        body += part[:-2]


def _body(fields, data, length_is_needed):
    length, coding = fields.get("content-length"), fields.get("transfer-encoding")
    if isinstance(length, list) or (length is not None and not length.isascii()) or (length and not length.isdigit()):
        raise Malformed(f"Content-Length {length!r}")
    if coding is not None:
        if coding != "chunked" or length is not None:
            raise Malformed(f"Transfer-Encoding {coding!r}, Content-Length {length!r}")
        return _chunked(data)
    if length is None:
        if length_is_needed:
            raise Malformed("an answer without Content-Length")
        return b"", data
    return _counted(data, int(length))


def read_answer(data, method="GET"):
    """(the first final answer in the bytes, the rest). Raises Cut when it is not whole, Malformed when it is none."""
    lines, data = _head(data)
    found = STATUS_LINE.fullmatch(lines[0])
    if not found:
        raise Malformed(f"a status line: {lines[0]!r}")
    status, fields = int(found.group(1)), fields_of(lines[1:])
    if status == 100:
        return read_answer(data, method)
    body = b""
    if method != "HEAD" and status not in (204, 304):
        body, data = _body(fields, data, True)
    return Message(status, None, None, fields, body), data


def read_request(data, is_lenient=False):
    """(the first request in the bytes, the rest). Lenient is as a proxy reads that looks at the framing only."""
    lines, data = _head(data)
    found = (ANY_REQUEST_LINE if is_lenient else REQUEST_LINE).fullmatch(lines[0])
    if not found:
        raise Malformed(f"a request line: {lines[0]!r}")
    fields = fields_of(lines[1:], ANY_FIELD if is_lenient else FIELD)
    body, data = _body(fields, data, False)
    return Message(None, found.group(1).decode("latin-1"), found.group(2).decode("latin-1"), fields, body), data


class Wire:
    """A socket on which answers are read one by one, whatever arrives together."""

    def __init__(self, port, source="127.0.0.1", timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""
        self.is_ended = False

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def send(self, data):
        """All of it, or as much as a peer takes that refuses early."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def finish(self):
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def more(self):
        """False when the peer has ended."""
        try:
            part = self.socket.recv(65536)
        except ConnectionResetError:
            part = b""
        self.data += part
        self.is_ended = self.is_ended or not part
        return bool(part)

    def answer(self, method="GET"):
        """The next final answer; None when the connection ends before its first byte."""
        while True:
            try:
                found, self.data = read_answer(self.data, method)
                return found
            except Cut:
                if not self.more():
                    if self.data:
                        raise Malformed(f"the connection ended within an answer: {self.data[:200]!r}") from None
                    return None

    def ends(self):
        """Waits for the peer's end; what comes before it is no answer that was asked for."""
        while self.more():
            pass
        if self.data:
            raise Malformed(f"bytes after the last answer: {self.data[:200]!r}")
