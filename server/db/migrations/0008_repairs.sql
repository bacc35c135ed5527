-- How staff put things right (server/teams/repair.h): one row an act, with the reason that those affected were told.
create table repairs (
  id integer primary key,
  course_id integer not null references courses,
  kind text not null,                     -- as in the audit: "student placed", "teams merged"
  team_id integer references teams,       -- of acts about a team as a whole; else null
  person_id integer references people,    -- of acts about one person only; else null
  actor_id integer not null,              -- 0: the operator
  reason text not null,
  at integer not null
) strict;
create index repairs_by_person on repairs (person_id) where person_id is not null;
create index repairs_by_actor on repairs (actor_id);

alter table placements add column opened_by integer references repairs; -- null: by the person's own act, or a timer
alter table placements add column ended_by integer references repairs;  -- likewise
alter table placements add column is_undone integer not null default 0 check (is_undone in (0, 1)); -- a wrong join, as if it had not been
create index placements_opened_by on placements (opened_by) where opened_by is not null;
create index placements_ended_by on placements (ended_by) where ended_by is not null;
create index placements_by_person on placements (course_id, person_id, id);

alter table teams add column size_max integer check (size_max between 1 and 20); -- null: the course file's

-- Out of the line because its person dropped the course; whoever comes back within the hold finds the place again.
alter table lab_queue add column parked_at integer;
