create table people (
  id integer primary key,
  name text not null,                     -- as the registrar has it
  preferred_name text,                    -- what everybody sees, when given
  is_disabled integer not null default 0 check (is_disabled in (0, 1)),
  password_hash text,                     -- argon2id; null: cannot sign in by password
  created_at integer not null
) strict;

-- E-mail addresses; a person signs in with any of them, mail goes to the primary.
create table addresses (
  address_key text primary key,           -- folded
  address text not null,
  person_id integer not null references people,
  is_primary integer not null check (is_primary in (0, 1))
) strict, without rowid;
create unique index addresses_primary on addresses (person_id) where is_primary = 1;
create index addresses_by_person on addresses (person_id);

create table enrolments (
  course_id integer not null references courses,
  person_id integer not null references people,
  role text not null check (role in ('student', 'staff', 'instructor')),
  credit text not null check (credit in ('credit', 'audit', 'pass-fail')),
  is_audit_approved integer not null default 0 check (is_audit_approved in (0, 1)),
  sis_id text,
  section text,
  is_confidential integer not null default 0 check (is_confidential in (0, 1)),
  state text not null check (state in ('active', 'dropped')),
  dropped_at integer,
  hold_until integer,                     -- a drop holds the place in the team, or the seat, until then
  version integer not null,               -- rises with each change; part of ETags
  created_at integer not null,
  primary key (course_id, person_id)
) strict, without rowid;
create index enrolments_by_person on enrolments (person_id);
create unique index enrolments_by_sis on enrolments (course_id, sis_id) where sis_id is not null;

create table sessions (
  token_hash blob primary key,            -- BLAKE2b of the cookie or bearer token; the token itself is nowhere
  id integer not null unique,             -- what lists show
  person_id integer not null references people,
  user_agent text,
  created_at integer not null,
  seen_at integer not null,               -- touched at most hourly
  expires_at integer not null
) strict, without rowid;
create index sessions_by_person on sessions (person_id);
create index sessions_by_expiry on sessions (expires_at);
