// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/courses/privacy_store.h"

// "person 17", as the audit calls its subjects.
#define SUBJECT "(select 'person ' || cast(id as text) from people where id = $1)"
#define SLUG "(select c.slug from courses c where c.id = t.course_id) as course, "
#define THEIR_COURSES "course_id in (select course_id from enrolments where person_id = $1)"
// Messages that hold what people wrote as it is, not in quotation marks; the first end with a signature.
#define ANNOUNCED "kind in ('announcement', 'urgent announcement')"
#define DECIDED "kind in ('proposal decided', 'proposal reopened')"
#define ABOUT_THEM "(course_id = 0 or " THEIR_COURSES ")"
// Details of the installation by which somebody else's former names are found.
#define ABOUT_ANOTHER                                                                                                  \
  "(course_id = 0 and exists (select 1 from audit a where a.course_id = 0 and a.seq = audit_details.seq and "          \
  "substr(a.subject, 1, 7) = 'person ' and a.subject <> " SUBJECT "))"
// What the audit (a) says that somebody or a team was called before.
#define CALLED(member)                                                                                                 \
  "select json_extract(d.before, '$." member "') from audit_details d join audit a on a.course_id = d.course_id "      \
  "and a.seq = d.seq where "
#define OF_ANOTHER "d.course_id = 0 and substr(a.subject, 1, 7) = 'person ' and a.subject <> " SUBJECT " "
#define OF_OTHERS "d.course_id = 0 and a.subject in (select 'person ' || person_id from others) "
#define OF_TEAMS "d." THEIR_COURSES " and substr(a.subject, 1, 5) = 'team '"
#define OTHERS "nobody's: it is not about a person"

