#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A course followed live, over real connections: each role hears of what it may read and of nothing else, nothing twice, nothing lost, over
reconnects and kill -9; whoever has no business any more is cut off, slow readers too; heartbeats; the server's end. Who hears of which kind of
act is test_event_batch.c's table."""

import contextlib
import json
import os
import re
import select
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "support"))
from hostile_house import ENVIRONMENT  # noqa: E402
from nginx_house import NGINX  # noqa: E402
from tandem import COURSE, PASSWORD, Server  # noqa: E402
from test_slow_clients import fast_clock  # noqa: E402

PATH = f"/api/v1/courses/{COURSE}/events"
PATIENCE = 30
STREAMS_A_PERSON = 16
TIMES = 16  # as fast as the real clock


def counter_in(identifier):
    """The change counter in an event's id, which begins with the store's epoch."""
    return int(identifier.rpartition(".")[2])


class Stream:
    """One connection that follows the course, read to the end of an event at a time."""

    def __init__(self, port, token=None, after=None, version="1.1", headers=(), receive_bytes=None, context=None):
        peer = socket.socket()
        if receive_bytes:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        peer.settimeout(PATIENCE)
        peer.connect(("127.0.0.1", port))
        self.peer = context.wrap_socket(peer, server_hostname="localhost") if context else peer
        fields = [f"GET {PATH} HTTP/{version}", "Host: localhost", *headers]
        if token:
            fields.append(f"Authorization: Bearer {token}")
        if after is not None:
            fields.append(f"Last-Event-ID: {after}")
        self.peer.sendall("\r\n".join(fields).encode() + b"\r\n\r\n")
        self.data = b""
        self.last_id = after
        self.events = []
        self.comments = 0
        self.retries = []
        self.ended = False

    def head(self):
        self._until(b"\r\n\r\n")
        head, self.data = self.data.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        return self

    def _until(self, end):
        while end not in self.data:
            part = self.peer.recv(65536)
            if not part:
                raise EOFError(self.data)
            self.data += part

    def next(self):
        """The next event as (name, data), or None at the end."""
        while True:
            try:
                self._until(b"\n\n")
            except (EOFError, ConnectionResetError):
                self.ended = True
                return None
            block, self.data = self.data.split(b"\n\n", 1)
            name, data = None, None
            for line in block.decode().split("\n"):
                field, _, value = line.partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif field == "id":
                    self.last_id = value
                elif field == "event":
                    name = value
                elif field == "data":
                    data = json.loads(value)
                elif field == "retry":
                    self.retries.append(int(value))
                else:
                    raise AssertionError(f"no field of an event: {line!r}")
            if data is not None:
                self.events.append((name, data))
                return name, data

    def until(self, topic, identifier=...):
        """All up to the change of this topic (and id)."""
        found = []
        while True:
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended before {topic}: {found}")
            found.append(event)
            if event[0] == "change" and event[1]["topic"] == topic and identifier in (..., event[1]["id"]):
                return found

    def rest(self):
        while self.next() is not None:
            pass
        return self

    def close(self):
        self.peer.close()


def changes(events):
    return [(data["topic"], data["subject"], data["id"]) for name, data in events if name == "change"]


def number(server, sql):
    done = subprocess.run(["sqlite3", f"file:{server.data}/tandem.db?mode=ro", sql], capture_output=True, text=True, check=True)
    return int(done.stdout)


class House(unittest.TestCase):
    def setUp(self):
        self.server = self._enter(Server())
        self.operator = self.server.operator()
        self.people = {}

    def _enter(self, context):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(context)

    def person(self, name, role="student"):
        self.people[name] = self.server.person(self.operator, f"{name} Zed", role)
        return self.people[name]

    def token(self, name):
        return self.people[name][1]

    def call(self, name, status, method, path, body=None):
        with self.server.connect() as client:
            return client.expect(status, method, f"/courses/{COURSE}{path}", body, token=self.token(name))

    def follow(self, name, after=None, **options):
        stream = Stream(self.server.port, self.token(name), after, **options).head()
        self.addCleanup(stream.close)
        self.assertEqual(stream.status, 200)
        event = stream.next()
        self.assertEqual(event[0], "hello")
        return stream

    def rename(self, name, team, title):  # by the operator, whose renames are not counted
        self.operator.expect(200, "PATCH", f"/courses/{COURSE}/teams/{team}", {"name": title})


