-- More time, what lateness costs, and who need not hand in (server/milestones/).
create table extensions (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  milestone text,                         -- id in the course file; null: a standing one, for all of them
  person_id integer references people,    -- a personal one; with neither this nor a team: of everybody
  team_id integer references teams,
  track text,                             -- of everybody in this track, as it was granted; else null
  due integer,                            -- the new due; null: a standing one
  days integer,                           -- civil days after the course file's due, as it was granted; null: as an instant
  reason text not null,                   -- told to those it concerns
  is_accommodation integer not null check (is_accommodation in (0, 1)), -- its reason, category and note: instructors only
  category text,
  note text,
  granted_by integer references people,   -- null: the operator
  granted_at integer not null,
  withdrawn_at integer,                   -- what was handed in until then keeps its price
  withdrawn_by integer references people, -- null: the operator, or nobody
  foreign key (course_id, person_id) references enrolments,
  check (person_id is null or team_id is null),
  check ((milestone is null) = (due is null)),
  check (milestone is not null or (days is not null and (person_id is not null or team_id is not null))),
  check (is_accommodation = 0 or person_id is not null),
  check (is_accommodation = 1 or (category is null and note is null))
) strict;
create index extensions_by_course on extensions (course_id, id);
create index extensions_live on extensions (course_id, milestone) where withdrawn_at is null;
create index extensions_by_person on extensions (person_id) where person_id is not null;
create index extensions_by_team on extensions (team_id) where team_id is not null;

-- What lateness costs: rows are added, never changed; the newest of a person and milestone holds.
create table penalties (
  id integer primary key autoincrement,
  course_id integer not null,
  person_id integer not null,
  milestone text not null,                -- id in the course file
  submission_id integer,                  -- the version that was judged; null: all were withdrawn
  points integer not null check (points between 0 and 100), -- of 100 of what the work earns possible
  due integer not null,                   -- that it was judged by; 0: nothing to judge
  is_waived integer not null check (is_waived in (0, 1)), -- by staff, for good: the points are 0
  reason text,                            -- of the waiver
  cause text not null,                    -- "handed in", "extension", …
  by_id integer references people,        -- who caused it; null: the system or the operator
  at integer not null,
  foreign key (course_id, person_id) references enrolments
) strict;
create index penalties_by_person on penalties (course_id, person_id, milestone, id);
create index penalties_by_milestone on penalties (course_id, milestone, id);

-- Staff's word on who need not hand in, or, of somebody who joined a team later, that they owe it after all.
create table excusals (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  milestone text not null,                -- id in the course file
  person_id integer references people,
  team_id integer references teams,
  is_excused integer not null check (is_excused in (0, 1)),
  reason text not null,                   -- told to those it concerns
  by_id integer references people,        -- null: the operator
  at integer not null,
  foreign key (course_id, person_id) references enrolments,
  check ((person_id is null) <> (team_id is null)),
  check (person_id is not null or is_excused = 1)
) strict;
create unique index excusals_once on excusals (course_id, milestone, coalesce(person_id, 0), coalesce(team_id, 0));
create index excusals_by_person on excusals (person_id) where person_id is not null;
create index excusals_by_team on excusals (team_id) where team_id is not null;

-- Who was in a team at an earlier instant.
create index placements_of_team on placements (team_id, id) where team_id is not null;
