// SPDX-License-Identifier: AGPL-3.0-or-later
// Requests to /api/v1 of this server, and what forms do with its refusals.

export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
  }
}

export async function call(method, path, body) {
  const options = { method, headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refusal(0, { detail: "The server cannot be reached. Check the network and try again." });
  }
  const text = await answer.text();
  let value = null;
  try {
    value = text === "" ? null : JSON.parse(text);
  } catch {
    // A proxy's own page; its status is all that can be told.
  }
  if (!answer.ok) throw new Refusal(answer.status, value ?? {});
  return value;
}

/** Sends a form by `send(fields, button)`; a refusal is told beside the form, and the field at fault gets the focus. */
export function onSubmit(form, send) {
  const error = form.querySelector(".error");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector("button");
    error.textContent = "";
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    button.disabled = true;
    try {
      await send(Object.fromEntries(new FormData(form)), button);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      error.textContent = words(refusal);
      const field = refusal.errors.map(({ field: name }) => form.elements.namedItem(name)).find((found) => found?.type !== "hidden" && found);
      field?.setAttribute("aria-invalid", "true");
      field?.focus();
    } finally {
      button.disabled = false;
    }
  });
}

function words(refusal) {
  if (refusal.errors.length === 0) return refusal.message;
  const all = refusal.errors.map(({ field, message }) => `${field.replaceAll("_", " ")} ${message}`.trim()).join("; ");
  return all.charAt(0).toUpperCase() + all.slice(1);
}
