-- What people have uploaded in a course. The content lies in DATA/files under its hash (server/http/vault.h): it is
-- there, synced, before the row is committed, and goes by the sweep when no row names it.
create table files (
  id integer primary key autoincrement,   -- never given again: a link to one that is gone leads nowhere
  course_id integer not null,
  owner_id integer not null,              -- who uploaded it
  team_id integer references teams,       -- whose members may read it: it is part of what this team handed in
  name text not null check (name <> ''),  -- as it is downloaded; NFC, no slash
  media text not null,                    -- by the name's ending, which the content was compared with
  sha256 text not null check (length(sha256) = 64),
  bytes integer not null check (bytes > 0),
  uploaded_at integer not null,
  expires_at integer,                     -- it waits until then to be handed in (agenda "file expires")
  attached_at integer,                    -- when it was handed in; from then on it stays
  foreign key (course_id, owner_id) references enrolments,
  check ((expires_at is null) <> (attached_at is null)),
  check (team_id is null or attached_at is not null)
) strict;
create index files_waiting on files (course_id, owner_id, id) where attached_at is null;
create index files_by_owner on files (owner_id);
create index files_by_team on files (team_id) where team_id is not null;
create index files_by_content on files (sha256);
