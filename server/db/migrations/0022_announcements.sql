-- Announcements by staff (server/reminders/announcement.h): now or at an instant, to people who are found when it leaves.
create table announcements (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  by_id integer references people,        -- null: the operator
  audience text not null check (audience in ('everybody', 'track', 'not done', 'team')),
  track text,                             -- id in the course file
  milestone text,                         -- id in the course file
  team_id integer references teams,
  subject text not null,
  words text not null,
  is_urgent integer not null check (is_urgent in (0, 1)),
  also_to text,                           -- an address that is nobody's of the course: a class's, a list's
  send_at integer not null,               -- when it is to leave; of one that has left, when it did
  sent_at integer,
  cancelled_at integer,
  recipients integer,                     -- how many people it was sent to
  created_at integer not null,
  version integer not null,
  check ((audience = 'track') = (track is not null)),
  check ((audience = 'not done') = (milestone is not null)),
  check ((audience = 'team') = (team_id is not null)),
  check ((sent_at is null) = (recipients is null)),
  check (sent_at is null or cancelled_at is null)
) strict;
create index announcements_by_course on announcements (course_id, send_at, id);
create index announcements_by_person on announcements (by_id) where by_id is not null;
create index announcements_by_team on announcements (team_id) where team_id is not null;

-- To whom each was sent, so that they find it again whatever becomes of their place. Who read it is not kept.
create table announcement_people (
  person_id integer not null references people,
  announcement_id integer not null references announcements,
  primary key (person_id, announcement_id)
) strict, without rowid;
create index announcement_people_by_announcement on announcement_people (announcement_id);

-- A message to an address that is nobody's (person_id 0): a mail of its own.
alter table outbox add column address text;
