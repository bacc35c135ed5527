-- Calendar feeds (server/reminders/calendar_feed.h): what a calendar program polls under a secret address.
create table calendar_feeds (
  id integer primary key,                 -- random: the UIDs of its events are made of it
  person_id integer not null references people,
  course_id integer not null,             -- 0: of all courses of the person
  secret_hash blob not null unique,       -- BLAKE2b of the secret; the secret itself is nowhere
  created_at integer not null,
  renewed_at integer not null,            -- when the secret was made
  synced_seq integer not null default -1, -- sum of the change counters of its courses when its items were written
  synced_at integer not null default 0,   -- when that was: the one that waits longest goes first
  unique (person_id, course_id)
) strict;

-- The events of a feed as they were last written, with their revisions: a read only prints them.
create table calendar_items (
  feed_id integer not null references calendar_feeds,
  course_id integer not null references courses,
  item text not null,                     -- "milestone proposal", "slot of midpoint": stable as long as the thing is
  digest blob not null,                   -- BLAKE2b of all that is printed: another one is another revision
  sequence integer not null,              -- RFC 5545 3.8.7.4: from 0, rises with each revision, never falls
  revised_at integer not null,
  cancelled_at integer,                   -- when it ceased to be; printed as cancelled for a while
  starts_at integer not null,
  ends_at integer,                        -- null: an instant
  summary text not null,
  description text,
  location text,
  link text,                              -- a path of a page
  category text not null,
  primary key (feed_id, course_id, item)
) strict, without rowid;
create index calendar_items_by_course on calendar_items (course_id);
