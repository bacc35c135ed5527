#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""TLS in the server: the handshake, what it refuses, replies of any size, SIGHUP, clients that vanish, and no descriptor left."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from tandem import BINARY, COURSE, PASSWORD, Server  # noqa: E402

HANDSHAKE_SECONDS = 10


def make_pair(folder, name="localhost", days=30, key_name="key.pem", certificate_name="certificate.pem"):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", str(days),
                    "-subj", f"/CN={name}", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", os.path.join(folder, key_name), "-out", os.path.join(folder, certificate_name)],
                   check=True, capture_output=True, timeout=60)


class TlsServer(Server):
    """Beside plain HTTP it listens with TLS on a port of the kernel's choice."""

    def __init__(self, folder, *more):
        super().__init__(options=("--cheap-passwords", "--tls-listen", "127.0.0.1:0", "--tls-certificate", f"{folder}/certificate.pem",
                                  "--tls-key", f"{folder}/key.pem", *more))
        self.certificate = f"{folder}/certificate.pem"

    def start(self):
        super().start()
        self.tls_port = int(re.search(r"and https://127\.0\.0\.1:(\d+)", "".join(self.lines)).group(1))

    def context(self):
        context = ssl.create_default_context(cafile=self.certificate)
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # an end without close_notify is an error to these clients
        return context

    def raw(self, context=None):
        peer = socket.create_connection(("127.0.0.1", self.tls_port), timeout=30)
        return (context or self.context()).wrap_socket(peer, server_hostname="localhost")

    def client(self):
        return http.client.HTTPSConnection("localhost", self.tls_port, timeout=30, context=self.context())

    def reload(self, words):
        """SIGHUP, and waits for the line that tells how it went."""
        before = len(self.lines)
        self.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 30
        while time.monotonic() < until:
            found = [line for line in self.lines[before:] if words in line]
            if found:
                return found[0]
            time.sleep(0.01)
        raise AssertionError("no line of the reload: " + "".join(self.lines[before:]))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def wait_for_descriptors(self, count):
        until = time.monotonic() + 30
        while self.descriptors() > count and time.monotonic() < until:
            time.sleep(0.01)
        return self.descriptors()


def read_answers(stream, count):
    """That many answers from one stream, as (status, headers, body)."""
    answers = []
    for _ in range(count):
        status = int(stream.readline().split()[1])
        headers = http.client.parse_headers(stream)
        answers.append((status, headers, stream.read(int(headers.get("Content-Length", "0")))))
    return answers


