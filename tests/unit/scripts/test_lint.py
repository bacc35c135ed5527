#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""scripts/lint is fed one bad file of each kind, and good files that look like bad ones."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("TANDEM_SOURCE_DIR", Path(__file__).resolve().parents[3]))
C_HEAD = "// SPDX-License-Identifier: AGPL-3.0-or-later\n"
H_HEAD = C_HEAD + "// What it owns.\n#pragma once\n\n"
STORE = "server/teams/team_store.c"


def sql(literal):
    """A store function that runs `literal`; the SQL stands on line 4."""
    return f"{C_HEAD}void go(void);\nvoid go(void) {{\n  run({literal});\n  done();\n}}\n"


# (path, text, line, part of the message, why)
REFUSED = [
    ("common/base/a.c", C_HEAD + '#include "server/db/db.h"\n', 2, "common/base must not include server/db", "common knows no server"),
    ("common/base/a.c", C_HEAD + '#include "common/course/course.h"\n', 2, "must not include common/course", "base stands left of course"),
    ("server/work/a.c", C_HEAD + '#include "server/http/http.h"\n', 2, "server/work must not include server/http", "work stands left of http"),
    ("server/teams/a.c", C_HEAD + '#include "server/labs/lab.h"\n', 2, "must not include server/labs", "a feature looks only to its left"),
    ("server/labs/a.c", C_HEAD + '#include "server/teams/team_store.h"\n', 2, "the store of server/teams", "stores are private to their feature"),
    ("server/app.c", C_HEAD + '#include "server/commands/serve.h"\n', 2, "server/app must not include server/commands", "app stands left"),
    ("server/commands/a.c", C_HEAD + '#include "server/main.h"\n', 2, "must not include server/main", "main is last"),
    ("server/magic/a.c", C_HEAD + '#include "common/base/arena.h"\n', 2, "not in the table of layers", "an unknown folder has no place"),
    ("server/http/a.c", C_HEAD + '#include "tests/support/app.h"\n', 2, "only tests include tests/", "the product needs no test"),
    ("server/http/a.c", C_HEAD + '#include "router.h"\n', 2, "from the root", "paths are written from the root"),
    ("server/http/a.c", C_HEAD + "#include <server/http/router.h>\n", 2, "with quotes", "angle brackets are for others' headers"),
    ("server/http/a.c", C_HEAD + '#include "server/http/../db/db.h"\n', 2, "paths with ..", "a way around the table"),
    ("server/http/a.c", C_HEAD + '#include "server/http/router.c"\n', 2, ".c files", "a way around the linker"),
    ("server/work/a.c", C_HEAD + "#include <llhttp.h>\n", 2, "<llhttp.h> is included only in", "one place for llhttp"),
    ("server/http/a.c", C_HEAD + "#include <sqlite3.h>\n", 2, "<sqlite3.h> is included only in", "one place for SQLite"),
    ("tests/http/test_a.c", C_HEAD + "#include <sqlite3.h>\n", 2, "<sqlite3.h> is included only in", "tests go through db.h as well"),
    ("server/http/a.c", C_HEAD + "#include <curl/curl.h>\n", 2, "<curl/curl.h> is included only in", "one place for curl"),
    ("server/courses/a.c", C_HEAD + "#include <yaml.h>\n", 2, "<yaml.h> is included only in", "one place for libyaml"),
    ("common/base/json.c", C_HEAD + "#include <unicode/ucal.h>\n", 2, "<unicode/ucal.h> is included only in", "two files speak to ICU"),
    ("server/accounts/a.c", C_HEAD + "#include <sodium.h>\n", 2, "<sodium.h> is included only in", "one file speaks to libsodium"),
    ("server/teams/a.c", C_HEAD + "#include <csv.h>\n", 2, "<csv.h> is included only in", "one place for libcsv"),
    ("server/teams/a.c", C_HEAD + "#include <event2/event.h>\n", 2, "<event2/event.h> is included only in", "features meet no loop"),
    ("common/base/a.c", C_HEAD + "void go(char *p) { strcpy(p, p); }\n", 2, "strcpy is forbidden", "no bound"),
    ("common/base/a.c", C_HEAD + "int go(char *p) { return atoi  (p); }\n", 2, "atoi is forbidden", "white space before the parenthesis"),
    ("common/base/a.c", C_HEAD + "void go(char *p) {\n  /* x\n */ sprintf(p, \"\"); }\n", 4, "sprintf is forbidden", "after a comment of two lines"),
    ("tests/unit/a/test_a.c", C_HEAD + 'int go(void) { return system("ls"); }\n', 2, "system is forbidden", "in tests too"),
    ("server/teams/team.c", sql('"select name from teams where id = $1"'), 4, "SQL stands only in", "SQL outside of a store"),
    ("server/teams/team.h", H_HEAD + '#define QUERY "insert into teams (name) values ($1)"\n', 5, "SQL stands only in", "SQL in a header"),
    ("server/teams/team.c", sql('"DELETE FROM teams WHERE id = $1"'), 4, "SQL stands only in", "capital letters"),
    ("server/teams/team.c", sql('"select name "\n      "from teams"'), 4, "SQL stands only in", "a literal in two pieces"),
    (STORE, sql('"select name from teams where id = %d"'), 4, "no % in it", "a format"),
    (STORE, sql('"update teams set name = \'%s\'"'), 4, "no % in it", "a format inside quotes"),
    (STORE, sql('arena_format(arena, "select name from teams where id = $1")'), 4, "never put together", "a formatting call"),
    (STORE, sql('text_add(&text, "select " COLUMNS " from teams")'), 4, "never put together", "SQL built in a buffer"),
    (STORE, sql('"select name from teams where id = ?"'), 4, "not ?", "a parameter by place"),
    (STORE, sql('"select name from teams where id = :id"'), 4, "not names", "a parameter by name"),
    (STORE, sql('"select name from teams where name like $1"'), 4, "no LIKE", "search keys are folded by us"),
    (STORE, sql('"select name from teams where lower(name) = $1"'), 4, "no lower()", "search keys are folded by us"),
    ("common/base/a.c", "int x;\n", 1, "the first line is", "a source without its licence"),
    ("common/base/a.h", C_HEAD + "// What it owns.\nint x(void);\n", 1, "#pragma once", "a header included twice"),
    ("common/base/a.c", C_HEAD + "int  x;\n", 2, "not formatted", "clang-format"),
    ("common/base/a.c", C_HEAD + "//\n" * 600, 601, "at most 600", "one line too long"),
    ("common/base/a.c", C_HEAD + "// TO" "DO: later\n", 2, "TO" "DO", "unfinished work"),
    ("docs/a.md", "fine\nFIX" "ME\n", 2, "FIX" "ME", "in every text file"),
    ("config/a.yaml", "path: /ro" "ot/x\n", 1, "a path of one machine", "somebody's own folder"),
    ("scripts/a", "#!/bin/bash\ncd /ho" "me/me/tandem\n", 2, "a path of one machine", "somebody's own folder"),
]

