#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clients that hold connections open: 500 that send a byte every two seconds are gone at the header's deadline. The longer deadlines (60 s of
silence, 30 s and 8 KiB/s of a body or a reply) are tried against a server whose connection clock runs faster; deadline.c's unit test has
the figures themselves."""

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from hostile_house import ENVIRONMENT, Ordinary, People, descriptors, settles, start_server  # noqa: E402
from raw_http import read_answer  # noqa: E402
from tandem import BINARY, COURSE, SOURCE, Server  # noqa: E402

SLOW_CLIENTS = 500
BYTE_SECONDS = 2
HEADER_SECONDS = 10
LATE_SECONDS = 8  # of a loaded machine; a client that could go on would stay for as long as it sends
TIMES = 16        # as fast as the real clock
IDLE_SECONDS, BODY_SECONDS, TICK_SECONDS = 60 / TIMES, 30 / TIMES, 0.5
REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"y" * 1000
GONE = select.POLLERR | select.POLLHUP


class Trickle:
    """A client that sends its bytes one by one, and what became of it."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        self.sent, self.data, self.ended_at = 0, b"", None

    def send_byte(self):
        try:
            self.sent += self.socket.send(REQUEST[self.sent:self.sent + 1])
        except OSError:
            pass  # the end is noticed when it is read

    def read(self):
        """True when the server has ended the connection."""
        try:
            part = self.socket.recv(65536)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            part = b""
        self.data += part
        return not part


def trickle(clients):
    """A byte from each every two seconds until all are gone or it has lasted far too long."""
    poll = select.poll()
    by_number = {}
    start = time.monotonic()
    for client in clients:
        by_number[client.socket.fileno()] = client
        poll.register(client.socket, select.POLLIN)
    due = start
    while by_number and time.monotonic() < start + HEADER_SECONDS + LATE_SECONDS:
        if time.monotonic() >= due:
            due += BYTE_SECONDS
            for client in by_number.values():
                client.send_byte()
        for number, _ in poll.poll(max(0, due - time.monotonic()) * 1000):
            if by_number[number].read():
                poll.unregister(number)
                by_number.pop(number).ended_at = time.monotonic() - start
    return by_number


def gone_after(peer, seconds):
    """How long until the server has ended it, without reading a byte; None: it is still there after that time."""
    start = time.monotonic()
    poll = select.poll()
    poll.register(peer, select.POLLRDHUP)
    return time.monotonic() - start if poll.poll(seconds * 1000) else None


def last_words(peer):
    """All that the server has said; after its end, if there is one."""
    peer.settimeout(1)
    data = b""
    try:
        while part := peer.recv(65536):
            data += part
    except (ConnectionResetError, TimeoutError):
        pass
    return data


def send_slowly(peer, piece, every, seconds):
    """The piece again and again; True when the server ends the connection first."""
    poll = select.poll()
    poll.register(peer, select.POLLIN | select.POLLRDHUP)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        peer.sendall(piece)
        if poll.poll(every * 1000):
            return True
    return False


class Header(unittest.TestCase):
    def test_five_hundred_trickling_clients_are_gone_at_their_deadline(self):
        server = start_server()
        self.addCleanup(server.__exit__)
        people = People(server)
        server._forget()
        before = settles(lambda: descriptors(server), 0, seconds=0.2)
        clients = [Trickle(server.port) for _ in range(SLOW_CLIENTS)]
        for client in clients:
            self.addCleanup(client.socket.close)
        with Ordinary(server, people.ordinary) as ordinary:
            left = trickle(clients)
        self.assertEqual(len(left), 0, f"{len(left)} of {SLOW_CLIENTS} are still there")
        statuses = {read_answer(client.data)[0].status for client in clients}
        ends = sorted(client.ended_at for client in clients)
        print(f"{SLOW_CLIENTS} clients, a byte every {BYTE_SECONDS} s: gone after {ends[0]:.1f} to {ends[-1]:.1f} s; {ordinary.words()}",
              file=sys.stderr)
        self.assertEqual(statuses, {408})
        # Not for another reason, and not before its time: the clock is coarse, the connections were opened one by one.
        self.assertGreater(ends[0], HEADER_SECONDS - 2)
        self.assertGreater(ordinary.count, 100)
        for client in clients:
            client.socket.close()
        self.assertLessEqual(settles(lambda: descriptors(server), before), before)


