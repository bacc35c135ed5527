create table info_cards (
  course_id integer not null,
  person_id integer not null,
  availability text not null,
  about text not null,
  is_seeking integer not null check (is_seeking in (0, 1)), -- "looking for a team": off at first
  version integer not null,
  created_at integer not null,
  updated_at integer not null,
  primary key (course_id, person_id),
  foreign key (course_id, person_id) references enrolments
) strict, without rowid;
-- is_seeking is in the key too, else SQLite takes the primary key and reads every card.
create index info_cards_seeking on info_cards (course_id, is_seeking, person_id) where is_seeking = 1;

create table card_skills (
  course_id integer not null,
  person_id integer not null,
  skill text not null,                    -- id in the course file
  level integer not null check (level between 0 and 4), -- the student's word
  counted_level integer not null check (counted_level between 0 and 4), -- what coverage counts: a raise after registration counts once staff confirm it
  evidence text not null,
  primary key (course_id, person_id, skill),
  foreign key (course_id, person_id) references info_cards on delete cascade
) strict, without rowid;

create table card_topics (
  course_id integer not null,
  person_id integer not null,
  topic text not null,
  primary key (course_id, person_id, topic),
  foreign key (course_id, person_id) references info_cards on delete cascade
) strict, without rowid;

create table teams (
  id integer primary key,
  course_id integer not null references courses,
  name text not null,
  name_key text not null,                 -- NFKC, case folded
  state text not null check (state in ('forming', 'registered', 'incomplete', 'dissolved')), -- incomplete: the window closed on it
  contact_id integer not null references people,
  looking_for text not null,
  gap_plan text,                          -- how the team said it will close its gap, at registration
  registered_at integer,
  is_waived integer not null default 0 check (is_waived in (0, 1)), -- coverage, by staff
  waiver_reason text,
  gap_since integer,                      -- a registered team's coverage is open since; null when covered or waived
  gap_due integer,                        -- the dated repair task
  version integer not null,
  created_at integer not null
) strict;
create unique index teams_by_name on teams (course_id, name_key) where state <> 'dissolved';
create index teams_by_course on teams (course_id, id);

-- One table of placements: at most one open row a person a course, so project xor labs is a key, not a check.
create table placements (
  id integer primary key,
  course_id integer not null,
  person_id integer not null,
  team_id integer references teams,       -- or null: a lab seat
  from_at integer not null,
  until_at integer,
  foreign key (course_id, person_id) references enrolments
) strict;
create unique index placements_open on placements (course_id, person_id) where until_at is null;
create index placements_by_team on placements (team_id, id) where until_at is null and team_id is not null;
create index placements_seats on placements (course_id) where until_at is null and team_id is null;

create table invitations (
  id integer primary key,
  course_id integer not null,
  team_id integer not null references teams,
  person_id integer not null references people,
  direction text not null check (direction in ('invited', 'asked')), -- by the team, or by the person: a join request
  message text not null,
  made_by integer not null,
  state text not null check (state in ('open', 'accepted', 'declined', 'withdrawn', 'lapsed')),
  created_at integer not null,
  expires_at integer not null,
  answered_at integer
) strict;
create unique index invitations_open on invitations (team_id, person_id) where state = 'open';
create index invitations_by_person on invitations (course_id, person_id, state);
create index invitations_by_team on invitations (team_id, state);

-- The contact may remove a member who has not answered for three days.
create table member_questions (
  team_id integer not null references teams,
  person_id integer not null references people,
  asked_at integer not null,
  answered_at integer,
  primary key (team_id, person_id)
) strict, without rowid;