// clang-format off
const struct privacy_table privacy_tables[] = {
    {"people", "select t.id, t.name, t.preferred_name, t.is_disabled, t.password_hash is not null as has_password, t.created_at from people t where t.id = $1",
     NULL, "the number, under another name: teams and the audit go by it"},
    {"addresses", "select t.address, t.is_primary from addresses t where t.person_id = $1 order by t.is_primary desc, t.address",
     "delete from addresses where person_id = $1", NULL},
    {"logins", "select t.login from logins t where t.person_id = $1",
     "delete from logins where person_id = $1", NULL},
    {"sessions", "select t.id, t.user_agent, t.created_at, t.seen_at, t.expires_at from sessions t where t.person_id = $1 order by t.id",
     "delete from sessions where person_id = $1", NULL},
    {"api_tokens", "select t.id, t.name, t.scopes, t.created_at, t.seen_at, t.expires_at from api_tokens t where t.person_id = $1 order by t.id",
     "delete from api_tokens where person_id = $1", NULL},
    {"calendar_items", "select " SLUG "t.item, t.sequence, t.revised_at, t.cancelled_at, t.starts_at, t.ends_at, t.summary, t.description, t.location, t.link, t.category from calendar_items t join calendar_feeds f on f.id = t.feed_id where f.person_id = $1 order by t.course_id, t.item",
     "delete from calendar_items where feed_id in (select id from calendar_feeds where person_id = $1)", NULL},
    {"calendar_feeds", "select (select c.slug from courses c where c.id = t.course_id) as course, t.created_at, t.renewed_at from calendar_feeds t where t.person_id = $1 order by t.id",
     "delete from calendar_feeds where person_id = $1", NULL},
    {"sign_in_links", "select t.created_at, t.expires_at from sign_in_links t where t.person_id = $1 order by t.created_at",
     "delete from sign_in_links where person_id = $1", NULL},
    {"idempotency_keys", "select t.request, t.status, t.headers, t.body, t.at from idempotency_keys t where t.person_id = $1 order by t.id",
     "delete from idempotency_keys where person_id = $1", NULL},
    {"enrolments", "select " SLUG "t.role, t.credit, t.is_audit_approved, t.sis_id, t.section, t.is_confidential, t.state, t.dropped_at, t.hold_until, t.created_at from enrolments t where t.person_id = $1 order by t.course_id",
     "update enrolments set sis_id = null, section = null, version = version + 1 where person_id = $1",
     "that somebody was in the course, in which role and for which credit"},
    {"welcomes", "select " SLUG "t.at from welcomes t where t.person_id = $1 order by t.course_id",
     "delete from welcomes where person_id = $1", NULL},
    {"card_skills", "select " SLUG "t.skill, t.level, t.counted_level, t.evidence from card_skills t where t.person_id = $1 order by t.course_id, t.skill",
     "delete from card_skills where person_id = $1", NULL},
    {"card_topics", "select " SLUG "t.topic from card_topics t where t.person_id = $1 order by t.course_id, t.topic",
     "delete from card_topics where person_id = $1", NULL},
    {"info_cards", "select " SLUG "t.availability, t.about, t.is_seeking, t.created_at, t.updated_at from info_cards t where t.person_id = $1 order by t.course_id",
     "delete from info_cards where person_id = $1", NULL},
    {"placements", "select " SLUG "(select x.name from teams x where x.id = t.team_id) as team, t.from_at, t.until_at, t.is_undone from placements t where t.person_id = $1 order by t.id",
     NULL, "who worked in which team, by number: the team's history"},
    {"repairs", "select " SLUG "t.kind, (select x.name from teams x where x.id = t.team_id) as team, t.actor_id = $1 as is_by_you, t.reason, t.at from repairs t where t.actor_id = $1 or t.person_id = $1 or exists (select 1 from placements p where p.person_id = $1 and (p.opened_by = t.id or p.ended_by = t.id)) order by t.id",
     "update repairs set reason = '' where person_id = $1",
     "that staff put something right, when and by whom; a reason that concerned others too, without the person's name"},
    {"teams", "select " SLUG "t.id, t.name, t.state, t.registered_at, t.created_at from teams t where t.contact_id = $1 order by t.id",
     NULL, "the team's own name and texts; the person's name is taken out of the texts"},
    {"invitations", "select " SLUG "(select x.name from teams x where x.id = t.team_id) as team, t.person_id = $1 as is_to_you, t.made_by = $1 as is_by_you, t.direction, case when t.person_id = $1 or t.made_by = $1 then t.message end as message, t.state, t.created_at, t.expires_at, t.answered_at from invitations t where t.person_id = $1 or t.made_by = $1 order by t.id",
     "update invitations set message = '' where person_id = $1 or made_by = $1", "that there was one, and what became of it, by number"},
    {"member_questions", "select (select x.name from teams x where x.id = t.team_id) as team, t.asked_at, t.answered_at from member_questions t where t.person_id = $1 order by t.asked_at",
     "delete from member_questions where person_id = $1", NULL},
    {"lab_queue", "select " SLUG "t.state, t.asked_at, t.offered_at, t.offer_expires_at, t.ended_at from lab_queue t where t.person_id = $1 order by t.id",
     NULL, "the order in which seats were asked for, by number"},
    {"files", "select " SLUG "t.id, t.name, t.media, t.bytes, t.sha256, t.uploaded_at, t.expires_at, t.attached_at from files t where t.owner_id = $1 order by t.id",
     "delete from files where owner_id = $1 and attached_at is null", "what was handed in with a team's work or for a lab, by number"},
    {"submissions", "select " SLUG "(select x.name from teams x where x.id = t.team_id) as team, t.id, t.milestone, t.version, t.by_id = $1 as is_by_you, t.at, t.is_on_time, t.counts, t.choice_reason, t.withdrawn_at, t.accepted_at, t.link, t.code, t.reproduce, t.statement from submissions t where t.by_id = $1 or t.person_id = $1 or exists (select 1 from submission_members m where m.submission_id = t.id and m.person_id = $1) order by t.id",
     "update submissions set link = null, code = null, reproduce = null, statement = null, choice_reason = null where person_id = $1",
     "that something was handed in, when and by whom, by number; a team's work"},
    {"submission_members", "select t.submission_id as submission from submission_members t where t.person_id = $1 order by t.submission_id",
     NULL, "whose work it was, by number"},
    {"submission_files", NULL, NULL, "which files were handed in, by number"},
    {"petitions", "select " SLUG "t.kind, (select x.name from teams x where x.id = t.team_id) as team, t.person_id = $1 as is_by_you, t.size, case when t.person_id = $1 then t.milestone end as milestone, case when t.person_id = $1 then t.until_at end as until_at, case when t.person_id = $1 then t.message end as message, t.state, case when t.partner_id = $1 then t.consent end as your_consent, t.consent_at, t.asked_at, t.answered_at, case when t.person_id = $1 or t.answered_by = $1 then t.answer end as answer from petitions t where t.person_id = $1 or t.other_id = $1 or t.partner_id = $1 or t.answered_by = $1 order by t.id",
     "update petitions set message = '', answer = null, answered_at = case when state = 'open' then asked_at else answered_at end, state = case when state = 'open' then 'withdrawn' else state end where person_id = $1",
     "that something was asked for, and what became of it, by number; what somebody answered as staff"},
    {"extensions", "select " SLUG "t.milestone, (select x.name from teams x where x.id = t.team_id) as team, t.due, t.days, t.reason, t.is_accommodation, t.category, t.note, t.granted_at, t.withdrawn_at from extensions t where t.person_id = $1 order by t.id",
     "update extensions set reason = '', category = null, note = null where person_id = $1",
     "that there was one and until when, by number: what work costs follows from it; that somebody granted one as staff"},
    {"penalties", "select " SLUG "t.milestone, t.submission_id as submission, t.points, t.due, t.is_waived, t.reason, t.cause, t.at from penalties t where t.person_id = $1 order by t.id",
     "update penalties set reason = case when is_waived = 1 then '' end where person_id = $1",
     "what lateness cost, by number"},
    {"excusals", "select " SLUG "t.milestone, t.is_excused, t.reason, t.at from excusals t where t.person_id = $1 order by t.id",
     "update excusals set reason = '' where person_id = $1", "that there was one, by number"},
    {"outages", NULL, NULL, OTHERS " (an instructor's number, who gave the extension)"},
    {"outage_milestones", NULL, NULL, OTHERS},
    {"proposals", NULL, NULL, "nobody's: a team's work, in which state it is"},
    {"proposal_values", "select (select x.name from teams x join proposals p on p.team_id = x.id where p.id = t.proposal_id) as team, t.field, t.person_id is not null as is_your_part, t.value, t.file_id, t.at from proposal_values t where t.person_id = $1 or t.by_id = $1 order by t.id",
     NULL, "the team's work, by number; the person's name is taken out of the texts"},
    {"proposal_versions", "select (select x.name from teams x where x.id = t.team_id) as team, t.version, t.kind, t.started_at, t.at from proposal_versions t where t.by_id = $1 order by t.team_id, t.version",
     NULL, "who wrote which version, by number"},
    {"proposal_version_values", "select (select x.name from teams x join proposals p on p.team_id = x.id where p.id = t.proposal_id) as team, t.version, t.field, t.value, t.file_id from proposal_version_values t where t.person_id = $1 order by t.id",
     NULL, "the team's work, by number; the person's name is taken out of the texts"},
    {"proposal_decisions", "select (select x.name from teams x join proposals p on p.team_id = x.id where p.id = t.proposal_id) as team, t.kind, t.verdict, case when t.by_id = $1 then t.comment end as comment, t.at, t.by_id = $1 as is_by_you, t.taken_back_at from proposal_decisions t where t.by_id = $1 or t.taken_back_by = $1 order by t.id",
     NULL, "what somebody decided on a team's work as staff, by number"},
    {"proposal_changes", "select (select x.name from teams x join proposals p on p.team_id = x.id join proposal_decisions d on d.proposal_id = p.id where d.id = t.decision_id) as team, t.words, t.answer, t.answered_at from proposal_changes t where t.answered_by = $1 order by t.id",
     NULL, "the team's work, by number; the person's name is taken out of the texts"},
    {"proposal_scores", "select (select x.name from teams x join proposals p on p.team_id = x.id where p.id = t.proposal_id) as team, t.item, t.points, t.words, t.at from proposal_scores t where t.person_id = $1 order by t.id",
     NULL, "what somebody gave a team's work as staff, by number; the person's name is taken out of the texts"},
    {"decision_readings", "select (select x.name from teams x join proposals p on p.team_id = x.id join proposal_decisions d on d.proposal_id = p.id where d.id = t.decision_id) as team, t.at from decision_readings t where t.person_id = $1 order by t.decision_id",
     "delete from decision_readings where person_id = $1", NULL},
    {"proposal_comments", "select (select x.name from teams x join proposals p on p.team_id = x.id where p.id = t.proposal_id) as team, t.field, t.words, t.is_note, t.at, t.removed_at from proposal_comments t where t.by_id = $1 order by t.id",
     "update proposal_comments set words = '', removed_at = coalesce(removed_at, at), told_at = coalesce(told_at, at) where by_id = $1 and is_staff = 0",
     "that there was one, by number; what somebody wrote as staff"},
    {"proposal_reviewers", "select (select x.name from teams x where x.id = t.team_id) as team, t.at from proposal_reviewers t where t.person_id = $1 order by t.team_id",
     "delete from proposal_reviewers where person_id = $1", NULL},
    {"review_conflicts", "select (select x.name from teams x where x.id = t.team_id) as team, t.at from review_conflicts t where t.person_id = $1 order by t.team_id",
     "delete from review_conflicts where person_id = $1", NULL},
    {"review_substitutes", "select " SLUG "t.away_id = $1 as is_for_you, t.until_at from review_substitutes t where t.away_id = $1 or t.person_id = $1 order by t.course_id, t.away_id",
     "delete from review_substitutes where away_id = $1 or person_id = $1", NULL},
    {"slot_bookings", "select " SLUG "t.milestone, (select x.name from teams x where x.id = t.team_id) as team, t.slot_id as slot, t.booked_by is $1 as is_by_you, t.booked_at, t.ended_at, t.ended_as from slot_bookings t where t.person_id = $1 or t.booked_by = $1 order by t.id",
     NULL, "which appointment was booked, by number"},
    {"slots", "select " SLUG "t.milestone, t.place, t.starts_at, t.ends_at, t.capacity, t.offered_at, t.cancelled_at, case when t.cancelled_by = $1 then t.cancel_reason end as cancel_reason from slots t where t.staff_id = $1 or t.cancelled_by = $1 order by t.id",
     NULL, "which appointments somebody offered as staff, by number"},
    {"check_in_updates", "select " SLUG "t.milestone, (select x.name from teams x where x.id = t.team_id) as team, t.done, t.next, t.blocked, t.version, t.first_at, t.at from check_in_updates t where t.person_id = $1 or t.by_id = $1 order by t.id",
     "update check_in_updates set done = '', next = '', blocked = '', version = version + 1 where person_id = $1", "what a team wrote together, without the person's name"},
    {"check_in_notes", "select " SLUG "t.milestone, t.note, t.at from check_in_notes t where t.person_id = $1 order by t.id",
     "delete from check_in_notes where person_id = $1", NULL},
    {"check_in_results", "select " SLUG "t.milestone, t.state, t.at from check_in_results t where t.person_id = $1 order by t.id",
     NULL, "that a check-in or presentation was held, missed or excused: grades go by it, by number"},
    {"check_ins", "select " SLUG "t.milestone, t.at from check_ins t where t.person_id = $1 order by t.id",
     "update check_ins set notes = '', risk = null, version = version + 1 where person_id = $1", "staff's notes on a team, without the person's name"},
    {"follow_ups", "select " SLUG "t.milestone, t.opened_at, t.closed_at from follow_ups t where t.person_id = $1 order by t.id",
     "delete from follow_ups where person_id = $1", "what staff wanted to come back to with a team, without the person's name"},
    {"team_mentors", "select " SLUG "(select x.name from teams x where x.id = t.team_id) as team, t.at from team_mentors t where t.person_id = $1 order by t.team_id",
     "delete from team_mentors where person_id = $1", NULL},
    {"webhooks", "select " SLUG "t.id, t.created_at from webhooks t where t.created_by = $1 order by t.id",
     NULL, "that somebody added one as an instructor, by number"},
    {"webhook_deliveries", NULL, NULL, OTHERS},
    {"reminders", "select " SLUG "t.subject, t.offset_days, t.offset_seconds, t.due, t.at, t.state, t.why, t.written_at from reminders t where t.person_id = $1 order by t.id",
     "delete from reminders where person_id = $1", NULL},
    {"reminder_plans", NULL, NULL, OTHERS},
    {"daily_mails", "select " SLUG "t.at from daily_mails t where t.person_id = $1 order by t.course_id",
     "delete from daily_mails where person_id = $1", NULL},
    {"outbox", "select t.id, (select c.slug from courses c where c.id = t.course_id) as course, t.kind, t.subject, t.words, t.link, t.at, t.sent_at from outbox t where t.person_id = $1 and t.is_secret = 0 order by t.id",
     "delete from outbox where person_id = $1", NULL},
    {"mails", "select t.id, t.is_alone, t.state, t.created_at, t.attempts, t.settled_at from mails t where t.person_id = $1 order by t.id",
     "update mails set person_id = 0, reason = null where person_id = $1", "that a mail was made and whether it left, without whose it was"},
    {"announcements", "select " SLUG "t.audience, t.subject, t.words, t.also_to, t.send_at, t.sent_at, t.cancelled_at from announcements t where t.by_id = $1 order by t.id",
     NULL, "what somebody announced as staff, by number"},
    {"announcement_people", "select (select c.slug from courses c join announcements a on a.course_id = c.id where a.id = t.announcement_id) as course, t.announcement_id as announcement from announcement_people t where t.person_id = $1 order by t.announcement_id",
     "delete from announcement_people where person_id = $1", NULL},
    {"notice_choices", "select t.kind, t.is_on from notice_choices t where t.person_id = $1 order by t.kind",
     "delete from notice_choices where person_id = $1", NULL},
    {"quiet_hours", "select t.starts, t.ends, t.zone from quiet_hours t where t.person_id = $1",
     "delete from quiet_hours where person_id = $1", NULL},
    {"audit", "select (select c.slug from courses c where c.id = t.course_id) as course, t.seq, t.at, case when t.actor_id = $1 then 1 else 0 end as is_by_you, t.cause, t.kind, t.subject, case when t.subject = " SUBJECT " or substr(t.subject, 1, 7) <> 'person ' then d.before end as before, case when t.subject = " SUBJECT " or substr(t.subject, 1, 7) <> 'person ' then d.after end as after from audit t left join audit_details d on d.course_id = t.course_id and d.seq = t.seq where t.actor_id = $1 or t.subject = " SUBJECT " order by t.course_id, t.seq",
     NULL, "the chain: what was done and when, by number"},
    {"audit_details", NULL,
     "delete from audit_details where exists (select 1 from audit a where a.course_id = audit_details.course_id and a.seq = audit_details.seq and (a.subject = " SUBJECT " or (a.actor_id = $1 and a.course_id <> 0 and not exists (select 1 from enrolments e where e.course_id = a.course_id and e.person_id = $1 and e.role <> 'student'))))",
     "what somebody did as staff, unless the person is named in it"},
    {"agenda", NULL, NULL, "by number, until the instant has come"},
    {"audit_heads", NULL, NULL, OTHERS},
    {"courses", NULL, NULL, OTHERS " (the course file may name staff)"},
    {"settings", NULL, NULL, OTHERS},
};
// clang-format on
const size_t privacy_table_count = sizeof privacy_tables / sizeof *privacy_tables;

