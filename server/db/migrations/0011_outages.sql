-- The server, or its store, was not there, and that spanned a due or closing instant of the course.
create table outages (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  cause text not null check (cause in ('down', 'store')), -- not running, or taking no changes
  from_at integer not null,               -- the last heartbeat before
  until_at integer not null,              -- the first one after
  granted_at integer,                     -- the extension was given
  granted_by integer references people    -- null: the operator, or nobody
) strict;
create index outages_by_course on outages (course_id, id);

create table outage_milestones (
  outage_id integer not null references outages,
  milestone text not null,                -- id in the course file
  not_in integer not null check (not_in >= 0), -- teams and lab students with a due or close in that time who had not handed in
  primary key (outage_id, milestone)
) strict, without rowid;
