/**
 * The scanner at a class's door: read a code, look at the card, and answer in one colour, one word, one sound.
 *
 * The service is asked first. Without an answer the code is verified here and written into this device's log, shown as
 * 已暂存，待确认 and never as success, and brought home when the net is back. The code and the card live in this page's
 * memory and in the sealed queue, never in an address.
 */

import { guardLogOut } from "./scanner-leave.js";
import * as log from "./scanner-log.js";
import * as net from "./scanner-net.js";
import { listen, readPicture, watch, watchCard } from "./scanner-reader.js";
import { adviceOn, nameOf, say, sentenceIn, sentenceOf } from "./scanner-words.js";
import { verify } from "./tvq1.js";

const SYNC_EVERY_MS = 30_000;
const COUNT_EVERY_MS = 5_000;
const DIRECTORY_EVERY_MS = 15 * 60_000;
const at = (id) => document.getElementById(id);
const form = at("door");
const classId = form.dataset.class || location.pathname.split("/").filter(Boolean).at(-1);
const show = (element, isShown) => { element.hidden = !isShown; };
const clock = (when) => new Date(when).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });

/** The scan in hand: null between two persons. */
let scan = null;
let who = null;
let isReachable = navigator.onLine;
let lastTrouble = "";

// ---- What is shown ----------------------------------------------------------------------------------------------

const OUTCOMES = {
  ok: { tones: [880, 1320], buzz: [80] },
  used: { tones: [440, 440], buzz: [120, 80, 120] },
  refused: { tones: [220, 180], buzz: [300] },
  waiting: { tones: [660], buzz: [40, 40, 40] },
};
let sound;

function announce({ tones, buzz }) {
  navigator.vibrate?.(buzz);
  try {
    sound ??= new AudioContext();
    tones.forEach((frequency, index) => {
      const tone = new OscillatorNode(sound, { frequency, type: "square" });
      const start = sound.currentTime + index * 0.15;
      tone.connect(new GainNode(sound, { gain: 0.08 })).connect(sound.destination);
      tone.start(start);
      tone.stop(start + 0.12);
    });
  } catch {
    // A device without sound still shows the colour and the word.
  }
}

function conclude(outcome, { lines, code = "" }) {
  scan = null;
  const shown = at("result");
  shown.className = `result ${outcome}`;
  shown.dataset.outcome = outcome;
  shown.dataset.code = code;
  at("result-word").textContent = say(outcome);
  at("result-lines").replaceChildren(...lines.filter(Boolean).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.append(line);
    return paragraph;
  }));
  at("result-code").textContent = code ? say("code", { code }) : "";
  show(form, false);
  show(shown, true);
  at("next").focus();
  announce(OUTCOMES[outcome]);
  refreshStatus();
  refreshTally();
}

function refuse(code, sentence) {
  const outcome = ["already_redeemed", "code_already_used"].includes(code) ? "used" : "refused";
  conclude(outcome, { lines: [sentence || sentenceOf(code), adviceOn(code)], code });
}

function next() {
  scan = null;
  form.reset();
  show(at("result"), false);
  show(form, true);
  show(at("step-code"), true);
  show(at("step-card"), false);
  show(at("waiver"), false);
  at("trouble").textContent = "";
  at("code").focus({ preventScroll: true });
}

async function refreshStatus() {
  const [self, waiting, told] = await Promise.all([log.device(), log.waiting(), log.told()]);
  at("status").className = `door-status ${isReachable ? "on" : "off"}`;
  at("net").textContent = say(isReachable ? "on_line" : "off_line");
  at("waiting").textContent = waiting ? say("waits", { count: waiting }) : say("none_waits");
  at("waiting").dataset.waiting = waiting;
  at("synced").textContent = self?.syncedAt ? say("synced", { time: clock(self.syncedAt) }) : say(self ? "not_synced" : "not_enrolled");
  show(at("send"), waiting > 0);
  at("banner").textContent = lastTrouble;
  show(at("banner"), Boolean(lastTrouble));
  show(at("told"), told.length > 0);
  at("told-lines").replaceChildren(...told.reverse().map((line) => {
    const item = document.createElement("li");
    const sentence = line.outcome === "redeemed" ? "" : sentenceIn(line);
    const became = say(`became_${line.outcome}`, { seat: line.seat, sentence });
    item.textContent = say("told", { number: line.number, time: clock(line.at), became });
    return item;
  }));
}