// clang-format off
const struct privacy_text privacy_texts[] = {
    {"outbox", PRIVACY_ADDRESS, "select id, 0, address, null, null from outbox where address is not null",
     "delete from outbox where id = $1 and $2 = 0 and coalesce($3, $4, $5, '') <> '-'"},
    {"outbox", PRIVACY_BY_PEOPLE, "select id, 0, subject, words, link from outbox where " DECIDED " or not " ABOUT_THEM,
     "update outbox set subject = $3, words = $4, link = $5 where id = $1 and $2 = 0"},
    {"outbox", PRIVACY_SIGNED, "select id, 0, subject, words, null from outbox where " ANNOUNCED " and " ABOUT_THEM,
     "update outbox set subject = $3, words = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    // What is told of an invitation is told in the second in which it is made.
    {"outbox", PRIVACY_QUOTING, "select id, 0, subject, words, null from outbox where kind in ('invitation', 'join request') and at in (select created_at from invitations where made_by = $1) and " THEIR_COURSES,
     "update outbox set subject = $3, words = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"outbox", PRIVACY_BY_TANDEM, "select id, 0, subject, words, null from outbox where not " ANNOUNCED " and not " DECIDED " and " ABOUT_THEM,
     "update outbox set subject = $3, words = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"mails", PRIVACY_BY_PEOPLE, "select id, 0, reason, null, null from mails where reason is not null",
     "update mails set reason = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"teams", PRIVACY_BY_PEOPLE, "select id, 0, looking_for, gap_plan, waiver_reason from teams",
     "update teams set looking_for = $3, gap_plan = $4, waiver_reason = $5 where id = $1 and $2 = 0"},
    {"repairs", PRIVACY_BY_PEOPLE, "select id, 0, reason, null, null from repairs where reason <> ''",
     "update repairs set reason = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"extensions", PRIVACY_BY_PEOPLE, "select id, 0, reason, category, note from extensions",
     "update extensions set reason = $3, category = $4, note = $5 where id = $1 and $2 = 0"},
    {"penalties", PRIVACY_BY_PEOPLE, "select id, 0, reason, null, null from penalties where reason is not null",
     "update penalties set reason = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"excusals", PRIVACY_BY_PEOPLE, "select id, 0, reason, null, null from excusals",
     "update excusals set reason = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"invitations", PRIVACY_BY_PEOPLE, "select id, 0, message, null, null from invitations where message <> ''",
     "update invitations set message = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"info_cards", PRIVACY_BY_PEOPLE, "select course_id, person_id, about, availability, null from info_cards",
     "update info_cards set about = $3, availability = $4 where course_id = $1 and person_id = $2 and coalesce($5, '') = ''"},
    {"files", PRIVACY_BY_PEOPLE, "select id, 0, name, null, null from files",
     "update files set name = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"card_skills", PRIVACY_BY_PEOPLE, "select course_id, person_id, evidence, skill, null from card_skills",
     "update card_skills set evidence = $3 where course_id = $1 and person_id = $2 and skill = $4 and coalesce($5, '') = ''"},
    // An answer is repeated as it was or not at all.
    {"idempotency_keys", PRIVACY_IN_JSON, "select id, 0, request, headers, body from idempotency_keys where person_id <> $1",
     "delete from idempotency_keys where id = $1 and $2 = 0 and coalesce($3, $4, $5, '') <> '-'"},
    {"submissions", PRIVACY_BY_PEOPLE, "select id, 0, reproduce, statement, choice_reason from submissions",
     "update submissions set reproduce = $3, statement = $4, choice_reason = $5 where id = $1 and $2 = 0"},
    {"proposal_values", PRIVACY_BY_PEOPLE, "select id, 0, value, null, null from proposal_values where value <> ''",
     "update proposal_values set value = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"proposal_version_values", PRIVACY_BY_PEOPLE, "select id, 0, value, null, null from proposal_version_values where value <> ''",
     "update proposal_version_values set value = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"proposal_versions", PRIVACY_BY_PEOPLE, "select team_id, version, reason, null, null from proposal_versions where reason is not null",
     "update proposal_versions set reason = $3 where team_id = $1 and version = $2 and coalesce($4, $5, '') = ''"},
    {"petitions", PRIVACY_BY_PEOPLE, "select id, 0, message, answer, null from petitions",
     "update petitions set message = $3, answer = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"proposal_decisions", PRIVACY_BY_PEOPLE, "select id, 0, comment, null, null from proposal_decisions where comment <> ''",
     "update proposal_decisions set comment = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"proposal_changes", PRIVACY_BY_PEOPLE, "select id, 0, words, answer, null from proposal_changes",
     "update proposal_changes set words = $3, answer = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"proposal_scores", PRIVACY_BY_PEOPLE, "select id, 0, words, null, null from proposal_scores where words <> ''",
     "update proposal_scores set words = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"proposal_comments", PRIVACY_BY_PEOPLE, "select id, 0, words, null, null from proposal_comments where words <> ''",
     "update proposal_comments set words = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"slots", PRIVACY_BY_PEOPLE, "select id, 0, place, cancel_reason, null from slots",
     "update slots set place = $3, cancel_reason = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"check_in_updates", PRIVACY_BY_PEOPLE, "select id, 0, done, next, blocked from check_in_updates",
     "update check_in_updates set done = $3, next = $4, blocked = $5 where id = $1 and $2 = 0"},
    {"check_in_notes", PRIVACY_BY_PEOPLE, "select id, 0, note, null, null from check_in_notes",
     "update check_in_notes set note = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"check_ins", PRIVACY_BY_PEOPLE, "select id, 0, notes, null, null from check_ins",
     "update check_ins set notes = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"follow_ups", PRIVACY_BY_PEOPLE, "select id, 0, words, null, null from follow_ups",
     "update follow_ups set words = $3 where id = $1 and $2 = 0 and coalesce($4, $5, '') = ''"},
    {"announcements", PRIVACY_BY_PEOPLE, "select id, 0, subject, words, null from announcements",
     "update announcements set subject = $3, words = $4 where id = $1 and $2 = 0 and coalesce($5, '') = ''"},
    {"announcements", PRIVACY_ADDRESS, "select id, 0, also_to, null, null from announcements where also_to is not null",
     "update announcements set also_to = null where id = $1 and $2 = 0 and coalesce($3, $4, $5, '') <> '-'"},
    {"calendar_items", PRIVACY_BY_TANDEM, "select feed_id, course_id, summary, description, item from calendar_items where " THEIR_COURSES,
     "update calendar_items set summary = $3, description = $4 where feed_id = $1 and course_id = $2 and item = $5"},
    {"calendar_items", PRIVACY_BY_PEOPLE, "select feed_id, course_id, location, null, item from calendar_items where location is not null",
     "update calendar_items set location = $3 where feed_id = $1 and course_id = $2 and coalesce($4, '') = '' and item = $5"},
    // What stands under a hash is not changed: it goes.
    {"audit_details", PRIVACY_IN_AUDIT, "select course_id, seq, before, after, null from audit_details where " ABOUT_THEM " and not " ABOUT_ANOTHER,
     "delete from audit_details where course_id = $1 and seq = $2 and coalesce($3, $4, $5, '') <> '-'"},
    {"audit_details", PRIVACY_BY_PEOPLE, "select course_id, seq, before, after, null from audit_details where not " ABOUT_THEM " or " ABOUT_ANOTHER,
     "delete from audit_details where course_id = $1 and seq = $2 and coalesce($3, $4, $5, '') <> '-'"},
};
// clang-format on
const size_t privacy_text_count = sizeof privacy_texts / sizeof *privacy_texts;

static enum err read_texts(struct db_rows *rows, struct arena *arena, const char ***out, size_t *count);

enum err privacy_store_enrolments(const struct act *act, int64_t person, struct privacy_enrolment **out,
                                  size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select e.course_id, c.slug, e.state = 'active', e.role = 'instructor', e.hold_until, "
               "(select count(*) from enrolments i where i.course_id = e.course_id and i.role = 'instructor' "
               "and i.state = 'active') from enrolments e join courses c on c.id = e.course_id "
               "where e.person_id = $1 and (e.state = 'active' or e.hold_until is not null) order by e.course_id",
               db_int(person));
  struct privacy_enrolment *list = NULL;
  size_t size = 0;
  while (db_next(&rows)) {
    list = arena_more(act->arena, list, size, sizeof *list);
    list[size++] = (struct privacy_enrolment){.course = db_column_int(&rows, 0),
                                              .slug = db_column_text(&rows, 1, act->arena),
                                              .is_active = db_column_int(&rows, 2) != 0,
                                              .is_instructor = db_column_int(&rows, 3) != 0,
                                              .hold_until = db_column_int(&rows, 4),
                                              .instructors = db_column_int(&rows, 5)};
  }
  if (rows.err != ERR_OK)
    return rows.err;
  *out = list;
  *count = size;
  return ERR_OK;
}

