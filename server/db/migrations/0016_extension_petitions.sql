-- Requests for more time (server/milestones/extension_petitions.h): of which milestone, until when.
alter table petitions add column milestone text;     -- its id in the course file, or null
alter table petitions add column until_at integer;   -- the due that is asked for, or null
-- One open request a person, kind and subject; the milestone is part of the subject.
drop index petitions_once;
create unique index petitions_once on petitions (course_id, person_id, kind, coalesce(team_id, 0),
  coalesce(other_id, 0), coalesce(milestone, '')) where state = 'open';