async function refreshTally() {
  if (!isReachable) return;
  const found = await net.tally(classId).catch(() => null);
  if (!found) return;
  at("redeemed").textContent = found.redeemed;
  at("expected").textContent = found.expected;
  at("seats").textContent = found.seats_left;
  const refused = Object.entries(found.refused);
  at("refused").textContent = refused.reduce((sum, [, count]) => sum + count, 0);
  at("reasons").replaceChildren(...refused.map(([reason, count]) => {
    const item = document.createElement("li");
    item.textContent = `${nameOf(reason)} ${count}`;
    return item;
  }));
}

// ---- One scan ---------------------------------------------------------------------------------------------------

async function begin(text) {
  const code = text.normalize("NFKC").replace(/[\s\p{Cc}]+/gu, "");
  if (scan || !code) return;
  if (isReachable && [16, 212].includes(code.length)) {
    at("code").value = code; // a paper voucher goes on at its own door, which this form leads to
    return HTMLFormElement.prototype.submit.call(form);
  }
  scan = { code, nonce: log.newNonce(), classId, isOnLine: isReachable };
  show(at("step-code"), false);
  show(at("step-card"), true);
  at("holder").textContent = say("checking");
  at("id_number").focus();
  const mine = scan;
  if (mine.isOnLine) {
    try {
      const seen = await net.look(code, classId);
      if (scan === mine) showHolder(mine, seen);
      return;
    } catch (failure) {
      if (scan !== mine) return;
      if (failure instanceof net.Refused) return judged(failure);
      noAnswer();
    }
  }
  await beginOffLine(mine);
}

/** Say whose voucher this is: the name, masked, stays Chinese in whatever language the clerk reads. */
function showHolder(mine, { name, id_number: number }) {
  mine.holder = document.createElement("span");
  const [before, after] = say("holder", { name: "\n" }).split("\n");
  const named = document.createElement("span");
  named.lang = "zh-CN";
  named.textContent = name;
  mine.holder.append(before, named, `${after} · ${number}`);
  at("holder").replaceChildren(mine.holder);
}

/** A refusal of the service: about the login, or about the scan. */
function judged(refused) {
  if (refused.status === 401 || refused.code === "bad_request") {
    return conclude("refused", { lines: [say("log_in_expired"), say("log_in_again")], code: refused.code });
  }
  return refuse(refused.code, sentenceIn(refused.problem));
}

function noAnswer() {
  isReachable = false;
  if (scan) scan.isOnLine = false;
  refreshStatus();
}

async function beginOffLine(mine) {
  const self = await log.device();
  if (!self?.directory) {
    return conclude("refused", { lines: [say("no_net_no_keys"), say("scan_on_line")] });
  }
  const found = await verify(mine.code, self.directory, { at: log.cityNow(self), offline: true });
  const verdict = await offLineVerdict(found);
  if (verdict === log.PASSED) {
    at("holder").textContent = say("check_off_line");
    mine.voucher = found.voucher;
    return undefined;
  }
  await writeDown(mine, verdict, null);
  return refuse(verdict, "");
}

async function offLineVerdict(found) {
  if (found.verdict !== "ok") return found.verdict;
  if (found.type !== "R") return "code_static_needs_person_check";
  const queued = await log.queued();
  return queued.some((entry) => entry.voucher === found.voucher && entry.verdict === log.PASSED) ? "code_already_used" : log.PASSED;
}

const writeDown = (mine, verdict, card) =>
  log.append({ ...mine, verdict, card, classId, clerk: who?.clerk ?? "0".repeat(16) });

async function decide() {
  const mine = scan;
  const card = {
    id_number: at("id_number").value.trim().toUpperCase(),
    name: at("name").value.trim(),
    method: cardMethod(),
    waiver_reason: at("waiver_reason").value.trim(),
  };
  at("trouble").textContent = "";
  at("go").disabled = true;
  try {
    await (mine.isOnLine ? decideOnLine(mine, card) : decideOffLine(mine, card));
  } finally {
    at("go").disabled = false;
  }
}

async function decideOnLine(mine, card) {
  try {
    const answer = await net.redeem({ ...mine, card });
    return conclude("ok", { lines: [mine.holder, say("seat", { seat: answer.seat })] });
  } catch (failure) {
    if (failure instanceof net.Refused) {
      if (failure.code === "holder_mismatch" && (await isNameOnly(mine, card))) return askForWaiver(mine);
      return judged(failure);
    }
    if (!(failure instanceof net.NoAnswer)) throw failure;
    // The service may have redeemed before the line broke: the same nonce makes the queued scan the same scan.
    noAnswer();
    return decideOffLine(mine, card);
  }
}