# (path, text, why)
ACCEPTED = [
    ("server/http/a.c", C_HEAD + '#include "common/base/arena.h"\n#include "server/db/db.h"\n#include "server/http/router.h"\n', "edges to the left"),
    ("server/main.c", C_HEAD + '#include "server/commands/command.h"\n', "main sees all"),
    ("server/app.c", C_HEAD + '#include "server/teams/team.h"\n', "app sees the features"),
    ("server/teams/team.c", C_HEAD + '#include "server/teams/team_store.h"\n', "a feature's own store"),
    ("tests/unit/a/test_a.c", C_HEAD + '#include "server/teams/team_store.h"\n#include "tests/support/app.h"\n', "tests see all of ours"),
    ("server/db/a.c", C_HEAD + '#include "tandem_version.h"\n', "the generated header"),
    ("server/db/engine.c", C_HEAD + "#include <sqlite3.h>\n", "the place for SQLite"),
    ("common/base/text.c", C_HEAD + "#include <unicode/unorm2.h>\n", "one of the two users of ICU"),
    ("common/base/a.c", C_HEAD + "// strcpy(a, b) is not used; gets() neither.\n", "a comment"),
    ("common/base/a.c", C_HEAD + 'const char *const a = "strcpy(a, b) \\" sprintf(x)";\n', "a literal"),
    ("common/base/a.c", C_HEAD + "char go(void);\nchar go(void) { return '\"'; }\nint my_system(void);\n", "a quote as a character"),
    ("common/base/a.c", C_HEAD + "int go(struct table *table) { return table->system(1) + table->ops.rand(2); }\n", "a member of that name"),
    ("common/base/a.c", C_HEAD + "int go(void) { return localtime_r(&now, &parts) != NULL; }\n", "the reentrant form"),
    ("server/teams/team.c", sql('"Select a skill from the list, or update the card"'), "English"),
    (STORE, sql('"select id, name from teams where course = $1 and key = $2"'), "SQL in its place"),
    (STORE, sql('"insert into notes (text) values (\'why? 100:x\') returning id"'), "a ? and a : inside a value"),
    ("tests/faults/test_a.c", sql('"select name from teams where id = ?"'), "tests try what db.h refuses"),
    ("common/base/a.c", C_HEAD + "//\n" * 599, "exactly 600 lines"),
    ("scripts/a", "#!/bin/bash\nmktemp -d \"$HOME/a.XXXXXX\"\n", "a pattern of mktemp"),
    ("docs/a.md", "https://example.org/home/ and Todoist\n", "words that only contain one"),
]


