/**
 * What this device keeps: its own key, the keys to verify codes with, and the log of scans that it made off line.
 *
 * Everything lies in IndexedDB. The private key, the keys of the directory and the key that seals the cards in the queue
 * are not extractable: a script can use them here and carry none away. The queue is the only place with a person's data,
 * sealed, and an entry leaves it when the service has answered. The bytes of an entry are laid out in
 * `voucher_service/scanning/log.py`. Without IndexedDB nothing is kept, and the scanner works on line only.
 */

import { loadDirectory } from "./tvq1.js";

const NAME = "tvq-scanner";
const TOLD_MAX = 50;
const encoder = new TextEncoder();
const ECDSA = { name: "ECDSA", hash: "SHA-256" };
export const START = "0".repeat(64);
export const PASSED = "ok";

export const toHex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const newNonce = () => toHex(crypto.getRandomValues(new Uint8Array(16)));

// ---- IndexedDB --------------------------------------------------------------------------------------------------

const finished = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

let opened;
function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept"); // device, standing
      request.result.createObjectStore("queue", { keyPath: "number" });
      request.result.createObjectStore("told", { autoIncrement: true });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function read(store, act) {
  return finished(act((await database()).transaction(store).objectStore(store)));
}

/** Write to several stores, all or nothing. */
async function write(stores, act) {
  const transaction = (await database()).transaction(stores, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
  act((store) => transaction.objectStore(store));
  await done;
}

/** One at a time, in all of this device's windows: a log has one end. */
const alone = (act) => (navigator.locks ? navigator.locks.request(NAME, act) : act());

// ---- The device -------------------------------------------------------------------------------------------------

export const device = () => read("kept", (store) => store.get("device")).catch(() => undefined);
export const standing = () => read("kept", (store) => store.get("standing")).catch(() => undefined);
export const keepStanding = (told) => write(["kept"], (store) => store("kept").put(told, "standing"));

/** Draw this device's key and return what the service wants to see; nothing is kept before `keepDevice`. */
export async function drawDevice(institution) {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
  const proof = await crypto.subtle.sign(ECDSA, keys.privateKey, concatenate("tvq1:device-enrol:", fromHex(institution), publicKey));
  return { keys, publicKey: toHex(publicKey), proof: toHex(proof) };
}

export async function keepDevice({ device: id, name }, institution, { keys }) {
  const sealing = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const self = { id, name, institution, key: keys.privateKey, sealing, number: 0, previous: START };
  await write(["kept"], (store) => store("kept").put(self, "device"));
}

export const forgetDevice = () => write(["kept"], (store) => store("kept").delete("device"));

/** Keep the directory, as keys that cannot be read out, and by how much this device's clock is behind. */
export async function keepDirectory(document, serverTime) {
  const directory = await loadDirectory(document);
  heard = { city: Date.parse(serverTime), counted: performance.now() };
  await alone(async () => {
    const self = await device();
    if (!self) return;
    const kept = { ...self, directory, aheadMs: Date.parse(serverTime) - Date.now(), syncedAt: Date.parse(serverTime) };
    await write(["kept"], (store) => store("kept").put(kept, "device"));
  });
}

let heard = null; // when this page last heard from the service, by the service's clock and by its own steady count

/**
 * What the service's clock says, as far as this device knows. A device's clock that is set back makes no screenshot live
 * again: it is never earlier than when the service was last heard from, and while this page lives it goes on from there.
 */
export const cityNow = (self) => Math.max(
  Date.now() + (self?.aheadMs ?? 0),
  self?.syncedAt ?? 0,
  heard ? heard.city + performance.now() - heard.counted : 0, // which may stand still while a phone sleeps
);

// ---- The log ----------------------------------------------------------------------------------------------------

/**
 * Write a scan down before anyone is told about it; returns its number.
 *
 * `card` is `{id_number, name, method, waiver_reason}`, or null when the scan was refused before a card was read.
 */
export function append({ code, verdict, nonce, classId, clerk, card, voucher }) {
  return alone(async () => {
    const self = await device();
    const number = self.number + 1;
    const entry = entryBytes({
      device: self.id, number, previous: self.previous, nonce, at: cityNow(self), classId, clerk, verdict, code,
      person: card ? await personDigest(nonce, card) : START,
    });
    const signature = toHex(await crypto.subtle.sign(ECDSA, self.key, entry));
    const digest = toHex(await crypto.subtle.digest("SHA-256", entry));
    const sealed = card && (await seal(self.sealing, card));
    await write(["kept", "queue"], (store) => {
      store("queue").put({ number, entry: toHex(entry), signature, sealed, voucher, verdict, at: cityNow(self) });
      store("kept").put({ ...self, number, previous: digest }, "device");
    });
    return number;
  });
}

export const waiting = () => read("queue", (store) => store.count()).catch(() => 0);
export const queued = () => read("queue", (store) => store.getAll());
export const told = () => read("told", (store) => store.getAll()).catch(() => []);

/** Return an entry of the queue as the service wants it. */
export async function toSend(self, { entry, signature, sealed }) {
  return { entry, signature, person: sealed ? await unseal(self.sealing, sealed) : null };
}

/** Take decided entries out of the queue and keep, without anything personal, what became of them. */
export async function settle(scans) {
  const earlier = await (await database()).transaction("told").objectStore("told");
  const keys = await finished(earlier.getAllKeys());
  await write(["queue", "told"], (store) => {
    for (const scan of scans) {
      store("queue").delete(scan.number);
      store("told").add({
        number: scan.number, outcome: scan.outcome, reason: scan.reason, at: scan.decided_at,
        detail: scan.answer?.detail ?? "", detail_zh: scan.answer?.detail_zh ?? "", seat: scan.answer?.seat ?? null,
      });
    }
    keys.slice(0, Math.max(0, keys.length + scans.length - TOLD_MAX)).forEach((key) => store("told").delete(key));
  });
}

/** Forget what a person who logs out leaves behind; entries that wait stay, or they would vanish. */
export const clearTold = () => write(["told", "kept"], (store) => {
  store("told").clear();
  store("kept").delete("standing");
});

// ---- Signed messages --------------------------------------------------------------------------------------------

export async function signedSync(self, nonce) {
  const message = concatenate("tvq1:offline-sync:", fromHex(self.id), fromHex(nonce), uint(self.number, 4), fromHex(self.previous));
  const signature = toHex(await crypto.subtle.sign(ECDSA, self.key, message));
  return { device: self.id, nonce, head_number: self.number, head_digest: self.previous, signature };
}

export async function signedUpload(self, nonce, entries) {
  const digests = await Promise.all(entries.map(({ entry }) => crypto.subtle.digest("SHA-256", fromHex(entry))));
  const all = await crypto.subtle.digest("SHA-256", concatenate(...digests.map((digest) => new Uint8Array(digest))));
  const message = concatenate("tvq1:offline-upload:", fromHex(self.id), fromHex(nonce), new Uint8Array(all));
  return { device: self.id, nonce, entries, signature: toHex(await crypto.subtle.sign(ECDSA, self.key, message)) };
}

// ---- Bytes ------------------------------------------------------------------------------------------------------

function entryBytes({ device: id, number, previous, nonce, at, classId, clerk, person, verdict, code }) {
  return concatenate(
    "tvq1:offline-scan:", [1], fromHex(id), uint(number, 4), fromHex(previous), fromHex(nonce), uint(Math.floor(at), 8),
    fromHex(classId), fromHex(clerk), fromHex(person), [verdict.length], verdict, code,
  );
}

async function personDigest(nonce, { id_number: idNumber, name, method, waiver_reason: reason }) {
  const framed = [idNumber, name, method, reason].flatMap((text) => {
    const bytes = encoder.encode(text);
    return [uint(bytes.length, 2), bytes];
  });
  return toHex(await crypto.subtle.digest("SHA-256", concatenate("tvq1:offline-person:", fromHex(nonce), ...framed)));
}

async function seal(key, card) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, encoder.encode(JSON.stringify(card))) };
}

async function unseal(key, { iv, data }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)));
}

function uint(value, length) {
  return fromHex(value.toString(16).padStart(2 * length, "0"));
}

function concatenate(...parts) {
  const arrays = parts.map((part) => (typeof part === "string" ? encoder.encode(part) : Uint8Array.from(part)));
  const whole = new Uint8Array(arrays.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of arrays) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
