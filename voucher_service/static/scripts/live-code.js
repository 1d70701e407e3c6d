/**
 * Makes the voucher's code live: draws a secret in this page, has the city sign the end of its chain, and shows a new
 * code every 30 seconds. The secret never leaves the page; opening the page elsewhere ends the code here.
 */

import { codeAt, openSession } from "./tvq1.js";

const live = document.getElementById("live");
const picture = document.getElementById("picture");
const countdown = document.getElementById("countdown");
const digitsShown = document.getElementById("digits");
const trouble = document.getElementById("trouble");
const address = `/api/v1/vouchers/${live.dataset.voucher}`;
const RETRY_MS = 3000;

const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ask the service; throws with the service's own sentence when it refuses. */
async function ask(path, options = {}) {
  const answer = await fetch(path, {
    ...options,
    headers: { "X-CSRFToken": live.dataset.proof, ...options.headers },
  });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail_zh ?? `服务没有回答（${answer.status}）`);
}

/** Open a session and return `codeNow`, which goes by the city's clock and not by the phone's. */
async function open() {
  const given = await (await ask(`${address}/code-header`)).json();
  const aheadMs = Date.parse(given.server_time) - Date.now();
  const header = fromHex(given.header);
  const startMinute = (header[15] << 16) | (header[16] << 8) | header[17];
  const session = await openSession({ voucher: live.dataset.voucher, startMinute, lifetimeHours: header[18] });
  const signed = await ask(`${address}/code-sessions`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": toHex(crypto.getRandomValues(new Uint8Array(16))) },
    body: JSON.stringify({ header: given.header, anchor: toHex(session.anchor) }),
  });
  const signature = fromHex((await signed.json()).signature);
  const serverNow = () => Date.now() + aheadMs;
  return { serverNow, codeNow: () => codeAt(session, header, signature, serverNow()) };
}

async function draw(digits) {
  const answer = await ask("/voucher/picture", { method: "POST", body: new URLSearchParams({ digits }) });
  const drawn = URL.createObjectURL(await answer.blob());
  URL.revokeObjectURL(picture.src);
  picture.src = drawn;
  picture.hidden = false;
  digitsShown.textContent = digits.replace(/(.{4})/g, "$1 ");
  live.dataset.digits = digits;
}

/** Show codes until the session ends. */
async function showCodes({ serverNow, codeNow }) {
  for (let code = await codeNow(); code !== null; code = await codeNow()) {
    await draw(code.digits);
    trouble.hidden = true;
    for (let leftMs = code.untilMs - serverNow(); leftMs > 0; leftMs = code.untilMs - serverNow()) {
      countdown.textContent = `${Math.ceil(leftMs / 1000)} 秒后换新码`;
      await pause(Math.min(leftMs, 1000));
    }
  }
}

for (;;) {
  try {
    await showCodes(await open());
  } catch (failure) {
    picture.hidden = true; // an old code would only be refused at the door
    trouble.textContent = failure.message;
    trouble.hidden = false;
    await pause(RETRY_MS);
  }
}