async function isNameOnly(mine, card) {
  if (card.waiver_reason) return false;
  const seen = await net.look(mine.code, classId, card).catch(() => null);
  return seen?.holder === "name_mismatch";
}

/** The number is the holder's, the name is written otherwise: say so, and let the clerk give a reason or refuse. */
function askForWaiver(mine) {
  mine.nonce = log.newNonce(); // the refusal was stored as a scan of its own
  at("trouble").textContent = say("other_spelling");
  show(at("waiver"), true);
  at("waiver_reason").focus();
}

async function decideOffLine(mine, card) {
  const self = await log.device();
  if (!self?.directory) {
    return conclude("refused", { lines: [say("no_answer"), say("same_code_again")] });
  }
  const found = await verify(mine.code, self.directory, {
    at: log.cityNow(self), offline: true, idNumber: card.id_number, name: card.name,
  });
  mine.voucher = found.voucher;
  if (found.holder === "name_mismatch" && !card.waiver_reason) return askForWaiver(mine);
  const fits = found.verdict !== "ok" || ["match", "name_mismatch"].includes(found.holder);
  const verdict = fits ? await offLineVerdict(found) : "holder_mismatch";
  const number = await writeDown(mine, verdict, card);
  if (verdict !== log.PASSED) return refuse(verdict, "");
  return conclude("waiting", { lines: [say("kept", { number }), say("not_yet")] });
}

// ---- Bringing it home -------------------------------------------------------------------------------------------

let bringing = null;
let directoryAt = 0;

/** Speak to the service: who is logged in, the queue, the keys. One at a time; whoever asks meanwhile waits for it. */
function bringHome() {
  bringing ??= bring().finally(() => { bringing = null; });
  return bringing;
}

async function bring() {
  try {
    who = await net.standing();
    isReachable = true;
    const waited = await log.waiting();
    if (waited) await net.upload();
    if (Date.now() - directoryAt > DIRECTORY_EVERY_MS) {
      await net.sync();
      directoryAt = Date.now();
    }
    lastTrouble = "";
  } catch (failure) {
    if (failure instanceof net.NoAnswer) isReachable = false;
    else if (failure instanceof net.Refused) lastTrouble = failure.status === 401 ? say("log_in_to_send") : failure.message;
    else if (failure?.name !== "InvalidStateError") lastTrouble = say("cannot_keep");
    who ??= await log.standing();
  }
  const known = who?.classes.find((open) => open.class_id === classId);
  if (known) at("class-title").textContent = known.title;
  await refreshStatus();
  await refreshTally();
}

// ---- Wiring -----------------------------------------------------------------------------------------------------

const cardMethod = watchCard(at("id_number"), at("name"));
const isWanted = () => scan === null && !form.hidden;

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (scan) decide();
  else begin(at("code").value);
});
at("next").addEventListener("click", next);
at("give-up").addEventListener("click", async () => {
  const mine = scan;
  if (mine && !mine.isOnLine) await writeDown(mine, "holder_mismatch", null);
  refuse("holder_mismatch", "");
});
at("send").addEventListener("click", bringHome);
at("picture").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  const digits = file && (await readPicture(file).catch(() => null));
  if (digits) begin(digits);
  else at("trouble-code").textContent = say("no_code_in_picture");
});
listen(isWanted, begin);
if (navigator.mediaDevices) {
  show(at("camera"), true);
  at("camera").addEventListener("click", async () => {
    try {
      show(at("view"), true);
      await watch(at("view"), isWanted, begin);
      show(at("camera"), false);
    } catch {
      show(at("view"), false);
      at("trouble-code").textContent = say("no_camera");
    }
  });
}
addEventListener("online", bringHome);
addEventListener("offline", () => { isReachable = false; refreshStatus(); });
setInterval(bringHome, SYNC_EVERY_MS);
setInterval(() => document.hidden || refreshTally(), COUNT_EVERY_MS);
guardLogOut(bringHome);
navigator.serviceWorker?.register("/scan/worker.js", { scope: "/scan/" })
  .then(() => navigator.serviceWorker.ready)
  .then(({ active }) => active.postMessage(document.documentElement.lang))
  .catch(() => {});
document.documentElement.classList.add("scanning");
next();
await bringHome();
document.documentElement.dataset.ready = "yes";
