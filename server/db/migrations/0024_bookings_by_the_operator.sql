-- Staff book slots for teams and students, and so may the operator: nobody's person. The rest is as in 0015.
create table slot_bookings_anew (
  id integer primary key autoincrement,
  slot_id integer not null references slots,
  course_id integer not null references courses,
  milestone text not null,                -- the slot's: one booking a holder and milestone is a key
  team_id integer references teams,
  person_id integer,
  booked_by integer references people,    -- null: the operator
  booked_at integer not null,
  ended_at integer,
  ended_as text check (ended_as in ('moved', 'given up', 'cancelled', 'lapsed')), -- cancelled: by staff, so that another may be chosen whatever the time
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null)),
  check ((ended_at is null) = (ended_as is null))
) strict;
insert into slot_bookings_anew (id, slot_id, course_id, milestone, team_id, person_id, booked_by, booked_at, ended_at, ended_as)
  select id, slot_id, course_id, milestone, team_id, person_id, booked_by, booked_at, ended_at, ended_as from slot_bookings;
delete from sqlite_sequence where name = 'slot_bookings_anew';
insert into sqlite_sequence (name, seq) select 'slot_bookings_anew', seq from sqlite_sequence where name = 'slot_bookings';
drop table slot_bookings;
alter table slot_bookings_anew rename to slot_bookings;
create unique index slot_bookings_once on slot_bookings (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0))
  where ended_at is null;
create index slot_bookings_of_holder on slot_bookings (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0), id);
create index slot_bookings_by_slot on slot_bookings (slot_id) where ended_at is null;
create index slot_bookings_by_team on slot_bookings (team_id) where team_id is not null;
create index slot_bookings_by_person on slot_bookings (person_id) where person_id is not null;
