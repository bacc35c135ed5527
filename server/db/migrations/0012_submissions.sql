-- What was handed in (server/milestones/submission.h): a row a version. What it consists of never changes; which
-- version counts, and what became of it, does.
create table submissions (
  id integer primary key autoincrement,   -- never given again: a link to one leads nowhere else
  course_id integer not null references courses,
  milestone text not null,                -- id in the course file
  team_id integer references teams,       -- whose work it is: a team's
  person_id integer,                      -- or a seated student's own
  version integer not null check (version > 0), -- 1, 2, … of the holder and milestone
  by_id integer references people,        -- who handed it in; null: the operator
  at integer not null,                    -- the second in which the last byte arrived
  judged_at integer not null,             -- by which lateness is judged: `at`, or that of what a revision stands for
  is_on_time integer not null check (is_on_time in (0, 1)), -- by the terms that all of the holder share, at that time
  counts integer not null check (counts in (0, 1)), -- one of the holder's versions, unless all are withdrawn
  chosen_at integer,                      -- it was made to count by hand; null again once another one is chosen
  chosen_by integer references people,    -- who did; null: the operator
  is_staff_choice integer not null default 0 check (is_staff_choice in (0, 1)),
  choice_reason text,                     -- of staff
  withdrawn_at integer,
  withdrawn_by integer references people, -- null: the operator
  accepted_at integer,                    -- staff accepted the work
  accepted_by integer references people,  -- null: the operator
  link text,
  code text,                              -- link to the code
  reproduce text,                         -- how to reproduce
  statement text,                         -- the use of generative AI: "none" is said, not assumed
  foreign key (course_id, person_id) references enrolments,
  check ((team_id is null) <> (person_id is null)),
  check (counts = 0 or withdrawn_at is null),
  check (accepted_at is null or withdrawn_at is null)
) strict;
create unique index submissions_versions on submissions (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0), version);
create unique index submissions_counting on submissions (course_id, milestone, coalesce(team_id, 0), coalesce(person_id, 0))
  where counts = 1;
create index submissions_by_milestone on submissions (course_id, milestone, id) where counts = 1;
create index submissions_by_team on submissions (team_id, milestone) where team_id is not null;
create index submissions_by_person on submissions (person_id, milestone) where person_id is not null;

create table submission_files (
  submission_id integer not null references submissions,
  position integer not null,              -- as it was handed in, from 0
  file_id integer not null references files,
  primary key (submission_id, position)
) strict, without rowid;
create index submission_files_by_file on submission_files (file_id);

-- Whose work it was at that instant: who joins later is not among them, who leaves stays.
create table submission_members (
  submission_id integer not null references submissions,
  person_id integer not null references people,
  primary key (submission_id, person_id)
) strict, without rowid;
create index submission_members_by_person on submission_members (person_id);
