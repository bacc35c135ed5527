# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clocks of a server under test, moved by a preloaded library (tests/http/moved_clock.c), as if the machine had slept."""

import os
import shutil
import struct
import subprocess

from tandem import BINARY, SOURCE


class Clock:
    """Moves the server's clocks."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "moved")
        self.by = 0
        with open(self.path, "wb") as file:
            file.write(struct.pack("=q", 0))
        library = os.path.join(folder, "moved_clock.so")
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        subprocess.run([compiler, "-std=gnu17", "-D_GNU_SOURCE", "-O1", "-shared", "-fPIC", "-o", library,
                        os.path.join(SOURCE, "tests/http/moved_clock.c"), "-ldl"], check=True)
        asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
        self.environment = {"LD_PRELOAD": library, "MOVED_CLOCK": self.path, "ASAN_OPTIONS": asan}

    @staticmethod
    def why_not():
        if not any(shutil.which(name) for name in ("cc", "gcc", "clang")):
            return "there is no C compiler"
        symbols = subprocess.run(["nm", "-D", "--defined-only", BINARY], capture_output=True, text=True, check=False).stdout
        return "this build brings its own clock_gettime (a sanitizer of clang)" if " clock_gettime\n" in symbols else None

    def move(self, seconds):
        self.by += seconds
        with open(self.path, "r+b") as file:
            file.write(struct.pack("=q", self.by))