def lint(files):
    """Runs scripts/lint over a tree of just these files; returns (exit code, lines)."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files:
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())
        result = subprocess.run([sys.executable, ROOT / "scripts/lint", "--root", folder], capture_output=True, text=True, check=False)
        if result.stderr:
            raise AssertionError(result.stderr)
        return result.returncode, result.stdout.splitlines()


class Lint(unittest.TestCase):
    def test_each_bad_file_is_refused_at_its_line(self):
        for path, text, line, words, why in REFUSED:
            with self.subTest(why, path=path):
                code, lines = lint([(path, text)])
                self.assertEqual(code, 1)
                self.assertTrue(any(row.startswith(f"{path}:{line}: ") and words in row for row in lines), lines)

    def test_files_that_only_look_bad_are_accepted(self):
        for path, text, why in ACCEPTED:
            with self.subTest(why, path=path):
                self.assertEqual(lint([(path, text)]), (0, []))

    def test_all_complaints_of_all_files_are_told_in_order(self):
        code, lines = lint([("server/b.c", "int x;\n"), ("common/base/a.c", C_HEAD + '#include "server/db/db.h"\nint  x;\n')])
        self.assertEqual(code, 1)
        self.assertEqual([row.rsplit(": ", 1)[0].split(": ")[0] for row in lines],
                         ["common/base/a.c:2", "common/base/a.c:3", "server/b.c:1"])

    def test_libcsv_is_spoken_to_in_one_file(self):
        text = C_HEAD + "#include <csv.h>\n"
        self.assertEqual(lint([("server/courses/a.c", text)]), (0, []))
        self.assertEqual(lint([("server/courses/a.c", text), ("server/courses/b.c", text)]),
                         (1, ["server/courses/b.c:2: <csv.h> is spoken to in one file, server/courses/a.c"]))

    def test_a_source_that_is_not_utf8_is_refused_and_a_picture_is_not_read(self):
        self.assertEqual(lint([("docs/a.png", b"\0TO" b"DO\xff")]), (0, []))
        self.assertEqual(lint([("common/base/a.c", C_HEAD.encode() + b"// \xff\n")]), (1, ["common/base/a.c:1: not UTF-8 text"]))

    def test_ignored_files_are_not_read_in_a_repository(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["git", "init", "-q", folder], check=True)
            Path(folder, ".gitignore").write_text("ignored.c\n")
            Path(folder, "ignored.c").write_text("int x;\n")
            run = [sys.executable, ROOT / "scripts/lint", "--root", folder]
            self.assertEqual(subprocess.run(run, check=False).returncode, 0)
            Path(folder, "new.c").write_text("int x;\n")
            result = subprocess.run(run, capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stdout.split(": ")[0]), (1, "new.c:1"))

    def test_a_folder_that_does_not_exist_is_a_usage_error(self):
        result = subprocess.run([sys.executable, ROOT / "scripts/lint", "--root", "/nonexistent"], capture_output=True, check=False)
        self.assertEqual(result.returncode, 2)


if __name__ == "__main__":
    unittest.main()
