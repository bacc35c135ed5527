-- Appointments of milestones, what a team writes before them, and what came of them (server/milestones/slot.h,
-- check_in.h). Whose they are: a team's, or a seated student's.
create table slots (
  id integer primary key autoincrement,   -- never given again: a link to one leads nowhere else
  course_id integer not null references courses,
  milestone text not null,                -- id in the course file
  staff_id integer not null,              -- who holds it
  place text not null,                    -- a room, or an http(s) link
  starts_at integer not null,
  ends_at integer not null,
  capacity integer not null check (capacity > 0), -- teams or students at the same time
  offered_by integer references people,   -- null: the operator
  offered_at integer not null,
  cancelled_at integer,
  cancelled_by integer references people, -- null: the operator, or nobody
  cancel_reason text,                     -- told to those who had booked
  foreign key (course_id, staff_id) references enrolments,
  check (ends_at > starts_at),
  check ((cancelled_at is null) = (cancel_reason is null))
) strict;
create index slots_by_milestone on slots (course_id, milestone, starts_at, id);
create index slots_by_staff on slots (staff_id, starts_at) where cancelled_at is null;

-- A row a booking; moving ends one and begins another. One of a team that is dissolved, or of somebody without a seat
-- any more, takes no place: it ends as 'lapsed' when another one takes that.
create table slot_bookings (
  id integer primary key autoincrement,
  slot_id integer not null references slots,
  course_id integer not null references courses,
  milestone text not null,                -- the slot's: one booking a holder and milestone is a key
  team_id integer references teams,
  person_id integer,
  booked_by integer not null references people,
  booked_at integer not null,
  ended_at integer,
  ended_as text check (ended_as in ('moved', 'given up', 'cancelled', 'lapsed')), -- cancelled: by staff, so that another may be chosen whatever the time
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null)),
  check ((ended_at is null) = (ended_as is null))
) strict;
create unique index slot_bookings_once on slot_bookings (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0))
  where ended_at is null;
create index slot_bookings_of_holder on slot_bookings (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0), id);
create index slot_bookings_by_slot on slot_bookings (slot_id) where ended_at is null;
create index slot_bookings_by_team on slot_bookings (team_id) where team_id is not null;
create index slot_bookings_by_person on slot_bookings (person_id) where person_id is not null;

-- What a team writes before a check-in: shared by the team.
create table check_in_updates (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  milestone text not null,                -- id in the course file
  team_id integer references teams,
  person_id integer,
  done text not null,
  next text not null,
  blocked text not null,
  version integer not null check (version > 0),
  by_id integer not null references people, -- who changed it last
  at integer not null,                    -- when
  first_at integer not null,              -- when it came first
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null))
) strict;
create unique index check_in_updates_once on check_in_updates (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0));
create index check_in_updates_by_team on check_in_updates (team_id) where team_id is not null;
create index check_in_updates_by_person on check_in_updates (person_id) where person_id is not null;

-- Between one writer and staff: never shown to team mates.
create table check_in_notes (
  id integer primary key autoincrement,
  course_id integer not null,
  milestone text not null,                -- id in the course file
  person_id integer not null,             -- who wrote it
  team_id integer references teams,       -- the team that they were in; null: a seat
  note text not null,
  at integer not null,
  foreign key (course_id, person_id) references enrolments
) strict;
create unique index check_in_notes_once on check_in_notes (course_id, milestone, person_id, coalesce(team_id, 0));
create index check_in_notes_by_person on check_in_notes (person_id);

-- Staff's record of a check-in or presentation.
create table check_ins (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  milestone text not null,                -- id in the course file
  team_id integer references teams,
  person_id integer,
  notes text not null,                    -- staff only
  risk text check (risk in ('on track', 'at risk', 'stuck')), -- staff only; null: not said
  version integer not null check (version > 0),
  by_id integer references people,        -- who changed it last; null: the operator
  at integer not null,
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null))
) strict;
create unique index check_ins_once on check_ins (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0));
create index check_ins_by_team on check_ins (team_id) where team_id is not null;
create index check_ins_by_person on check_ins (person_id) where person_id is not null;

-- Of each person, whichever team they are in later.
create table check_in_results (
  id integer primary key autoincrement,
  course_id integer not null,
  milestone text not null,                -- id in the course file
  person_id integer not null,
  state text not null check (state in ('held', 'missed', 'excused')),
  by_id integer references people,        -- null: the operator
  at integer not null,
  foreign key (course_id, person_id) references enrolments
) strict;
create unique index check_in_results_once on check_in_results (course_id, person_id, milestone);

-- What staff want to come back to: shown at each later check-in until it is closed. Staff only.
create table follow_ups (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  team_id integer references teams,
  person_id integer,
  milestone text not null,                -- at which it was noted
  words text not null,
  opened_by integer references people,    -- null: the operator
  opened_at integer not null,
  closed_at integer,
  closed_by integer references people,    -- null: the operator, or nobody
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null))
) strict;
create index follow_ups_open on follow_ups (course_id, id) where closed_at is null;
create index follow_ups_by_person on follow_ups (person_id) where person_id is not null;

create table team_mentors (
  team_id integer primary key references teams,
  course_id integer not null,
  person_id integer not null,             -- of the staff
  by_id integer references people,        -- null: the operator
  at integer not null,
  foreign key (course_id, person_id) references enrolments
) strict;
create index team_mentors_by_person on team_mentors (person_id);
