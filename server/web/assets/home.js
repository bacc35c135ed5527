// SPDX-License-Identifier: AGPL-3.0-or-later
// The start page: who is signed in, or the ways to sign in.
import { call, onSubmit, Refusal } from "/assets/api.js";
import { showNotices } from "/assets/notices.js";

const element = (id) => document.getElementById(id);
const sections = ["stranger", "mailed", "account", "trouble"];

const roleWords = { student: "Student", staff: "Staff", instructor: "Instructor" };
const creditWords = { audit: "audits", "pass-fail": "pass/fail" };

function show(name) {
  for (const section of sections) element(section).hidden = section !== name;
}

function showAccount({ person, enrolments }) {
  element("account-title").textContent = `Hello, ${person.name}`;
  element("account-email").textContent = person.email ?? "";
  element("courses").replaceChildren(...(enrolments.length > 0 ? enrolments.map(courseItem) : [noCourse()]));
  show("account");
}

function courseItem({ title, role, credit }) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  const badge = document.createElement("span");
  name.textContent = title;
  badge.className = "badge";
  badge.textContent = [roleWords[role] ?? role, creditWords[credit]].filter(Boolean).join(", ");
  item.append(name, badge);
  return item;
}

function noCourse() {
  const item = document.createElement("li");
  item.textContent = "You are in no course yet. The staff of a course put you on its roster.";
  return item;
}

async function look(focus) {
  try {
    showAccount(await call("GET", "/api/v1/me"));
    if (focus) element("account-title").focus();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    if (refusal.status === 401) return show("stranger");
    element("trouble").querySelector(".error").textContent = refusal.message;
    show("trouble");
  }
}

async function mailLink(email) {
  const answer = await call("POST", "/api/v1/sign-in-links", { email });
  element("mailed-words").textContent = answer.mail ? "Mail is not being sent here: ask the staff of your course for a link or code." : answer.words;
  element("mailed-title").textContent = answer.mail ? "No mail will come" : "Look into your mail";
  element("code-email").value = email;
  show("mailed");
  element("mailed-title").focus();
}

onSubmit(element("stranger-form"), async ({ email, password }, button) => {
  if (button === element("mail-me")) {
    if (element("email").reportValidity()) await mailLink(email);
    return;
  }
  await call("POST", "/api/v1/session", { email, password });
  element("stranger-form").reset();
  await look(true);
});

onSubmit(element("code-form"), async ({ email, code }) => {
  await call("POST", "/api/v1/session/link", { email, code });
  element("code-form").reset();
  await look(true);
});

onSubmit(element("sign-out-form"), async () => {
  try {
    await call("DELETE", "/api/v1/session");
  } catch (refusal) {
    if (refusal.status !== 401) throw refusal; // the session had ended already
  }
  show("stranger");
  element("email").focus();
});

showNotices(element("notices"));
look(false);
