// SPDX-License-Identifier: AGPL-3.0-or-later
// Reads an iCalendar document on stdin with ical.js, strictly, and prints its events as JSON. What does not parse ends it with words.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

ICAL.design.strict = true;
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const instant = (time) => (time === null ? null : time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z"));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    summary: event.summary,
    description: event.description,
    location: event.location,
    status: component.getFirstPropertyValue("status"),
    starts: instant(event.startDate),
    ends: component.hasProperty("dtend") ? instant(event.endDate) : null,
    stamp: instant(component.getFirstPropertyValue("dtstamp")),
    revised: instant(component.getFirstPropertyValue("last-modified")),
  };
});
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue("name"), events }));
