-- What reviewers gave a proposal by the course file's rubric (server/proposals/score.h): the newest of each reviewer,
-- submission and item.
create table proposal_scores (
  id integer primary key,
  proposal_id integer not null references proposals,
  of_submission integer not null,         -- instant of the submission that it is on
  person_id integer not null references people, -- the reviewer
  item text not null,                     -- id in the course file's rubric
  points integer not null check (points >= 0),
  most integer not null check (most >= points), -- what the course file gave at most, then
  words text not null,                    -- to the team; '' when there are none
  at integer not null
) strict;
create unique index proposal_scores_once on proposal_scores (proposal_id, of_submission, person_id, item);
create index proposal_scores_by_person on proposal_scores (person_id);
