-- Mails (server/outbound): what a person is told leaves as mails of one or several messages. A mail's messages are
-- fixed when it is made, so that a second try is the same mail with the same Message-ID.
create table mails (
  id integer primary key autoincrement,  -- names the Message-ID and the file: a number is never given away again
  person_id integer not null,            -- 0: erased since
  is_alone integer not null check (is_alone in (0, 1)), -- asked for by its reader (a sign-in link): not counted
  state text not null check (state in ('waiting', 'sending', 'sent', 'failed')),
  created_at integer not null,           -- domain time
  made_at integer not null,              -- real time: its Date, and from when on it is given up
  attempts integer not null default 0,
  next_attempt integer not null,         -- real time
  lease_until integer,                   -- real time; while it is 'sending': who finds it older tries again
  settled_at integer,                    -- domain time; when it became 'sent' or 'failed'
  reason text                            -- of the last failure, in words for the operator
) strict;
create index mails_unsettled on mails (is_alone, next_attempt) where state in ('waiting', 'sending');
create index mails_by_person on mails (person_id, is_alone, created_at);
create index mails_by_state on mails (state, id);

-- Domain time from which on it may leave; null: with the next daily mail. A mail that leaves takes along what waits.
alter table outbox add column deliver_at integer;
alter table outbox add column is_alone integer not null default 0 check (is_alone in (0, 1));
alter table outbox add column mail_id integer references mails (id);
update outbox set deliver_at = at;
create index outbox_deliverable on outbox (deliver_at) where mail_id is null and sent_at is null;
create index outbox_by_mail on outbox (mail_id) where mail_id is not null;

-- What a person chose not to get by mail (kinds of server/outbound/notice_kind.h that may be off); what differs from
-- the kind's own default only.
create table notice_choices (
  person_id integer not null references people (id),
  kind text not null,
  is_on integer not null check (is_on in (0, 1)),
  primary key (person_id, kind)
) strict;

-- The hours in which what can wait is held back, in minutes after midnight of the zone.
create table quiet_hours (
  person_id integer primary key references people (id),
  starts integer not null check (starts between 0 and 1439),
  ends integer not null check (ends between 0 and 1439),
  zone text not null
) strict;
