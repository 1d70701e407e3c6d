/**
 * Whoever logs out on any page of an institution leaves nothing behind on this device but the scans that still have to
 * be sent, and is told about those first.
 */

import * as log from "./scanner-log.js";
import { say } from "./scanner-words.js";

/** Watch the log-out; `bringHome` tries once more to send what waits, where a page can. */
export function guardLogOut(bringHome = async () => {}) {
  const out = document.querySelector('form[action="/logout"]');
  out?.addEventListener("submit", async (event) => {
    if (out.dataset.agreed) return;
    event.preventDefault();
    if (await log.waiting()) await bringHome();
    const left = await log.waiting();
    if (left) warn(out, left);
    else await leave(out);
  });
}

function warn(out, count) {
  document.getElementById("leave")?.remove();
  const shown = document.createElement("section");
  shown.id = "leave";
  shown.className = "notice";
  shown.setAttribute("role", "alert");
  const sentence = document.createElement("p");
  sentence.textContent = say("leave_first", { count });
  const buttons = document.createElement("p");
  buttons.append(button("stay", () => shown.remove()), " ", button("leave_anyway", () => leave(out), "quiet"));
  shown.append(sentence, buttons);
  document.getElementById("main").prepend(shown);
  shown.querySelector("button").focus();
}

function button(name, act, className = "") {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = say(name);
  made.addEventListener("click", act);
  return made;
}

async function leave(out) {
  await log.clearTold().catch(() => {});
  out.dataset.agreed = "yes";
  out.requestSubmit();
}
