-- Reminders (server/reminders): what was said to whom, so that nothing is said twice and nothing is lost.
create table reminders (
  id integer primary key autoincrement,
  course_id integer not null,
  person_id integer not null,
  subject text not null,                  -- "milestone proposal", "info card", "invitation 12", …: stable
  offset_days integer not null,           -- from the due: civil days, then
  offset_seconds integer not null,        -- seconds; negative is before
  due integer not null,                   -- the person's own, when it was written: another due is another reminder
  at integer not null,                    -- the instant at which it fell due
  state text not null check (state in ('sent', 'skipped')),
  why text,                               -- of a skipped one, in words
  outbox_id integer,                      -- of a sent one; what became of it as mail is told there
  written_at integer not null,
  foreign key (course_id, person_id) references enrolments,
  check ((state = 'skipped') = (why is not null))
) strict;
create unique index reminders_once on reminders (course_id, person_id, subject, offset_days, offset_seconds, due);
create index reminders_by_instant on reminders (course_id, at);

-- How far each course's reminders are handled: those of (planned_until, now] are the next run's.
create table reminder_plans (
  course_id integer primary key references courses,
  planned_until integer not null          -- 0: set to now by the first run, so that nothing of before is said
) strict;
insert into reminder_plans (course_id, planned_until) select id, 0 from courses;

-- What the last daily mail to somebody of the staff listed: a hash a task, so that the next one is written only when
-- there is something new.
create table daily_mails (
  course_id integer not null,
  person_id integer not null,
  tasks text not null,                    -- 16 hexadecimal digits each
  at integer not null,
  primary key (course_id, person_id),
  foreign key (course_id, person_id) references enrolments
) strict, without rowid;
