# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files up and down over real sockets: what is refused before its body and what at the cap, memory that stays flat, a sender as slow as
1 Mbit/s, and a server that is killed in the middle. With TANDEM_SLOW=1 also the whole 20 MB at 1 Mbit/s, which takes 160 s."""

import hashlib
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
import unittest
from urllib.parse import quote

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tandem import BINARY, COURSE, Server  # noqa: E402

MIB = 1024 * 1024
CAP = 20 * MIB
FILES = f"/courses/{COURSE}/files"
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
AFTER_A_WEEK = "2023-09-13T14:00:00Z"


def pdf(size, seed=0):
    """That many bytes that libmagic takes for a PDF; of another seed, another content."""
    head = b"%%PDF-1.4\n%% %d\n" % seed
    return head + os.urandom(64) + b"\n" * (size - len(head) - 64)


class Upload:
    """One upload, byte by byte over a socket of its own."""

    def __init__(self, server, token, name="report.pdf", fields=()):
        self.peer = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        head = [f"POST /api/v1{FILES}?name={quote(name)} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}", *fields]
        self.peer.sendall("\r\n".join(head).encode() + b"\r\n\r\n")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def send(self, payload):
        self.peer.sendall(payload)

    def send_until_refused(self, pieces):
        """The bytes that went out before the server hung up, or said something."""
        sent = 0
        try:
            for piece in pieces:
                self.peer.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        return sent

    def answer(self):
        response = http.client.HTTPResponse(self.peer)
        response.begin()
        text = response.read()
        return response.status, json.loads(text) if text else None

    def close(self):
        self.peer.close()


class Uploads(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.__exit__)
        operator = self.server.operator()
        self.ann, self.token = self.server.person(operator, "Ann Ng")
        _, self.other = self.server.person(operator, "Bob Oh")
        _, self.staff = self.server.person(operator, "Tia Ray", role="staff")

    def put(self, payload, name="report.pdf", token=None, status=201):
        return self.server.connect().expect(status, "POST", f"{FILES}?name={quote(name)}", payload, token=token or self.token,
                                            headers={"Content-Type": "application/octet-stream"})

    def get(self, path, token=None, method="GET", **fields):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request(method, "/api/v1" + path, headers={"Authorization": f"Bearer {token or self.token}", **fields})
        response = connection.getresponse()
        return response, response.read()

    def waiting(self):
        return self.server.connect().expect(200, "GET", FILES, token=self.token)["files"]

    def kept(self):
        """Digests of all contents, and how many temporaries there are."""
        folder = os.path.join(self.server.data, "files")
        incoming = os.path.join(folder, "incoming")
        if not os.path.isdir(incoming):  # before the first upload
            return [], 0
        shelves = [name for name in os.listdir(folder) if name != "incoming"]
        return sorted(name for shelf in shelves for name in os.listdir(os.path.join(folder, shelf))), len(os.listdir(incoming))

    def expect_kept(self, digests, temporaries=0):
        """A connection that ends, and the sweep a second after the start, are noticed in a moment."""
        for _ in range(600):
            if self.kept() == (sorted(digests), temporaries):
                return
            self.server.reader.join(0.05)
        self.assertEqual(self.kept(), (sorted(digests), temporaries))

    def memory(self):
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

    def test_a_file_goes_up_and_comes_down_as_it_was(self):
        payload = pdf(3 * MIB)
        digest = hashlib.sha256(payload).hexdigest()
        made = self.put(payload, name="Bericht für Ann.pdf")
        self.assertEqual((made["name"], made["bytes"], made["media"], made["sha256"]),
                         ("Bericht für Ann.pdf", len(payload), "application/pdf", digest))
        self.assertEqual(self.waiting(), [made])
        response, body = self.get(f"{FILES}/{made['id']}")
        self.assertEqual((response.status, body), (200, payload))
        fields = dict(response.getheaders())
        self.assertEqual(fields["Content-Disposition"],
                         "attachment; filename=\"Bericht f_r Ann.pdf\"; filename*=UTF-8''Bericht%20f%C3%BCr%20Ann.pdf")
        self.assertEqual((fields["Content-Type"], fields["ETag"], fields["X-Content-Type-Options"], fields["Cache-Control"]),
                         ("application/pdf", f'"{digest}"', "nosniff", "private, no-cache"))
        self.assertEqual(fields["Content-Security-Policy"], "sandbox; default-src 'none'")
        head, nothing = self.get(f"{FILES}/{made['id']}", method="HEAD")
        self.assertEqual((head.status, nothing, head.getheader("Content-Length")), (200, b"", str(len(payload))))
        again, nothing = self.get(f"{FILES}/{made['id']}", **{"If-None-Match": fields["ETag"]})
        self.assertEqual((again.status, nothing), (304, b""))
        part, middle = self.get(f"{FILES}/{made['id']}", Range="bytes=1000000-2000000")
        self.assertEqual((part.status, middle, part.getheader("Content-Range")),
                         (206, payload[1000000:2000001], f"bytes 1000000-2000000/{len(payload)}"))
        self.expect_kept([digest])
        self.server.connect().expect(204, "DELETE", f"{FILES}/{made['id']}", token=self.token)
        self.assertEqual(self.get(f"{FILES}/{made['id']}")[0].status, 404)
        # The content goes with the next sweep.
        self.server.stop()
        self.server.start()
        self.expect_kept([])

    def test_others_get_404_and_staff_the_file(self):
        made = self.put(pdf(1000))
        path = f"{FILES}/{made['id']}"
        self.assertEqual(self.get(path, token=self.other)[0].status, 404)
        self.assertEqual(self.get(path, token=self.staff)[0].status, 200)
        self.assertEqual(self.get(f"{FILES}/999")[0].status, 404)
        self.server.connect().expect(404, "DELETE", path, token=self.other)
        self.server.connect().expect(403, "DELETE", path, token=self.staff)
        self.assertEqual(self.server.connect().expect(200, "GET", FILES, token=self.other)["files"], [])

    def test_what_cannot_be_taken_is_refused_before_its_body(self):
        cases = [
            ("report.pdf", f"Content-Length: {CAP + 1}", self.token, 413, "too_large"),
            ("report.pdf", "Content-Length: 1000000000000", self.token, 413, "too_large"),
            ("virus.exe", "Content-Length: 10", self.token, 422, "invalid_fields"),
            ("../report.pdf", "Content-Length: 10", self.token, 422, "invalid_fields"),
            ("report.pdf", "Content-Length: 10", "nobody", 401, "not_signed_in"),
            ("report.pdf", "Content-Length: 10\r\nContent-Encoding: gzip", self.token, 415, "unsupported_media_type"),
            ("report.pdf", "Content-Length: 0", self.token, 400, "bad_request"),
        ]
        for name, length, token, status, code in cases:
            with self.subTest(name=name, length=length):
                upload = Upload(self.server, token, name, [length, "Expect: 100-continue"])
                got, answer = upload.answer()  # and no 100 before it
                self.assertEqual((got, answer["code"]), (status, code), answer)
                upload.close()
        upload = Upload(self.server, self.token, fields=["Content-Length: 100", "Expect: 100-continue"])
        self.assertEqual(upload.peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
        upload.send(pdf(100))
        self.assertEqual(upload.answer()[0], 201)
        upload.close()

    def test_content_that_is_not_what_its_name_says_is_refused_and_not_kept(self):
        cases = [("report.pdf", b"just words\n"), ("notes.txt", pdf(1000)), ("photo.png", pdf(1000)), ("data.csv", b"\0\1\2\3" * 100),
                 ("paper.docx", b"PK but no archive"), ("talk.zip", b"#!/bin/sh\nrm\n")]
        for name, payload in cases:
            with self.subTest(name=name):
                refused = self.put(payload, name=name, status=422)
                self.assertEqual(refused["code"], "wrong_content")
                self.assertIn(name, refused["detail"])
        self.assertEqual(self.waiting(), [])
        self.expect_kept([])
        for name, payload in [("notes.md", "# Über\n".encode()), ("x.py", b"import os\nprint(os)\n"), ("a.json", b'{"a": [1, 2]}\n'),
                              ("t.csv", b"a,b\n1,2\n3,4\n")]:
            self.put(payload, name=name)
        self.assertEqual([file["name"] for file in self.waiting()], ["t.csv", "a.json", "x.py", "notes.md"])

    def test_200_mb_are_refused_at_the_cap_with_flat_memory_and_no_file_left(self):
        self.put(pdf(CAP, 1))  # as large as may be: whatever this takes is taken already
        before = self.memory()
        kept = self.kept()[0]
        upload = Upload(self.server, self.token, fields=[f"Content-Length: {200 * MIB}"])
        self.assertEqual(upload.answer()[0], 413)
        upload.close()
        piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        upload = Upload(self.server, self.token, fields=["Transfer-Encoding: chunked"])
        answers = []
        reader = threading.Thread(target=lambda: answers.append(upload.answer()))
        reader.start()
        sent = upload.send_until_refused(piece for _ in range(200 * MIB // 65536))
        reader.join()
        self.assertEqual((answers[0][0], answers[0][1]["code"]), (413, "too_large"))
        self.assertLess(sent, CAP + 16 * MIB)  # what the kernel's buffers hold comes on top
        upload.close()
        self.expect_kept(kept)
        if not SANITIZED:  # whose allocator keeps for a while what was freed
            self.assertLess(self.memory() - before, 4 * MIB)

    def test_who_has_too_many_waiting_is_refused_until_one_is_gone(self):
        for i in range(20):
            self.put(pdf(200, i))
        self.assertEqual(self.put(pdf(200, 20), status=409)["code"], "too_many_files")
        page = self.server.connect().expect(200, "GET", FILES + "?limit=15", token=self.token)
        rest = self.server.connect().expect(200, "GET", f"{FILES}?limit=15&below={page['next']}", token=self.token)
        self.assertEqual((len(page["files"]), len(rest["files"]), rest.get("next")), (15, 5, None))
        self.put(pdf(200, 21), token=self.other)
        self.server.connect().expect(204, "DELETE", f"{FILES}/{page['files'][0]['id']}", token=self.token)
        self.put(pdf(200, 22))

    def test_no_more_than_200_mib_wait_however_many_files_come_at_once(self):
        for i in range(9):
            self.put(pdf(CAP, i))
        uploads = [Upload(self.server, self.token, fields=[f"Content-Length: {CAP}", "Expect: 100-continue"]) for _ in range(4)]
        for upload in uploads:  # admitted, so that the fifth comes after them
            self.assertEqual(upload.peer.recv(25), b"HTTP/1.1 100 Continue\r\n\r\n")
        fifth = Upload(self.server, self.token, fields=["Content-Length: 10"])
        self.assertEqual(fifth.answer()[1]["code"], "busy")
        fifth.close()
        statuses = []
        for i, upload in enumerate(uploads):
            upload.send(pdf(CAP, 100 + i))
            statuses.append(upload.answer()[0])
            upload.close()
        self.assertEqual(sorted(statuses), [201, 409, 409, 409])
        self.assertEqual(sum(file["bytes"] for file in self.waiting()), 200 * MIB)

    def test_what_is_deleted_at_once_does_not_fill_the_disk_until_the_hourly_sweep(self):
        self.server.reader.join(2.5)  # the sweep at the start is over
        for i in range(14):
            made = self.put(pdf(CAP, i))
            self.server.connect().expect(204, "DELETE", f"{FILES}/{made['id']}", token=self.token)
        for _ in range(100):
            if len(self.kept()[0]) < 13:
                break
            self.server.reader.join(0.1)
        self.assertLess(len(self.kept()[0]), 13)  # 256 MiB

    def test_a_repeat_with_its_key_uploads_once_even_without_room_for_another(self):
        for i in range(19):
            self.put(pdf(200, i))
        payload = pdf(200, 19)
        answers = []
        for body in (payload, payload, pdf(200, 20)):
            fields = [f"Content-Length: {len(body)}", "Idempotency-Key: the-twentieth"]
            with Upload(self.server, self.token, fields=fields) as upload:
                upload.send(body)
                answers.append(upload.answer())
        self.assertEqual((answers[0], answers[0][0]), (answers[1], 201))
        self.assertEqual((answers[2][0], answers[2][1]["code"]), (422, "idempotency_key_reused"))
        self.assertEqual(len(self.waiting()), 20)

    def test_a_disk_without_room_refuses_the_upload_and_keeps_nothing(self):
        known = self.put(pdf(1000))
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (100000, resource.RLIM_INFINITY))
        for fields in (["Content-Length: 1000000"], ["Transfer-Encoding: chunked"]):
            with Upload(self.server, self.token, fields=fields) as upload:
                upload.send_until_refused([b"f4240\r\n" if "chunked" in fields[0] else b"", pdf(1000000)])
                status, answer = upload.answer()
                self.assertEqual((status, answer["code"]), (503, "store_unavailable"), answer)
        self.expect_kept([known["sha256"]])
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.put(pdf(1000000))

    def test_the_same_content_is_kept_once_and_stays_while_anybody_has_it(self):
        payload = pdf(1000)
        digest = hashlib.sha256(payload).hexdigest()
        first, second = self.put(payload), self.put(payload, name="copy.pdf", token=self.other)
        self.assertNotEqual(first["id"], second["id"])
        self.expect_kept([digest])
        self.server.connect().expect(204, "DELETE", f"{FILES}/{first['id']}", token=self.token)
        self.server.stop()
        self.server.start()
        self.server.reader.join(2.5)  # longer than the sweep at the start takes to come
        self.expect_kept([digest])
        self.assertEqual(self.get(f"{FILES}/{second['id']}", token=self.other)[1], payload)

    def test_a_file_that_nobody_hands_in_goes_after_a_week(self):
        made = self.put(pdf(1000))
        self.server.stop()
        self.server.now = AFTER_A_WEEK
        self.server.start()
        for _ in range(100):
            if not self.waiting():
                break
            self.server.reader.join(0.1)
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.get(f"{FILES}/{made['id']}")[0].status, 404)
        self.server.stop()
        self.server.start()
        self.expect_kept([])

    def test_a_client_that_leaves_in_the_middle_leaves_nothing(self):
        for fields in (["Content-Length: 1000000"], ["Transfer-Encoding: chunked"]):
            upload = Upload(self.server, self.token, fields=fields)
            upload.send(b"8\r\n%PDF-1.4\r\n")
            self.expect_kept([], 1)
            upload.close()
            self.expect_kept([])
        self.assertEqual(self.waiting(), [])

    def test_a_kill_leaves_no_row_without_its_file_and_no_file_that_the_sweep_leaves(self):
        known, stop, lock = [], threading.Event(), threading.Lock()
        half = Upload(self.server, self.token, fields=["Content-Length: 1000000"])
        half.send(pdf(500000))
        self.expect_kept([], 1)

        def keep_uploading(token, start):
            number = start
            while not stop.is_set():
                payload = pdf(100000, number)
                number += 1
                try:
                    with Upload(self.server, token, fields=[f"Content-Length: {len(payload)}"]) as upload:
                        upload.send(payload)
                        status, answer = upload.answer()
                except (OSError, http.client.HTTPException):
                    return
                if status == 201:
                    with lock:
                        known.append((token, answer["id"], payload))
                elif status != 409:
                    raise AssertionError(f"{status}: {answer}")

        for round_number in range(3):
            stop.clear()
            threads = [threading.Thread(target=keep_uploading, args=(token, 1000 * round_number + 100 * i))
                       for i, token in enumerate((self.token, self.other, self.staff))]
            wanted = len(known) + 5
            for thread in threads:
                thread.start()
            while len(known) < wanted and any(thread.is_alive() for thread in threads):
                self.server.reader.join(0.002)
            self.server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            self.server.start()
        half.close()
        for token, number, payload in known:
            self.assertEqual(self.get(f"{FILES}/{number}", token=token)[1], payload)
        # Rows whose answer did not arrive have their content too, and nothing else is there.
        rows = []
        for token in (self.token, self.other, self.staff):
            for file in self.server.connect().expect(200, "GET", FILES + "?limit=100", token=token)["files"]:
                response, body = self.get(f"{FILES}/{file['id']}", token=token)
                self.assertEqual((response.status, hashlib.sha256(body).hexdigest()), (200, file["sha256"]))
                rows.append(file["sha256"])
        self.expect_kept(set(rows))
        self.assertGreaterEqual(len(rows), len(known))
        self.assertTrue(json.loads(self.server.command("audit", "verify", "--json").stdout)["sound"])

    def send_slowly(self, size, bytes_a_second):
        """At that rate, in pieces of a tenth of a second; returns the answer and how long it took."""
        payload = pdf(size)
        upload = Upload(self.server, self.token, fields=[f"Content-Length: {size}"])
        began, sent = time.monotonic(), 0
        while sent < size:
            due = min(size, int((time.monotonic() - began + 0.1) * bytes_a_second))
            upload.send(payload[sent:due])
            sent = due
            self.server.reader.join(0.1)
        answer = upload.answer()
        upload.close()
        return answer, time.monotonic() - began

    def test_a_megabyte_at_a_megabit_a_second_arrives(self):
        (status, answer), _ = self.send_slowly(1000000, 125000)
        self.assertEqual((status, answer["bytes"]), (201, 1000000))

    @unittest.skipUnless(os.environ.get("TANDEM_SLOW"), "takes 160 s; TANDEM_SLOW=1 runs it")
    def test_twenty_megabytes_at_a_megabit_a_second_arrive(self):
        (status, answer), seconds = self.send_slowly(20000000, 125000)
        self.assertEqual((status, answer["bytes"]), (201, 20000000))
        print(f"20 MB in {seconds:.0f} s", file=sys.stderr)

    def test_a_backup_brings_the_files_back(self):
        payload = pdf(MIB)
        made = self.put(payload)
        backups = os.path.join(self.server.folder.name, "backups")
        os.mkdir(backups, 0o700)
        done = self.server.command("backup", backups, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        folder = json.loads(done.stdout)["path"]
        place = os.path.join("files", made["sha256"][:2], made["sha256"])
        with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as manifest:
            files = json.load(manifest)["files"]
        self.assertEqual(files[1:], [{"path": place, "bytes": len(payload), "sha256": made["sha256"]}])
        data = os.path.join(self.server.folder.name, "elsewhere")
        self.server.stop()
        with open(os.path.join(folder, place), "r+b") as file:
            file.seek(MIB // 2)
            file.write(b"!")
        spoilt = subprocess.run([BINARY, "restore", folder, "--data", data], capture_output=True, text=True, timeout=60)
        self.assertEqual(spoilt.returncode, 1)
        self.assertIn("is not the file that the manifest names", spoilt.stderr)
        self.assertFalse(os.path.exists(data))
        with open(os.path.join(folder, place), "wb") as file:
            file.write(payload)
        self.server.data, former = data, self.server.data
        done = self.server.command("restore", folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.server.start()
        self.assertEqual(self.get(f"{FILES}/{made['id']}")[1], payload)
        # What is missing or damaged is no backup.
        self.server.stop()
        self.server.data = former
        for spoil, words in ((b"!" * len(payload), "is damaged"), (None, "cannot be read")):
            with open(os.path.join(former, place), "wb") as file:
                file.write(spoil or b"")
            if spoil is None:
                os.unlink(os.path.join(former, place))
            done = self.server.command("backup", backups)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(words, done.stderr)
        self.assertEqual(len(os.listdir(backups)), 1)
        self.server.start()


if __name__ == "__main__":
    unittest.main()
