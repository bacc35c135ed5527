-- Proposals (server/proposals/proposal.h): a row a round of a team; what it says now; and every version that is kept.
create table proposals (
  id integer primary key autoincrement,   -- never given again: a link to one leads nowhere else
  course_id integer not null references courses,
  team_id integer not null references teams,
  round integer not null check (round > 0), -- 2 and on: a proposal anew, after one that was not approved
  previous_id integer references proposals, -- the round before
  state text not null check (state in ('draft', 'submitted', 'changes requested', 'resubmitted', 'approved',
    'approved with conditions', 'not approved')),
  decided_from text,                      -- the state before the last decision: where taking it back leads
  version integer not null check (version >= 0), -- the newest of proposal_versions
  submitted_at integer,                   -- last
  judged_at integer,                      -- of the first submission of all rounds: a revision in its window is judged by it
  decided_at integer,
  revise_until integer,                   -- of changes requested: a resubmission until then is never late
  propose_anew_by integer,                -- of not approved: the next round until then is never late
  created_at integer not null,
  check ((round = 1) = (previous_id is null))
) strict;
create unique index proposals_by_team on proposals (team_id, round);
create index proposals_by_course on proposals (course_id, state, id);
create index proposals_previous on proposals (previous_id) where previous_id is not null;

-- What it says now, by field of the course file; of a field per member a row each.
create table proposal_values (
  id integer primary key,
  proposal_id integer not null references proposals,
  field text not null,                    -- id in the course file
  person_id integer references people,    -- of a field per member: whose part; else null
  kind text not null check (kind in ('text', 'topics', 'file')),
  value text not null,                    -- topics: ids, a line each; file: its name
  file_id integer,                        -- of an upload that waits, and may lapse, until it is submitted
  version integer not null check (version > 0), -- counts its saves: what If-Match names
  by_id integer references people,        -- who saved it last; null: nobody who is known
  at integer not null
) strict;
create unique index proposal_values_once on proposal_values (proposal_id, field, coalesce(person_id, 0));
create index proposal_values_by_person on proposal_values (person_id) where person_id is not null;
create index proposal_values_saved on proposal_values (by_id) where by_id is not null;

-- Numbered through all rounds of a team. Autosaves of one person within 10 minutes are one of them.
create table proposal_versions (
  team_id integer not null references teams,
  version integer not null check (version > 0),
  proposal_id integer not null references proposals,
  kind text not null check (kind in ('saved', 'submitted', 'decided', 'taken back', 'begun anew')), -- only "saved" takes more saves; the team sees no decision that was taken back
  state text not null,                    -- of the proposal when it was written
  by_id integer references people,        -- null: the operator, or nobody who is known
  started_at integer not null,            -- its first save
  at integer not null,                    -- its last one
  submission_id integer references submissions, -- what was recorded with it
  counted_version integer,                -- of a submission by staff: the saved version that they counted
  reason text,                            -- and why
  primary key (team_id, version)
) strict, without rowid;
create index proposal_versions_by_proposal on proposal_versions (proposal_id, version);
create index proposal_versions_by_person on proposal_versions (by_id) where by_id is not null;
create index proposal_versions_submission on proposal_versions (submission_id) where submission_id is not null;

-- What was saved in a version; the rest is as in the versions of the same proposal before it.
create table proposal_version_values (
  id integer primary key,
  proposal_id integer not null references proposals,
  version integer not null,
  field text not null,
  person_id integer references people,
  kind text not null check (kind in ('text', 'topics', 'file')),
  value text not null,
  file_id integer
) strict;
create unique index proposal_version_values_once
  on proposal_version_values (proposal_id, field, coalesce(person_id, 0), version);
create index proposal_version_values_by_person on proposal_version_values (person_id) where person_id is not null;
