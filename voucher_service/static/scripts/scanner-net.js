/** Speaks to the service for the scanner: whose login this is, one scan on line, and bringing home what was queued. */

import * as log from "./scanner-log.js";
import { say, sentenceIn } from "./scanner-words.js";

const ASK_MS = 6000;
const BATCH = 20;
const API = "/api/v1";

/** There is no answer: no net, or a service that does not get to it. Whatever was asked may have happened. */
export class NoAnswer extends Error {}

/** The service's refusal, as its problem document says it. */
export class Refused extends Error {
  constructor(status, problem) {
    super(sentenceIn(problem) ?? say("no_service", { status }));
    this.status = status;
    this.problem = problem;
    this.code = problem.code;
  }
}

let proof = "";

async function ask(path, { body, key } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json", "X-CSRFToken": proof }),
        ...(key ? { "Idempotency-Key": key } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store",
      signal: AbortSignal.timeout(ASK_MS),
    });
    if (answer.ok) return await answer.json();
  } catch {
    throw new NoAnswer();
  }
  const problem = await answer.json().catch(() => ({}));
  // A proxy's or a database's trouble says nothing about the scan; the service's own refusals do.
  if (answer.status >= 500 || !problem.code) throw new NoAnswer();
  throw new Refused(answer.status, problem);
}

/** Learn who is logged in, at which classes they may scan, and the proof that requests are this page's. */
export async function standing() {
  const { proof: fresh, ...kept } = await ask("/scan/standing");
  proof = fresh;
  await log.keepStanding(kept).catch(() => {});
  return kept;
}

export const look = (code, classId, person = null) => ask(`${API}/scans/look`, { body: { code, class_id: classId, person } });
export const tally = (classId) => ask(`${API}/scans/of-class/${classId}`);

export function redeem({ code, classId, nonce, card }) {
  const person = { ...card, waiver_reason: card.waiver_reason || null };
  return ask(`${API}/redemptions`, { key: nonce, body: { code, class_id: classId, person } });
}

export async function enrol(institution, name) {
  const drawn = await log.drawDevice(institution);
  const body = { name, public_key: drawn.publicKey, proof: drawn.proof };
  const enrolled = await ask(`${API}/institutions/${institution}/devices`, { key: log.newNonce(), body });
  await log.keepDevice(enrolled, institution, drawn);
}

/** Fetch the keys for work off line, and tell the service how far this device's log goes. */
export async function sync() {
  const self = await log.device();
  if (!self) return;
  const { nonce } = await ask(`${API}/offline-scans/nonce?device=${self.id}`);
  const kept = await ask(`${API}/offline-scans/syncs`, { body: await log.signedSync(self, nonce) });
  await log.keepDirectory(kept.directory, kept.server_time);
}

/** Bring the queue home, a batch at a time; returns what became of each. What has no answer stays in the queue. */
export async function upload() {
  const all = [];
  const self = await log.device();
  if (!self) return all;
  for (let waiting = await log.queued(); waiting.length; waiting = await log.queued()) {
    const { nonce } = await ask(`${API}/offline-scans/nonce?device=${self.id}`);
    const entries = await Promise.all(waiting.slice(0, BATCH).map((queued) => log.toSend(self, queued)));
    const body = await log.signedUpload(self, nonce, entries);
    const { scans } = await ask(`${API}/offline-scans`, { key: log.newNonce(), body });
    const decided = scans.filter((scan) => scan.outcome);
    if (!decided.length) break;
    await log.settle(decided);
    all.push(...decided);
  }
  return all;
}