def certificate_of(tls):
    return tls.getpeercert(binary_form=True)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tandem-test-tls-")
        make_pair(cls.folder.name)
        cls.server = TlsServer(cls.folder.name, "--public-url", "https://localhost")
        cls.server.start()
        operator = cls.server.operator()
        cls.person, cls.token = cls.server.person(operator, "Zoe Example", role="instructor")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.folder.cleanup()

    def test_the_handshake_agrees_on_http_1_1(self):
        context = self.server.context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.server.raw(context) as tls:
            self.assertEqual((tls.version(), tls.selected_alpn_protocol(), tls.compression()), ("TLSv1.3", "http/1.1", None))
        with self.server.raw() as tls:
            self.assertIsNone(tls.selected_alpn_protocol())

    def test_tls_1_2_has_forward_secrecy_and_authenticated_ciphers(self):
        context = self.server.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.server.raw(context) as tls:
            self.assertEqual(tls.version(), "TLSv1.2")
            self.assertRegex(tls.cipher()[0], "^ECDHE-.*(GCM|POLY1305)")

    def test_what_is_not_sound_is_refused(self):
        def old_version(context):
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")

        def weak_cipher(context):
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers("AES128-SHA:@SECLEVEL=0")

        def other_protocol(context):
            context.set_alpn_protocols(["h2"])

        for spoil in (old_version, weak_cipher, other_protocol):
            context = self.server.context()
            with warnings.catch_warnings(record=True):  # python warns of the old version
                spoil(context)
            with self.assertRaises(ssl.SSLError, msg=spoil.__name__) as caught:
                self.server.raw(context)
            self.assertIn("ALERT", str(caught.exception).upper(), spoil.__name__)

    def test_requests_share_a_connection(self):
        client = self.server.client()
        ports = set()
        for _ in range(3):
            client.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {self.token}"})
            answer = client.getresponse()
            self.assertEqual((answer.status, json.loads(answer.read())["person"]["id"]), (200, self.person))
            ports.add(client.sock.getsockname())
        self.assertEqual(len(ports), 1)
        client.close()

    def test_bodies_of_any_size_arrive_and_so_do_replies_by_the_megabyte(self):
        people = [f"Student {number},student{number}@tandem.example,{number},student,credit\n" for number in range(4000)]
        body = ("name,email,sis_id,role,credit\n" + "".join(people)).encode()
        self.assertGreater(len(body), 200000)
        head = (f"POST /api/v1/courses/{COURSE}/roster?dry_run=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Type: text/csv\r\nContent-Length: {len(body)}\r\n\r\n").encode()
        with self.server.raw() as tls:
            tls.sendall(head + body)
            status, _, answer = read_answers(tls.makefile("rb"), 1)[0]
            self.assertEqual(status, 200, answer[:1000])
            self.assertEqual(answer.count(b"@tandem.example"), 4000)
        one = f"GET /api/v1/courses/{COURSE}/syllabus HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\nAccept: */*\r\n\r\n".encode()
        with self.server.raw() as tls:
            # More than the 64 KiB that the server reads ahead, and none of the replies taken meanwhile.
            tls.sendall(one * 600)
            answers = read_answers(tls.makefile("rb"), 600)
        self.assertEqual({status for status, _, _ in answers}, {200})
        self.assertEqual(len({body for _, _, body in answers}), 1)
        self.assertGreater(sum(len(body) for _, _, body in answers), 1 << 20)

    def test_a_client_that_sends_no_more_still_gets_its_answers(self):
        for says_so in (False, True):
            incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            tls = self.server.context().wrap_bio(incoming, outgoing, server_hostname="localhost")
            with socket.socket() as peer:
                peer.settimeout(30)
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # so that answers wait in the server when the end comes
                peer.connect(("127.0.0.1", self.server.tls_port))
                while True:
                    try:
                        tls.do_handshake()
                        break
                    except ssl.SSLWantReadError:
                        peer.sendall(outgoing.read())
                        incoming.write(peer.recv(65536))
                tls.write(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n" * 1400)
                if says_so:
                    with self.assertRaises(ssl.SSLWantReadError):
                        tls.unwrap()  # close_notify goes out; the server's own comes behind its answers
                peer.sendall(outgoing.read())
                peer.shutdown(socket.SHUT_WR)
                while data := peer.recv(65536):
                    incoming.write(data)
            received = []
            with contextlib.suppress(ssl.SSLZeroReturnError):  # once both ends have said that they are done
                while data := tls.read(65536):  # raises, and fails the test, if the server's close_notify is missing
                    received.append(data)
            self.assertEqual(b"".join(received).count(b"HTTP/1.1 200"), 1400, f"says so: {says_so}")

    def test_the_end_is_said_before_the_connection_closes(self):
        with self.server.raw() as tls:
            tls.suppress_ragged_eofs = False
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            stream = b""
            while data := tls.recv(65536):
                stream += data
            self.assertTrue(stream.startswith(b"HTTP/1.1 200"), stream)
        with self.server.raw() as tls:
            tls.suppress_ragged_eofs = False
            tls.sendall(b"nonsense\r\n\r\n")
            stream = b""
            while data := tls.recv(65536):
                stream += data
            self.assertTrue(stream.startswith(b"HTTP/1.1 400"), stream)

    def test_renegotiation_is_refused(self):
        with subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.tls_port}", "-tls1_2"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as client:
            client.stdin.write("R\n")
            client.stdin.flush()
            said = client.stdout.read()  # ends by itself
            client.stdin.close()
        self.assertIn("RENEGOTIATING", said)
        self.assertIn("no renegotiation", said)

    def test_plain_http_to_the_port_is_closed(self):
        with socket.create_connection(("127.0.0.1", self.server.tls_port), timeout=30) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            try:
                while data := peer.recv(4096):
                    received += data
            except ConnectionResetError:
                pass
            self.assertNotIn(b"HTTP/1.1", received)

    def test_cookies_and_the_promise_to_stay_with_https(self):
        def sign_in(client, **headers):
            client.request("POST", "/api/v1/session", json.dumps({"email": "zoe.example@tandem.example", "password": PASSWORD}),
                           {"Content-Type": "application/json", **headers})
            answer = client.getresponse()
            answer.read()
            client.close()
            return answer

        over_tls = sign_in(self.server.client())
        self.assertIn("; Secure", over_tls.getheader("Set-Cookie"))
        self.assertEqual(over_tls.getheader("Strict-Transport-Security"), "max-age=31536000")
        plain = sign_in(http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30))
        self.assertIsNone(plain.getheader("Strict-Transport-Security"))
        cookie = over_tls.getheader("Set-Cookie").split(";")[0]
        port = self.server.tls_port
        for origin, status in ((f"http://localhost:{port}", 403), (f"https://localhost:{port}", 204)):
            client = self.server.client()
            client.request("DELETE", "/api/v1/session", headers={"Cookie": cookie, "Origin": origin})
            answer = client.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, origin)
            client.close()

    def test_who_is_slow_or_vanishes_in_the_handshake_leaves_nothing_behind(self):
        before = self.server.descriptors()
        slow = [socket.create_connection(("127.0.0.1", self.server.tls_port), timeout=30) for _ in range(20)]
        begun = time.monotonic()
        for peer in slow[:10]:
            peer.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
        for number in range(60):
            with socket.create_connection(("127.0.0.1", self.server.tls_port), timeout=30) as peer:
                peer.sendall(b"\x16\x03\x01\x02\x00\x01"[:number % 7])
                if number % 2:
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        for number in range(20):
            tls = self.server.raw()
            tls.sendall(b"GET /healthz HTTP/1.1\r\n"[:number])
            os.close(tls.detach())  # no close_notify
        # An ordinary client beside them is served at once.
        client = self.server.client()
        client.request("GET", "/healthz")
        self.assertEqual(client.getresponse().read(), b'{"status":"ok"}')
        client.close()
        for peer in slow:
            peer.settimeout(HANDSHAKE_SECONDS + 5)
            self.assertEqual(peer.recv(100), b"")
            peer.close()
        self.assertGreater(time.monotonic() - begun, HANDSHAKE_SECONDS - 1)
        self.assertLessEqual(self.server.wait_for_descriptors(before), before)

    def test_who_leaves_in_the_middle_of_a_reply_leaves_nothing_behind(self):
        client = self.server.client()
        fields = {"Authorization": f"Bearer {self.token}"}
        client.request("POST", f"/api/v1/courses/{COURSE}/files?name=long.pdf", b"%PDF-1.4\n" + b"\n" * (16 << 20), fields)
        made = json.loads(client.getresponse().read())
        client.close()
        before = self.server.descriptors()
        for _ in range(10):
            tls = self.server.raw()
            tls.sendall(f"GET /api/v1/courses/{COURSE}/files/{made['id']} HTTP/1.1\r\nHost: localhost\r\n"
                        f"Authorization: Bearer {self.token}\r\n\r\n".encode())
            tls.recv(1000)
            os.close(tls.detach())
        until = time.monotonic() + 10  # the deadline of a reply is 30 s and more
        while self.server.descriptors() > before and time.monotonic() < until:
            time.sleep(0.01)
        self.assertLessEqual(self.server.descriptors(), before)