enum err privacy_store_names(const struct act *act, int64_t person, const char **name, const char **preferred) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db, "select name, preferred_name from people where id = $1", db_int(person));
  if (!db_next(&rows))
    return rows.err != ERR_OK ? rows.err : ERR_NOT_FOUND;
  *name = db_column_text(&rows, 0, act->arena);
  *preferred = db_column_text(&rows, 1, act->arena);
  return ERR_OK;
}

enum err privacy_store_addresses(const struct act *act, int64_t person, const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE = db_query(act->db,
                                          "select address from addresses where person_id = $1 "
                                          "union select address_key from addresses where person_id = $1",
                                          db_int(person));
  return read_texts(&rows, act->arena, out, count);
}

enum err privacy_store_quoted(const struct act *act, int64_t person, const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               // As messages to others quote it (text_quotation), and did before: with the white space at its end or
               // without.
               "select '\"' || message || '\"' from invitations where made_by = $1 and message <> '' "
               "union select '\"' || rtrim(message, $2) || '\"' from invitations where made_by = $1 and message <> '' "
               "union select '\"' || replace(message, '\"', '\u201D') || '\"' from invitations where made_by = $1 and "
               "message <> ''",
               db_int(person), db_text(" \n"));
  return read_texts(&rows, act->arena, out, count);
}

