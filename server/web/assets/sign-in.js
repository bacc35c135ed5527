// SPDX-License-Identifier: AGPL-3.0-or-later
// Where a mailed link leads. The token stands behind the # of the address; nothing is spent before the button is pressed.
import { call, onSubmit } from "/assets/api.js";
import { showNotices } from "/assets/notices.js";

const element = (id) => document.getElementById(id);

const token = () => location.hash.slice(1);

function render() {
  const hasToken = token() !== "";
  element("with-link").hidden = !hasToken;
  element("with-code").hidden = hasToken;
  for (const id of ["email", "code"]) {
    element(id).required = !hasToken;
    element(id).disabled = hasToken;
  }
  element("entrance").hidden = false;
}

onSubmit(element("entrance-form"), async ({ email, code, password }) => {
  const proof = token() !== "" ? { link: token() } : { email, code };
  if (password) proof.password = password;
  try {
    await call("POST", "/api/v1/session/link", proof);
  } catch (refusal) {
    if (refusal.code === "link_not_valid") {
      history.replaceState(null, "", "/sign-in"); // the code of a newer mail may still be typed
      render();
    }
    throw refusal;
  }
  location.replace("/"); // takes the token out of the history, too
});

addEventListener("hashchange", render);
showNotices(element("notices"));
render();
