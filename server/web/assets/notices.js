// SPDX-License-Identifier: AGPL-3.0-or-later
// What everybody who looks at a page should know of the server: that its clock is offset, that it sends no mail.
import { call } from "/assets/api.js";

const MOST_DRIFT_MS = 5 * 60 * 1000;

export async function showNotices(place) {
  let ready;
  try {
    ready = await call("GET", "/readyz");
  } catch (refusal) {
    if (refusal.status === 503) say(place, "The server is going down. What you do now may have to be done again.");
    return;
  }
  const now = new Date(ready.now);
  const isOffset = ready.notes.some((note) => note.includes("clock is offset"));
  if (isOffset || Math.abs(now - Date.now()) > MOST_DRIFT_MS)
    say(place, `The clock is offset: here it is ${now.toLocaleString([], { dateStyle: "full", timeStyle: "short" })}.`);
  if (ready.notes.some((note) => /^mail is not being sent/i.test(note)))
    say(place, "Mail is not being sent. Ask the staff of your course for a link to sign in.");
}

function say(place, words) {
  const line = document.createElement("p");
  line.textContent = words;
  place.append(line);
}
