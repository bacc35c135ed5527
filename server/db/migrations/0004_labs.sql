-- Who asked for a lab seat, in the order of acceptance (id). Seats taken are open rows of placements with no team.
create table lab_queue (
  id integer primary key autoincrement,
  course_id integer not null,
  person_id integer not null,
  state text not null check (state in ('waiting', 'offered', 'seated', 'expired', 'withdrawn', 'ended')),
  asked_at integer not null,
  offered_at integer,
  offer_expires_at integer,
  ended_at integer,
  foreign key (course_id, person_id) references enrolments
) strict;
create unique index lab_queue_open on lab_queue (course_id, person_id) where state in ('waiting', 'offered');
create index lab_queue_by_person on lab_queue (course_id, person_id, id);
create index lab_queue_waiting on lab_queue (course_id, id) where state = 'waiting';
create index lab_queue_offers on lab_queue (course_id, id) where state = 'offered';
