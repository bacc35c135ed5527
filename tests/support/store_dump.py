# SPDX-License-Identifier: AGPL-3.0-or-later
"""Everything in a store, to show that something left it unchanged. Reads beside the running server, in one short snapshot; tests only."""

import os
import sqlite3

# The heartbeat and the planner write them, whatever clients do.
MOVES_BY_ITSELF = (("settings", "last_instant"), ("settings", "unsubscribe key"), ("agenda", "daily mail"))
# What waits becomes mails, and those leave, whatever clients do meanwhile.
PUMPED = {"mails": None, "outbox": ("deliver_at", "mail_id", "sent_at", "outcome")}
# How far reminders are handled: the planner moves it on twice a minute.
PLANNED = "reminder_plans"


def dump(data):
    """The rows of every table, as a sorted list of (table, row)."""
    connection = sqlite3.connect(f"file:{os.path.join(data, 'tandem.db')}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("begin")
        names = [name for (name,) in connection.execute(
            "select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_' order by name")]
        rows = [(name, row) for name in names if PUMPED.get(name, ()) is not None
                for row in connection.execute(f'select {columns(connection, name)} from "{name}"')]
        connection.execute("rollback")
    finally:
        connection.close()
    kept = (row for row in rows if row[0] != PLANNED and (row[0], row[1][0]) not in MOVES_BY_ITSELF)
    return sorted(kept, key=repr)


def columns(connection, name):
    return ", ".join(row[1] for row in connection.execute(f'pragma table_info("{name}")') if row[1] not in PUMPED.get(name, ()))


def difference(before, after):
    """What a change did, in a few lines of words; empty when there is none."""
    gone, come = set(before) - set(after), set(after) - set(before)
    return "\n".join([f"- {row!r}"[:400] for row in sorted(gone, key=repr)] + [f"+ {row!r}"[:400] for row in sorted(come, key=repr)])