class Events(House):
    def setUp(self):
        super().setUp()
        for name in ("ann", "bob", "dan"):
            self.person(name)
        self.person("tia", "staff")
        self.person("ines", "instructor")
        self.team = self.call("ann", 201, "POST", "/teams", {"name": "Alpha"})["id"]
        invitation = self.call("ann", 201, "POST", f"/teams/{self.team}/invitations", {"person": self.people["bob"][0]})
        self.call("bob", 200, "POST", f"/invitations/{invitation['id']}/acceptance")

    def test_each_role_hears_what_it_may_and_nothing_else(self):
        streams = {name: self.follow(name) for name in self.people}
        ann = self.people["ann"][0]
        card = {"skills": [], "topics": [], "availability": "never", "about": "me", "seeking": False}
        self.call("ann", 200, "PUT", "/info-card", card)
        self.call("tia", 200, "POST", "/milestones/proposal/extensions",
                  {"scope": "person", "person": ann, "due": "2023-09-29T03:59:00Z", "reason": "A reason."})
        self.rename("ann", self.team, "Beta")
        mark = ("team", "team", self.team)
        expected = {"ann": [("card", "person", ann), ("extension", "person", ann), mark], "bob": [mark], "dan": [mark],
                    "tia": [("card", "person", ann), ("extension", "person", ann), mark]}
        expected["ines"] = expected["tia"]
        for name, stream in streams.items():
            heard = changes(stream.until("team"))
            self.assertEqual(heard, expected[name], name)
            self.assertNotIn("never", str(stream.events))

    def test_the_operator_follows_over_the_control_socket(self):
        peer = socket.socket(socket.AF_UNIX)
        self.addCleanup(peer.close)
        peer.settimeout(PATIENCE)
        peer.connect(os.path.join(self.server.data, "control.sock"))
        peer.sendall(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        read = b""
        while b"hello" not in read:
            read += peer.recv(4096)
        self.rename("ann", self.team, "Beta")
        while b'"topic":"team"' not in read:
            part = peer.recv(4096)
            self.assertTrue(part)
            read += part

    def test_who_may_not_is_refused_and_no_method_but_get_opens_one(self):
        stranger = self.server.operator().expect(201, "POST", "/accounts", {"name": "Nobody", "email": "n@tandem.example"})
        identifier = stranger.get("id") or stranger["account"]["id"]
        self.operator.expect((200, 204), "PUT", f"/accounts/{identifier}/password", {"password": PASSWORD})
        with self.server.connect() as client:
            token = client.expect(201, "POST", "/session", {"email": "n@tandem.example", "password": PASSWORD})["token"]
            self.assertEqual(client.call("GET", f"/courses/{COURSE}/events", token=token)[1]["code"], "not_enrolled")
            self.assertEqual(client.call("GET", f"/courses/{COURSE}/events")[0], 401)
            self.assertEqual(client.call("GET", "/courses/none/events", token=token)[0], 404)
            self.assertEqual(client.call("POST", f"/courses/{COURSE}/events", {}, token=self.token("ann"))[0], 405)
            client.connection.request("HEAD", PATH, headers={"Authorization": "Bearer " + self.token("ann")})
            answer = client.connection.getresponse()
            self.assertEqual((answer.status, answer.read(), answer.headers["Content-Length"]), (200, b"", None))

    def test_the_head_keeps_caches_and_proxies_from_holding_it_back(self):
        for version in ("1.1", "1.0"):
            stream = self.follow("ann", version=version)
            self.assertEqual((stream.headers["content-type"], stream.headers["cache-control"], stream.headers["x-accel-buffering"]),
                             ("text/event-stream", "no-store", "no"))
            self.assertNotIn("content-length", stream.headers)
            self.assertNotIn("transfer-encoding", stream.headers)
            self.assertTrue(1000 <= stream.retries[0] <= 5000)

    def test_a_cookie_opens_one_as_well(self):
        stream = Stream(self.server.port, headers=(f"Cookie: tandem_session={self.token('ann')}",)).head()
        self.addCleanup(stream.close)
        self.assertEqual((stream.status, stream.next()[0]), (200, "hello"))

    def test_an_enrolment_that_ends_ends_the_stream(self):
        roster = "name,email,sis_id,section\n" + "".join(
            f"{name.title()} Zed,{name}.zed@tandem.example,id-{name},A1\n" for name in ("ann", "bob", "dan"))
        self.roster(roster)
        dan, ann = self.follow("dan"), self.follow("ann")
        self.roster("".join(line for line in roster.splitlines(True) if "dan" not in line))
        self.assertEqual(changes(dan.rest().events), [])  # nothing more, not even of this
        self.assertTrue(dan.retries)
        self.rename("ann", self.team, "Beta")
        self.assertEqual(changes(ann.until("team")), [("team", "team", self.team)])

    def roster(self, text):
        self.operator.expect(200, "POST", f"/courses/{COURSE}/roster?allow_drops=1", text, headers={"Content-Type": "text/csv"})

    def test_a_session_that_ends_ends_its_streams_and_no_others(self):
        with self.server.connect() as client:
            second = client.expect(201, "POST", "/session", {"email": "ann.zed@tandem.example", "password": PASSWORD})["token"]
            stream = Stream(self.server.port, second).head()
            self.addCleanup(stream.close)
            stream.next()
            other = self.follow("ann")
            client.expect(204, "DELETE", "/session", token=second)
        self.rename("ann", self.team, "Beta")
        self.assertEqual(changes(stream.rest().events), [])
        self.assertEqual(changes(other.until("team")), [("team", "team", self.team)])

    def test_a_session_that_ends_is_noticed_although_nothing_happens_in_the_course(self):
        for name in ("dan", "bob"):  # the second within the seconds in which nobody looks again
            stream = self.follow(name)
            with self.server.connect() as client:
                client.expect(204, "DELETE", "/session", token=self.token(name))
            stream.rest()
            self.assertEqual(changes(stream.events), [])

    def test_a_team_left_and_a_role_given_count_from_the_next_event_on(self):
        bob, dan = self.follow("bob"), self.follow("dan")
        self.call("bob", 204, "DELETE", f"/teams/{self.team}/members/{self.people['bob'][0]}")
        bob.until("team")
        self.operator.expect(200, "PUT", f"/courses/{COURSE}/roster/{self.people['dan'][0]}", {"role": "staff"})
        invitation = self.call("ann", 201, "POST", f"/teams/{self.team}/invitations", {"person": self.people["bob"][0]})
        self.assertIn(("invitation", "invitation", invitation["id"]), changes(dan.until("invitation")))
        self.assertIn(("invitation", "invitation", invitation["id"]), changes(bob.until("invitation")))
        self.call("tia", 200, "POST", "/milestones/proposal/extensions",
                  {"scope": "team", "team": self.team, "due": "2023-09-29T03:59:00Z", "reason": "A reason."})
        self.rename("ann", self.team, "Beta")
        self.assertNotIn("extension", [topic for topic, _, _ in changes(bob.until("team"))])
        self.assertIn("extension", [topic for topic, _, _ in changes(dan.until("team"))])

    def test_nothing_twice_and_nothing_lost_over_reconnects_and_kills(self):
        heard, last, titles = [], None, 0
        for round_number in range(12):
            stream = self.follow("dan", after=last)
            for _ in range(round_number % 3):
                titles += 1
                self.rename("ann", self.team, f"Team {titles}")
                while len([event for event in stream.events if event[0] == "change"]) == 0 or counter_in(stream.last_id) < self.counter():
                    stream.next()
            stream.close()
            heard += [data["counter"] for name, data in stream.events if name == "change"]
            self.assertFalse([name for name, _ in stream.events if name == "reload"])
            last = stream.last_id
            titles += 1
            self.rename("ann", self.team, f"Team {titles}")  # while nobody listens
            if round_number % 4 == 3:
                self.server.kill()
                self.server.start()
                self.operator = self.server.operator()
        stream = self.follow("dan", after=last)
        while counter_in(stream.last_id) < self.counter():
            stream.next()
        heard += [data["counter"] for name, data in stream.events if name == "change"]
        self.assertEqual(len(heard), titles)
        self.assertEqual(heard, sorted(set(heard)))

    def counter(self):
        return number(self.server, "select seq from audit_heads where course_id = 1")

    def test_who_was_away_for_long_loads_everything_anew(self):
        epoch = self.follow("ann").last_id.partition(".")[0]
        for name, after, expected in (("behind", f"{epoch}.1", None), ("ahead", f"{epoch}.{10 ** 12}", "reload")):
            stream = self.follow("ann", after=after)
            event = stream.next()
            self.assertEqual(event[0], expected or "change", name)
        self.assertEqual(event[1]["counter"], self.counter())
        self.assertEqual(stream.last_id, f"{epoch}.{self.counter()}")

    def test_a_person_has_sixteen(self):
        streams = [self.follow("ann") for _ in range(STREAMS_A_PERSON)]
        with self.server.connect() as client:
            status, answer = client.call("GET", f"/courses/{COURSE}/events", token=self.token("ann"))
        self.assertEqual((status, answer["code"]), (429, "too_many_streams"))
        self.follow("bob")
        streams[0].close()
        for _ in range(100):
            again = Stream(self.server.port, self.token("ann")).head()
            self.addCleanup(again.close)
            if again.status == 200:
                break
            time.sleep(0.05)
        self.assertEqual(again.status, 200)

    def test_at_the_servers_end_streams_end_in_good_order(self):
        streams = [self.follow(name) for name in self.people for _ in range(4)]
        stopper = threading.Thread(target=self.server.stop)
        stopper.start()
        waits = set()
        for stream in streams:
            stream.rest()
            self.assertEqual(len(stream.retries), 2)
            waits.add(stream.retries[1])
        stopper.join()  # which asserts the exit code
        self.assertTrue(all(1000 <= wait <= 5000 for wait in waits))
        self.assertGreater(len(waits), 5)  # spread
        self.server.start()
        self.operator = self.server.operator()


class Patience(House):
    """On a server whose connection clock runs faster: heartbeats, and who takes nothing."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tandem-test-")
        self.addCleanup(folder.cleanup)
        library, why = fast_clock(folder.name)
        if library is None:
            self.skipTest(why)
        self.server = self._enter(Server(environment={"LD_PRELOAD": library, "FAST_CLOCK_TIMES": str(TIMES),
                                              "ASAN_OPTIONS": ENVIRONMENT["ASAN_OPTIONS"] + ":verify_asan_link_order=0"}))
        self.operator = self.server.operator()
        self.people = {}

    def test_heartbeats_come_and_the_stream_outlives_every_deadline(self):
        self.person("ann")
        streams = [self.follow("ann") for _ in range(8)]
        started = time.monotonic()
        beats = {stream: [] for stream in streams}
        while min(len(times) for times in beats.values()) < 5:  # longer than any deadline of a request
            self.assertLess(time.monotonic() - started, PATIENCE)
            for peer in select.select([stream.peer for stream in streams], [], [], 1)[0]:
                stream = next(stream for stream in streams if stream.peer is peer)
                self.assertEqual(peer.recv(3), b":\n\n")
                beats[stream].append(time.monotonic() - started)
        self.assertGreater(time.monotonic() - started, 5 * 15 / TIMES)

    def test_who_takes_nothing_for_thirty_seconds_is_dropped(self):
        self.person("ann")
        self.person("bob")
        team = self.call("ann", 201, "POST", "/teams", {"name": "Alpha"})["id"]
        quick = self.follow("bob")
        slow = Stream(self.server.port, self.token("bob"), receive_bytes=2048)
        self.addCleanup(slow.close)
        for turn in range(900):  # more than the kernels of both sides hold, and less than what cuts it off by itself
            self.rename("ann", team, f"Team {turn}")
            quick.until("team")
        deadline = time.monotonic() + PATIENCE
        while established(self.server) >= 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertLess(established(self.server), 2)
        self.rename("ann", team, "At last")
        quick.until("team")


NGINX_FILE = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 64; }}
http {{
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  access_log off;
  server {{
    listen {port};
    location / {{ proxy_pass http://127.0.0.1:{server}; proxy_set_header Host $http_host; }}
  }}
}}
"""


class Proxied(House):
    def test_nginx_as_it_comes_passes_each_event_on_at_once(self):
        if NGINX is None:
            self.skipTest("there is no nginx")
        self.person("ann")
        folder = tempfile.TemporaryDirectory(prefix="tandem-nginx-")
        self.addCleanup(folder.cleanup)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        path = os.path.join(folder.name, "nginx.conf")
        with open(path, "w", encoding="utf-8") as file:
            user = "user root;" if os.geteuid() == 0 else ""
            file.write(NGINX_FILE.format(folder=folder.name, user=user, port=port, server=self.server.port))
        nginx = subprocess.Popen([NGINX, "-c", path, "-e", os.path.join(folder.name, "error.log")])
        self.addCleanup(nginx.wait, 30)
        self.addCleanup(nginx.terminate)
        stream = self.through(port)
        self.assertEqual((stream.status, stream.next()[0]), (200, "hello"))
        for title in ("Alpha", "Beta"):
            if title == "Alpha":
                team = self.call("ann", 201, "POST", "/teams", {"name": title})["id"]
            else:
                self.rename("ann", team, title)
            stream.until("team")  # though nothing follows that would fill a buffer
        self.server.stop()
        self.assertEqual(len(stream.rest().retries), 2)
        self.server.start()

    def through(self, port):
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
                # To 1.0 nginx sends no chunks, which this client does not read.
                stream = Stream(port, self.token("ann"), version="1.0").head()
                self.addCleanup(stream.close)
                return stream
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise AssertionError("nginx did not come up")


def established(server):
    """Connections that the server has open, but for the control socket."""
    table = subprocess.run(["ss", "-tnH", "state", "established", "sport", "=", f":{server.port}"], capture_output=True, text=True, check=True)
    return len(table.stdout.splitlines())


class Secure(unittest.TestCase):
    def test_over_tls_too(self):
        with tempfile.TemporaryDirectory(prefix="tandem-test-") as folder:
            certificate, key = os.path.join(folder, "c.pem"), os.path.join(folder, "k.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                            "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
            with Server(options=("--cheap-passwords", "--tls-listen", "127.0.0.1:0", "--tls-certificate", certificate, "--tls-key", key)) as server:
                operator = server.operator()
                _, token = server.person(operator, "Ann Zed")
                port = int(re.search(r"https://127\.0\.0\.1:(\d+)", "".join(server.lines)).group(1))
                context = ssl.create_default_context(cafile=certificate)
                context.check_hostname = False
                streams = [Stream(port, token, context=context).head() for _ in range(3)]
                for stream in streams:
                    self.assertEqual(stream.next()[0], "hello")
                with server.connect() as client:
                    client.expect(201, "POST", f"/courses/{COURSE}/teams", {"name": "Alpha"}, token=token)
                for stream in streams:
                    stream.until("team")
                streams[0].close()
                stopper = threading.Thread(target=server.stop)
                stopper.start()
                for stream in streams[1:]:
                    stream.rest()
                    self.assertEqual(len(stream.retries), 2)
                    stream.close()
                stopper.join()
                server.start()


if __name__ == "__main__":
    unittest.main()
