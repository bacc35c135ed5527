-- Ways in beside the password (server/accounts/sign_in_link.h). A row goes when the link is spent or has expired.
create table sign_in_links (
  token_hash blob primary key,            -- BLAKE2b of the link's token
  code_hash blob not null,                -- BLAKE2b of token_hash and the eight characters beside the link
  account_hash blob not null,             -- BLAKE2b of whose it is to the throttle: a person, or an address of nobody
  person_id integer references people,    -- null: nobody has the address; written so that both cost the same
  created_at integer not null,
  expires_at integer not null
) strict, without rowid;
create index sign_in_links_by_account on sign_in_links (account_hash);
create index sign_in_links_by_person on sign_in_links (person_id);
create index sign_in_links_by_expiry on sign_in_links (expires_at);

create table api_tokens (
  token_hash blob primary key,            -- BLAKE2b of the bearer token; the token itself is nowhere
  id integer not null unique,             -- what lists show
  person_id integer not null references people,
  name text not null,
  scopes integer not null check (scopes between 1 and 7), -- 1 read, 2 write, 4 staff
  created_at integer not null,
  seen_at integer,                        -- touched at most hourly, by changes
  expires_at integer not null
) strict, without rowid;
create index api_tokens_by_person on api_tokens (person_id);
create index api_tokens_by_expiry on api_tokens (expires_at);

-- The institution's name for a person (the roster's SIS Login ID), for sign-in through its proxy.
create table logins (
  login_key text primary key,             -- folded
  login text not null,
  person_id integer not null unique references people
) strict, without rowid;

-- Who was welcomed to a course: once a person.
create table welcomes (
  course_id integer not null,
  person_id integer not null,
  at integer not null,
  primary key (course_id, person_id),
  foreign key (course_id, person_id) references enrolments
) strict, without rowid;

-- Of messages that hold a secret (a sign-in link): never listed, not delivered after not_after, erased when settled.
alter table outbox add column is_secret integer not null default 0 check (is_secret in (0, 1));
alter table outbox add column not_after integer;
-- What became of it at sent_at: 'sent', 'no address', 'disabled', 'expired', 'refused'.
alter table outbox add column outcome text;