enum err privacy_store_others(const struct act *act, int64_t person, const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "with others as (select distinct person_id from enrolments where " THEIR_COURSES " and person_id <> $1) "
               "select h.name from people h join others o on o.person_id = h.id "
               "union select h.preferred_name from people h join others o on o.person_id = h.id "
               "union " CALLED("name") OF_OTHERS "union " CALLED("preferred_name") OF_OTHERS
               "union select name from teams where " THEIR_COURSES " union " CALLED("name") OF_TEAMS,
               db_int(person));
  return read_texts(&rows, act->arena, out, count);
}

enum err privacy_store_namesakes(const struct act *act, int64_t person, const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select name from people where id <> $1 union select preferred_name from people where id <> $1 "
               "union " CALLED("name") OF_ANOTHER "union " CALLED("preferred_name") OF_ANOTHER,
               db_int(person));
  return read_texts(&rows, act->arena, out, count);
}

enum err privacy_store_former(const struct act *act, int64_t person, const char ***out, size_t *count) {
  struct db_rows rows DB_SCOPE =
      db_query(act->db,
               "select d.before from audit_details d join audit a on a.course_id = d.course_id and a.seq = d.seq "
               "where d.course_id = 0 and a.subject = " SUBJECT " union all "
               "select d.after from audit_details d join audit a on a.course_id = d.course_id and a.seq = d.seq "
               "where d.course_id = 0 and a.subject = " SUBJECT,
               db_int(person));
  return read_texts(&rows, act->arena, out, count);
}

enum err privacy_store_rename(const struct act *act, int64_t person, const char *name) {
  return db_exec(act->db,
                 "update people set name = $2, preferred_name = null, password_hash = null, is_disabled = 1 "
                 "where id = $1",
                 db_int(person), db_text(name));
}

// The first column of each row; nulls are left out.
static enum err read_texts(struct db_rows *rows, struct arena *arena, const char ***out, size_t *count) {
  const char **list = NULL;
  size_t size = 0;
  while (db_next(rows)) {
    if (db_column_is_null(rows, 0))
      continue;
    list = arena_more(arena, list, size, sizeof *list);
    list[size++] = db_column_text(rows, 0, arena);
  }
  if (rows->err != ERR_OK)
    return rows->err;
  *out = list;
  *count = size;
  return ERR_OK;
}
