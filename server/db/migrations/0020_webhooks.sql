-- Webhooks (server/courses/webhook.h): a course's instructors name addresses that are told what happens, without
-- anybody's name. Each has read the audit so far; what it is told stands in webhook_deliveries until it has arrived.
create table webhooks (
  id integer primary key autoincrement,
  course_id integer not null references courses,
  url text not null,
  topics text not null,                   -- names of server/courses/webhook.h, with a blank between
  secret text not null,                   -- signs each delivery; shown once, when the webhook is made
  is_paused integer not null default 0 check (is_paused in (0, 1)),
  pause_reason text,                      -- null: by an instructor, or not paused
  failing_since integer,                  -- real time; null since the last success
  seen_seq integer not null,              -- of the course's audit: what is beyond it has not been looked at
  created_by integer not null,            -- a person's number, 0: the operator
  created_at integer not null
) strict;
create index webhooks_by_course on webhooks (course_id);

create table webhook_deliveries (
  id integer primary key autoincrement,   -- the same over every try
  webhook_id integer not null references webhooks,
  topic text not null,
  body text not null,                     -- JSON, as it is sent
  state text not null check (state in ('waiting', 'sending', 'sent', 'failed', 'dropped')),
  attempts integer not null default 0,
  created_at integer not null,            -- domain time
  first_attempt integer,                  -- real time
  next_attempt integer not null,          -- real time
  lease_until integer,                    -- real time; while it is 'sending': who finds it older tries again
  status integer,                         -- of the last answer; null: there was none
  reason text,                            -- of the last failure, in words
  settled_at integer,                     -- real time; when it became 'sent', 'failed' or 'dropped'
  check ((settled_at is null) = (state in ('waiting', 'sending')))
) strict;
create index webhook_deliveries_unsettled on webhook_deliveries (next_attempt) where state in ('waiting', 'sending');
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, id);
