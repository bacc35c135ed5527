-- Settings of the installation: random id, the clock's offset, the last instant seen. One row a name.
create table settings (
  name text primary key,
  value text not null
) strict, without rowid;

-- A course as applied. The stored text is the truth, not the file it came from.
create table courses (
  id integer primary key,
  slug text not null unique,              -- course.id of the file
  title text not null,
  syllabus text not null,                 -- YAML
  syllabus_version integer not null,      -- rises with each apply; the key of the cache of parsed courses
  created_at integer not null
) strict;

-- The head of each course's chain; course 0 is the installation. seq is the course's change counter.
create table audit_heads (
  course_id integer primary key,
  seq integer not null,
  hash blob not null                      -- of the row with this seq
) strict;

create table audit (
  course_id integer not null,
  seq integer not null,                   -- from 1, without gaps
  at integer not null,
  actor_id integer,                       -- a person, or null: the system
  cause text,                             -- why the system acted
  kind text not null,
  subject text not null,
  digest blob not null,                   -- BLAKE2b of salt, before, after
  hash blob not null,                     -- BLAKE2b of the previous hash and every column above
  primary key (course_id, seq),
  check ((actor_id is null) = (cause is not null))
) strict, without rowid;

-- Erasable: when a person's data goes, rows here go; the chain above stays sound.
create table audit_details (
  course_id integer not null,
  seq integer not null,
  salt blob not null,
  before text,                            -- JSON
  after text,                             -- JSON
  primary key (course_id, seq)
) strict, without rowid;

-- What the clock will cause (server/db/agenda.h).
create table agenda (
  kind text not null,
  course_id integer not null,
  subject_id integer not null,
  at integer not null,
  primary key (kind, course_id, subject_id)
) strict, without rowid;
create index agenda_by_instant on agenda (at);

-- What people are told (server/outbound/outbox.h). sent_at is null while it waits for a transport.
create table outbox (
  id integer primary key,
  course_id integer not null,             -- 0: none
  person_id integer not null,
  kind text not null,
  subject text not null,
  words text not null,
  link text,
  at integer not null,
  sent_at integer
) strict;
create index outbox_by_person on outbox (person_id, id);
create index outbox_unsent on outbox (id) where sent_at is null;