class Reload(unittest.TestCase):
    def test_a_new_pair_serves_new_connections_and_a_broken_one_changes_nothing(self):
        with tempfile.TemporaryDirectory(prefix="tandem-test-tls-") as folder:
            make_pair(folder, days=30)
            with TlsServer(folder) as server:
                def ready(connection):
                    connection.request("GET", "/readyz")
                    return json.loads(connection.getresponse().read())["notes"]

                def tls_notes(connection):
                    return [note for note in ready(connection) if "TLS" in note]

                old_client = server.client()
                self.assertEqual(tls_notes(old_client), [])
                with server.raw() as tls:
                    old = certificate_of(tls)

                make_pair(folder, days=10)
                line = server.reload("reloaded; it ends at")
                self.assertIn("certificate.pem", line)
                with server.raw() as tls:
                    new = certificate_of(tls)
                self.assertNotEqual(new, old)
                # The old connection goes on, under the old certificate.
                self.assertRegex(tls_notes(old_client)[0], r"^the TLS certificate ends at \d{4}-")
                self.assertEqual(certificate_of(old_client.sock), old)

                with open(f"{folder}/key.pem", encoding="ascii") as file:
                    key = file.read()
                make_pair(folder, certificate_name="unused.pem")  # another key without its certificate
                line = server.reload("stays in use")
                self.assertIn("key.pem: the key does not belong to the certificate", line)
                with server.raw() as tls:
                    self.assertEqual(certificate_of(tls), new)
                self.assertEqual(len(tls_notes(old_client)), 2)

                with open(f"{folder}/key.pem", "w", encoding="ascii") as file:
                    file.write(key)
                server.reload("reloaded; it ends at")
                self.assertEqual(len(tls_notes(old_client)), 1)
                old_client.close()
                said = "".join(server.lines)
                self.assertNotIn("PRIVATE", said)
                self.assertNotIn(key.splitlines()[1], said)