def fast_clock(folder):
    """(the library, None), or (None, why it cannot be had)."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None, "there is no C compiler"
    symbols = subprocess.run(["nm", "-D", "--defined-only", BINARY], capture_output=True, text=True, check=False).stdout
    if " clock_gettime\n" in symbols:
        return None, "this build brings its own clock_gettime (a sanitizer of clang)"
    library = os.path.join(folder, "fast_clock.so")
    subprocess.run([compiler, "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                    os.path.join(SOURCE, "tests/http/fast_clock.c"), "-ldl"], check=True)
    return library, None


class Fast(unittest.TestCase):
    """Against a server whose connection clock runs faster. What takes its time (look_…) runs at once for all; each test judges its own."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="tandem-clock-")
        cls.addClassCleanup(folder.cleanup)
        library, why = fast_clock(folder.name)
        if library is None:
            raise unittest.SkipTest(f"deadlines at {TIMES} times the speed: {why}; tests/unit/server/http/test_deadline.c has them")
        sanitizer = ENVIRONMENT["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
        cls.server = Server(environment={"LD_PRELOAD": library, "FAST_CLOCK_TIMES": str(TIMES), "ASAN_OPTIONS": sanitizer})
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()
        cls.people = People(cls.server)
        cls.server._forget()
        looks = [name for name in dir(cls) if name.startswith("look_")]
        pool = ThreadPoolExecutor(len(looks))
        cls.addClassCleanup(pool.shutdown)
        cls.seen = {name: pool.submit(getattr(cls, name)) for name in looks}

    @classmethod
    def connect(cls, first=b"", receive_bytes=None):
        peer = socket.socket()
        cls.addClassCleanup(peer.close)
        if receive_bytes:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        peer.settimeout(10)
        peer.connect(("127.0.0.1", cls.server.port))
        peer.sendall(first)
        return peer

    @classmethod
    def head(cls, length):
        return (f"POST /api/v1/courses/{COURSE}/roster HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {cls.people.token}\r\n"
                f"Content-Type: text/csv\r\nContent-Length: {length}\r\n\r\n").encode()

    @classmethod
    def look_silence(cls):
        return gone_after(cls.connect(), IDLE_SECONDS + LATE_SECONDS)

    @classmethod
    def look_silence_after_an_answer(cls):
        peer = cls.connect(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        return gone_after(peer, IDLE_SECONDS + LATE_SECONDS), last_words(peer)

    @classmethod
    def look_absent_body(cls):
        peer = cls.connect(cls.head(100000))
        return gone_after(peer, BODY_SECONDS + LATE_SECONDS), last_words(peer)

    @classmethod
    def look_slow_body(cls):
        # 1 KiB in what is 3.2 s to the server: 320 bytes a second, however large the body says it is.
        peer = cls.connect(cls.head(4000000))
        return send_slowly(peer, b"x" * 1024, 0.2, BODY_SECONDS + LATE_SECONDS), last_words(peer)

    @classmethod
    def look_steady_body(cls):
        """Sends for what is a minute and more to the server, at 40 KiB a second: fast enough, whatever else the machine does."""
        piece, every = b"x" * (64 * 1024), 0.1
        count = int(2 * BODY_SECONDS / every)
        peer = cls.connect(cls.head(count * len(piece)))
        for _ in range(count - 1):
            if send_slowly(peer, piece, every, every / 2):
                return True, last_words(peer)
        peer.sendall(piece)
        return False, peer.recv(65536)

    @classmethod
    def look_unread_answers(cls):
        peer = cls.connect(receive_bytes=4096)
        ask = (f"GET /api/v1/courses/{COURSE}/syllabus HTTP/1.1\r\nHost: localhost\r\n"
               f"Authorization: Bearer {cls.people.token}\r\n\r\n").encode()
        peer.setblocking(False)
        try:
            for _ in range(20000):
                peer.sendall(ask)
        except BlockingIOError:
            pass  # the server reads no more until its answers leave
        poll = select.poll()
        poll.register(peer, GONE)
        # What the kernel took counts as moved, and buys its time at 8 KiB a second.
        return bool(poll.poll((2 * BODY_SECONDS + LATE_SECONDS) * 1000))

    def judge(self, after, seconds):
        self.assertIsNotNone(after, "still there")
        self.assertGreater(after, seconds - 2 * TICK_SECONDS)

    def test_who_says_nothing_is_gone_after_a_minute(self):
        self.judge(self.seen["look_silence"].result(), IDLE_SECONDS)

    def test_who_is_silent_after_an_answer_is_gone_after_a_minute(self):
        after, words = self.seen["look_silence_after_an_answer"].result()
        self.judge(after, IDLE_SECONDS)
        answer, rest = read_answer(words)
        self.assertEqual((answer.status, rest), (200, b""))

    def test_a_body_that_does_not_come_is_waited_for_thirty_seconds(self):
        after, words = self.seen["look_absent_body"].result()
        self.judge(after, BODY_SECONDS)
        self.assertEqual(read_answer(words)[0].status, 408)

    def test_a_body_slower_than_eight_kib_a_second_ends_at_its_deadline(self):
        is_ended, words = self.seen["look_slow_body"].result()
        self.assertTrue(is_ended, "still there")
        self.assertEqual(read_answer(words)[0].status, 408)

    def test_a_body_faster_than_eight_kib_a_second_is_waited_for_beyond_thirty_seconds(self):
        is_ended, words = self.seen["look_steady_body"].result()
        self.assertFalse(is_ended, f"cut off: {words[:200]!r}")
        self.assertEqual(read_answer(words)[0].status, 403)

    def test_who_never_reads_large_answers_is_gone_at_the_deadline(self):
        self.assertTrue(self.seen["look_unread_answers"].result(), "still there")
        with self.server.connect() as client:
            self.assertEqual(client.call("GET", "//healthz")[0], 200)


if __name__ == "__main__":
    unittest.main()
