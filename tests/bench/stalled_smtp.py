#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server for scripts/bench that agrees to everything and never answers the last dot. Prints "port=N", then a line for each mail that it holds.
Ends with SIGTERM."""

import socket
import sys
import threading

ANSWERS = {b"EHLO": b"250 hello", b"MAIL": b"250 yes", b"RCPT": b"250 yes", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


def hold(peer):
    peer.sendall(b"220 here\r\n")
    is_in_body = False
    for line in peer.makefile("rb"):
        if is_in_body:
            if line == b".\r\n":
                print("held", flush=True)
            continue
        answer = ANSWERS.get(line[:4].upper(), b"500 what?")
        is_in_body = answer.startswith(b"354")
        peer.sendall(answer + b"\r\n")


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"port={listener.getsockname()[1]}", flush=True)
    while True:
        peer, _address = listener.accept()
        threading.Thread(target=hold, args=(peer,), daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
