# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the matrix knows of mail: the list of what became of it says to whom and about what, to the operator and to staff alone."""


def read(_facts, _db):
    pass


def plant(_world):
    pass


def plant_later(_world):
    pass


def plant_by_hand(_world, _db):
    pass


def secrets(_world):
    return []


COURSE_FILE = ()


def samples(sample):
    return {
        "GET /mails": sample(("", "?state=failed&limit=5")),
        "GET /courses/{course}/mail": sample(("", "?state=waiting")),
    }