class Start(unittest.TestCase):
    def test_the_options_go_together(self):
        cases = [
            (["--tls-listen", "127.0.0.1:0"], "no certificate"),
            (["--tls-certificate", "a", "--tls-key", "b"], "nowhere to show it"),
            (["--tls-listen", "127.0.0.1:0", "--tls-certificate", "a"], "no key"),
            (["--listen", "none"], "no way in"),
        ]
        for options, why in cases:
            done = subprocess.run([BINARY, "serve", "--data", "/nonexistent/data", *options], capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 2, f"{why}: {done.stderr}")

    def test_a_pair_that_cannot_be_used_ends_the_start_with_its_name(self):
        with tempfile.TemporaryDirectory(prefix="tandem-test-tls-") as folder:
            make_pair(folder)
            make_pair(folder, key_name="other.pem", certificate_name="unused.pem")
            for key, words in (("missing.pem", "missing.pem: No such file"), ("other.pem", "other.pem: the key does not belong")):
                done = subprocess.run([BINARY, "serve", "--data", f"{folder}/data", "--tls-listen", "127.0.0.1:0", "--tls-certificate",
                                       f"{folder}/certificate.pem", "--tls-key", f"{folder}/{key}"], capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(words, done.stderr)
                self.assertFalse(os.path.exists(f"{folder}/data"))

    def test_tls_alone_is_enough(self):
        with tempfile.TemporaryDirectory(prefix="tandem-test-tls-") as folder:
            make_pair(folder)
            process = subprocess.Popen([BINARY, "serve", "--data", f"{folder}/data", "--listen", "none", "--tls-listen", "127.0.0.1:0",
                                        "--tls-certificate", f"{folder}/certificate.pem", "--tls-key", f"{folder}/key.pem"],
                                       stderr=subprocess.PIPE, text=True)
            try:
                line = process.stderr.readline()
                found = re.search(r"listens on https://127\.0\.0\.1:(\d+), data", line)
                self.assertTrue(found, line)
                client = http.client.HTTPSConnection("localhost", int(found.group(1)), timeout=30,
                                                     context=ssl.create_default_context(cafile=f"{folder}/certificate.pem"))
                client.request("GET", "/healthz")
                self.assertEqual(client.getresponse().status, 200)
                client.sock.settimeout(30)
                process.send_signal(signal.SIGTERM)
                self.assertEqual(client.sock.recv(100), b"")  # an idle connection is closed, and told so
                client.close()
                self.assertEqual(process.wait(30), 0)
            finally:
                process.kill()
                process.stderr.close()
                process.wait()


if __name__ == "__main__":
    unittest.main()
