-- What a course is now (server/courses/course_state.h): a draft is its staff's alone, an archived one is only read, and
-- the clock does nothing in either.
alter table courses add column state text not null default 'running' check (state in ('draft', 'running', 'archived'));
