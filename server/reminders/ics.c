// SPDX-License-Identifier: AGPL-3.0-or-later
#include "server/reminders/ics.h"

#include <inttypes.h>
#include <libical/ical.h>
#include <string.h>

#include "common/base/text.h"

enum { ICS_NUMBER_MAX = INT32_MAX };

static icalcomponent *event_of(struct arena *arena, const struct ics_event *event);
static void add_times(icalcomponent *component, const struct ics_event *event);
static struct icaltimetype instant_of(int64_t at);
static struct icaltimetype day_of(struct day day);
static const char *clean(struct arena *arena, const char *text);
static void add_x(icalcomponent *component, const char *name, const char *value);

const char *ics_write(struct arena *arena, const struct ics_calendar *calendar, const struct ics_event *events,
                      size_t count) {
  icalcomponent *root = icalcomponent_new_vcalendar();
  icalcomponent_add_property(root, icalproperty_new_version("2.0"));
  icalcomponent_add_property(root, icalproperty_new_prodid("-//Tandem//Tandem//EN"));
  icalcomponent_add_property(root, icalproperty_new_calscale("GREGORIAN"));
  icalcomponent_add_property(root, icalproperty_new_name(clean(arena, calendar->name)));
  add_x(root, "X-WR-CALNAME", clean(arena, calendar->name));
  if (calendar->description != NULL)
    icalcomponent_add_property(root, icalproperty_new_description(clean(arena, calendar->description)));
  if (calendar->refresh_seconds > 0) { // RFC 7986 5.7, and what clients had before it
    const char *often = arena_format(arena, "PT%" PRId64 "S", calendar->refresh_seconds);
    icalproperty *refresh = icalproperty_new_refreshinterval(icaldurationtype_from_string(often));
    icalproperty_add_parameter(refresh, icalparameter_new_value(ICAL_VALUE_DURATION));
    icalcomponent_add_property(root, refresh);
    add_x(root, "X-PUBLISHED-TTL", often);
  }
  for (size_t i = 0; i < count; i++)
    icalcomponent_add_component(root, event_of(arena, &events[i]));
  char *written = icalcomponent_as_ical_string_r(root);
  const char *document = arena_text(arena, written);
  icalmemory_free_buffer(written);
  icalcomponent_free(root);
  return document;
}

static icalcomponent *event_of(struct arena *arena, const struct ics_event *event) {
  icalcomponent *component = icalcomponent_new(ICAL_VEVENT_COMPONENT);
  icalcomponent_add_property(component, icalproperty_new_uid(clean(arena, event->uid)));
  icalcomponent_add_property(component, icalproperty_new_dtstamp(instant_of(event->revised_at)));
  icalcomponent_add_property(component, icalproperty_new_lastmodified(instant_of(event->revised_at)));
  int sequence = event->sequence > ICS_NUMBER_MAX ? ICS_NUMBER_MAX : (int)event->sequence;
  icalcomponent_add_property(component, icalproperty_new_sequence(sequence));
  add_times(component, event);
  icalcomponent_add_property(component, icalproperty_new_summary(clean(arena, event->summary)));
  if (event->description != NULL)
    icalcomponent_add_property(component, icalproperty_new_description(clean(arena, event->description)));
  if (event->location != NULL)
    icalcomponent_add_property(component, icalproperty_new_location(clean(arena, event->location)));
  if (event->url != NULL)
    icalcomponent_add_property(component, icalproperty_new_url(clean(arena, event->url)));
  if (event->category != NULL)
    icalcomponent_add_property(component, icalproperty_new_categories(clean(arena, event->category)));
  icalcomponent_add_property(
      component, icalproperty_new_status(event->is_cancelled ? ICAL_STATUS_CANCELLED : ICAL_STATUS_CONFIRMED));
  // Only what lasts keeps its reader busy.
  bool is_busy = !event->is_day && event->ends > event->starts;
  icalcomponent_add_property(component,
                             icalproperty_new_transp(is_busy ? ICAL_TRANSP_OPAQUE : ICAL_TRANSP_TRANSPARENT));
  return component;
}

// RFC 5545 3.8.2.2: DTEND is later than DTSTART, so an instant has none; without it a day is that day.
static void add_times(icalcomponent *component, const struct ics_event *event) {
  icalcomponent_add_property(component,
                             icalproperty_new_dtstart(event->is_day ? day_of(event->day) : instant_of(event->starts)));
  if (!event->is_day && event->ends > event->starts)
    icalcomponent_add_property(component, icalproperty_new_dtend(instant_of(event->ends)));
}

static struct icaltimetype instant_of(int64_t at) {
  return icaltime_from_timet_with_zone((time_t)at, 0, icaltimezone_get_utc_timezone());
}

static struct icaltimetype day_of(struct day day) {
  struct icaltimetype time = icaltime_null_date();
  time.year = day.year;
  time.month = day.month;
  time.day = day.day;
  return time;
}

// RFC 5545 3.1: a text has no control characters but the line ends that are escaped, and libical passes them on.
static const char *clean(struct arena *arena, const char *text) {
  if (utf8_is_valid(text, strlen(text)) && !text_has_control(text, true))
    return text;
  struct text out;
  text_init(&out, arena);
  for (const char *c = text; *c != '\0';) {
    uint32_t point = 0;
    size_t size = utf8_decode(c, strlen(c), &point);
    if (size == 0)
      text_add_char(&out, '?');
    else if ((point < 0x20 && point != '\n' && point != '\t') || (point >= 0x7F && point < 0xA0))
      text_add_char(&out, ' ');
    else
      text_add_n(&out, c, size);
    c += size == 0 ? 1 : size;
  }
  return text_get(&out);
}

static void add_x(icalcomponent *component, const char *name, const char *value) {
  icalproperty *property = icalproperty_new_x(value);
  icalproperty_set_x_name(property, name);
  icalcomponent_add_property(component, property);
}
