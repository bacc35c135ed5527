-- How proposals are judged (server/proposals/review.h).
create table proposal_decisions (
  id integer primary key autoincrement,   -- never given again: a link to one leads nowhere else
  proposal_id integer not null references proposals,
  kind text not null check (kind in ('decision', 'recommendation', 'reopening')),
  verdict text not null check (verdict in ('approve', 'approve with conditions', 'request changes', 'decline')),
  comment text not null,                  -- to the team; of a recommendation what would be told
  by_id integer references people,        -- null: the operator
  at integer not null,
  of_submission integer,                  -- instant of the submission that it is on
  revise_until integer,                   -- of changes requested
  propose_anew_by integer,                -- of a decline, when stated
  told_at integer,                        -- the team was told; null: not, and it is not shown to it
  taken_back_at integer,
  taken_back_by integer references people, -- null: nobody, or the operator
  check (taken_back_at is null or told_at is null)
) strict;
create index proposal_decisions_by_proposal on proposal_decisions (proposal_id, kind, id);
create index proposal_decisions_by_person on proposal_decisions (by_id) where by_id is not null;
create index proposal_decisions_taken_back on proposal_decisions (taken_back_by) where taken_back_by is not null;

-- What a decision asks the team to change, or a recommendation would.
create table proposal_changes (
  id integer primary key autoincrement,
  decision_id integer not null references proposal_decisions,
  position integer not null,              -- as it was written, from 0
  field text,                             -- id in the course file; null: the proposal as a whole
  words text not null,
  answer text,                            -- of the team; null: open
  answered_by integer references people,
  answered_at integer,
  accepted_by integer references people,  -- null: nobody, the operator, or with the approval
  accepted_at integer,
  check ((answer is null) = (answered_at is null)),
  check (accepted_at is null or answered_at is not null)
) strict;
create unique index proposal_changes_once on proposal_changes (decision_id, position);
create index proposal_changes_answered on proposal_changes (answered_by) where answered_by is not null;
create index proposal_changes_accepted on proposal_changes (accepted_by) where accepted_by is not null;

-- Which member has read which decision.
create table decision_readings (
  decision_id integer not null references proposal_decisions,
  person_id integer not null references people,
  at integer not null,
  primary key (decision_id, person_id)
) strict, without rowid;
create index decision_readings_by_person on decision_readings (person_id);

-- Comments of team and staff, and notes that only staff see.
create table proposal_comments (
  id integer primary key autoincrement,
  proposal_id integer not null references proposals,
  field text,                             -- id in the course file; null: the proposal as a whole
  parent_id integer references proposal_comments, -- the first of the thread; null: it begins one
  is_note integer not null check (is_note in (0, 1)), -- staff only, as its whole thread
  is_staff integer not null check (is_staff in (0, 1)), -- written by staff, for the team
  words text not null,                    -- '' once taken away
  by_id integer references people,        -- null: the operator
  at integer not null,
  told_at integer,                        -- the others were told, or it was taken away before
  removed_at integer,
  resolved_at integer,                    -- of a thread
  resolved_by integer references people   -- null: nobody, or the operator
) strict;
create index proposal_comments_by_proposal on proposal_comments (proposal_id, id);
create index proposal_comments_parent on proposal_comments (parent_id) where parent_id is not null;
create index proposal_comments_by_person on proposal_comments (by_id) where by_id is not null;
create index proposal_comments_resolved on proposal_comments (resolved_by) where resolved_by is not null;

-- Who reviews which team's proposals.
create table proposal_reviewers (
  team_id integer not null references teams,
  person_id integer not null references people,
  at integer not null,
  primary key (team_id, person_id)
) strict, without rowid;
create index proposal_reviewers_by_person on proposal_reviewers (person_id);

-- Teams that somebody of the staff may not judge, by their own word.
create table review_conflicts (
  team_id integer not null references teams,
  person_id integer not null references people,
  at integer not null,
  primary key (team_id, person_id)
) strict, without rowid;
create index review_conflicts_by_person on review_conflicts (person_id);

-- Who stands in for somebody of the staff, until when.
create table review_substitutes (
  course_id integer not null references courses,
  away_id integer not null references people,
  person_id integer not null references people, -- stands in
  until_at integer not null,
  primary key (course_id, away_id)
) strict, without rowid;
create index review_substitutes_away on review_substitutes (away_id);
create index review_substitutes_by_person on review_substitutes (person_id);
