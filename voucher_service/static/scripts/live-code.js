/**
 * Makes the voucher's code live: draws a secret in this page, has the city sign the end of its chain, and shows a new
 * code every 30 seconds. The secret never leaves the page; it outlives a reload in this tab's sessionStorage, and ends
 * with the log-in. Opening the code elsewhere ends it here, and this page says so.
 */

import { codeAt, openSession } from "./tvq1.js";

const live = document.getElementById("live");
const shown = (id) => document.getElementById(id);
const [picture, bar, countdown, spoken] = ["picture", "bar", "countdown", "spoken"].map(shown);
const [waiting, trouble, troubleText, again, digitsShown] =
  ["waiting", "trouble", "trouble-text", "again", "digits"].map(shown);
const { voucher, session: logIn } = live.dataset;
const address = `/api/v1/vouchers/${voucher}`;
const PLACE = `tvq1:${voucher}`;
const RETRY_MS = 3000;
const ASK_EVERY_SECONDS = 5;

const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Another phone shows this voucher's code now. */
class TakenOver extends Error {}

let aheadMs = 0; // how far the city's clock is ahead of this phone's, which may be wrong by hours
const serverNow = () => Date.now() + aheadMs;

/** Ask the service; throws with the service's own sentence when it refuses. */
async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: { "X-CSRFToken": live.dataset.proof, ...options.headers },
  });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error((live.dataset.saysEnglish ? problem.detail : problem.detail_zh) ?? live.dataset.saysSilent);
}

/** Rebuild the chain of a secret; the same secret and header give the same anchor. */
async function sessionOf(header, secret) {
  const startMinute = (header[15] << 16) | (header[16] << 8) | header[17];
  return openSession({ voucher, startMinute, lifetimeHours: header[18] }, secret);
}

/** Draw a secret, have its anchor signed, and keep both for a reload of this tab. */
async function openAnew() {
  const given = await (await ask(`${address}/code-header`)).json();
  aheadMs = Date.parse(given.server_time) - Date.now();
  const header = fromHex(given.header);
  const secret = crypto.getRandomValues(new Uint8Array(16));
  const session = await sessionOf(header, secret);
  const signed = await ask(`${address}/code-sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": toHex(crypto.getRandomValues(new Uint8Array(16))) },
    body: JSON.stringify({ header: given.header, anchor: toHex(session.anchor) }),
  });
  const { signature } = await signed.json();
  sessionStorage.setItem(PLACE, JSON.stringify({ logIn, header: given.header, secret: toHex(secret), signature }));
  return { session, header, signature: fromHex(signature) };
}

/** Return what this tab kept of this very log-in, or null. */
async function restore() {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  if (kept === null || kept.logIn !== logIn) return null;
  const header = fromHex(kept.header);
  const opened = { session: await sessionOf(header, fromHex(kept.secret)), header, signature: fromHex(kept.signature) };
  await askStanding(opened);
  return opened;
}

/** Learn the city's time and whether this is still the code that counts; a voucher that was used shows its new page. */
async function askStanding({ session }) {
  const tag = toHex(session.anchor.subarray(0, 8));
  const standing = await (await ask(`/vouchers/${voucher}/live?tag=${tag}`)).json();
  aheadMs = Date.parse(standing.server_time) - Date.now();
  if (standing.state !== "claimed") {
    sessionStorage.removeItem(PLACE);
    location.reload();
    await new Promise(() => {});
  }
  if (!standing.current) throw new TakenOver();
}

async function draw(digits) {
  digitsShown.textContent = digits.replace(/(.{4})/g, "$1 ");
  const answer = await ask("/voucher/picture", { method: "POST", body: new URLSearchParams({ digits }) });
  const drawn = URL.createObjectURL(await answer.blob());
  URL.revokeObjectURL(picture.src);
  picture.src = drawn;
  live.dataset.digits = digits;
  waiting.hidden = trouble.hidden = true;
  picture.hidden = bar.hidden = countdown.hidden = false;
  spoken.textContent = live.dataset.saysFresh;
}

/** Show codes until the session ends. */
async function showCodes(opened) {
  let seconds = 0;
  const now = () => codeAt(opened.session, opened.header, opened.signature, serverNow());
  for (let code = await now(); code !== null; code = await now()) {
    await draw(code.digits);
    for (let leftMs = code.untilMs - serverNow(); leftMs > 0; leftMs = code.untilMs - serverNow()) {
      const left = Math.ceil(leftMs / 1000);
      countdown.textContent = live.dataset.saysLeft.replace("{seconds}", left);
      bar.value = left;
      await pause(Math.min(leftMs, 1000));
      seconds += 1;
      if (seconds % ASK_EVERY_SECONDS === 0) await askStanding(opened);
    }
  }
}

function hideCode(text, { canTakeBack }) {
  picture.hidden = bar.hidden = countdown.hidden = waiting.hidden = true; // an old code would only be refused
  digitsShown.textContent = "";
  delete live.dataset.digits;
  troubleText.textContent = text;
  again.hidden = !canTakeBack;
  trouble.hidden = false;
}

/** Wait until the holder takes the code back to this phone. */
const takenBack = () => new Promise((resolve) => again.addEventListener("click", resolve, { once: true }));

/** Keep the screen on while the code is shown, where the phone allows it. */
const stayLit = () => navigator.wakeLock?.request("screen").catch(() => {});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayLit());
stayLit();

for (;;) {
  try {
    await showCodes((await restore()) ?? (await openAnew()));
    sessionStorage.removeItem(PLACE); // the session ran out; the next one is signed anew
  } catch (failure) {
    if (failure instanceof TakenOver) {
      sessionStorage.removeItem(PLACE);
      hideCode(live.dataset.saysTaken, { canTakeBack: true });
      await takenBack();
    } else {
      hideCode(failure instanceof TypeError ? live.dataset.saysSilent : failure.message, { canTakeBack: false });
      await pause(RETRY_MS);
    }
  }
}
