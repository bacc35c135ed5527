-- Requests to staff (server/courses/petition.h): one table, one queue. What depends on the kind's row in the program
-- (who decides, whose word is asked for) is noted at asking, so that lists need no table of kinds.
create table petitions (
  id integer primary key,
  course_id integer not null,
  person_id integer not null,             -- who asks
  kind text not null,                     -- "leave", "swap", …: a row of server/petition_kinds.c
  team_id integer references teams,       -- what it is about, or null
  other_id integer references people,     -- the other person of a swap, or null
  size integer,                           -- of the team, or null
  message text not null,
  state text not null check (state in ('open', 'granted', 'declined', 'withdrawn')),
  is_instructors integer not null check (is_instructors in (0, 1)), -- decided by instructors only
  partner_id integer references people,   -- whose consent is asked for, or null
  needs_consent integer not null check (needs_consent in (0, 1)), -- not granted without it
  consent text check (consent in ('agreed', 'refused')), -- null: not said
  consent_at integer,
  asked_at integer not null,
  answered_at integer,
  answered_by integer references people,  -- who ended it; null: the operator, or nobody yet
  answer text,                            -- the words, to the asker and to those whom the act affects
  foreign key (course_id, person_id) references enrolments,
  check ((state = 'open') = (answered_at is null)),
  check ((consent is null) = (consent_at is null))
) strict;
-- One open request a person, kind and subject.
create unique index petitions_once on petitions (course_id, person_id, kind, coalesce(team_id, 0), coalesce(other_id, 0))
  where state = 'open';
create index petitions_open on petitions (course_id, id) where state = 'open';
create index petitions_by_course on petitions (course_id, id);
create index petitions_by_person on petitions (course_id, person_id, id);
create index petitions_partner on petitions (partner_id, course_id) where state = 'open' and partner_id is not null;
