/**
 * Voucher codes, layout TVQ/1, in a browser: a scanner verifies them off line, the holder's phone makes them live.
 *
 * The twin of the Python room `voucher_service/signing`: the same names, the same questions in the same order, the same
 * answers; `tests/browser/test_tvq1_agreement.py` holds the two against each other. The bytes are laid out in
 * `voucher_code.py`, the chain in `chain.py`, the holder tag in `holder_tag.py`.
 *
 * Needs BigInt and WebCrypto, so a secure context; touches neither page nor network, but for one file of the service in
 * a browser that came before Ed25519. Bytes are `Uint8Array`, moments `Date` or milliseconds since 1970. WebCrypto knows neither SM2 nor SM3: a code of suite 2 whose key is in the
 * directory gets as far as its signature and is then `code_unsupported`, as in Python without the SM2 extra.
 */

const EPOCH_MS = Date.UTC(2024, 0, 1);
export const STEP_MS = 30_000;
const MINUTE_MS = 60_000;
const STEPS_AN_HOUR = 120;
const STEPS_A_DAY = 2880;
const ROTATING_HOURS_MAX = 72;
const ONLINE_WINDOW = 1; // steps that a code may lie before or after the present one
const OFFLINE_WINDOW = 4; // as above, for a device whose clock nobody corrects

const VERSION = 1;
const STATIC = 0;
const ROTATING = 1;
const LIST = 2;
const RESERVED_FLAGS = 0b1111_1000;

const HEADER_LENGTH = 24;
const VALUE_LENGTH = 16;
const SIGNATURE_LENGTH = 64;
const BYTES_OF_DIGITS = new Map([[253, 105], [212, 88], [63, 26]]);
const BYTES_OF_TYPE = new Map([[STATIC, 88], [ROTATING, 105], [LIST, 26]]);

const encoder = new TextEncoder();

/** Why a code is turned down; `code` is the stable name that the Python refusals share. */
class CodeRefusal extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// ---- The bytes and their text -----------------------------------------------------------------------------------

/** Write the bytes of a code as its zero-padded decimal text. */
export function toDigits(code) {
  const [digits] = [...BYTES_OF_DIGITS].find(([, length]) => length === code.length);
  return BigInt(`0x${toHex(code)}`).toString().padStart(digits, "0");
}

/** Read decimal text; refuses with code_malformed. */
export function toBytes(digits) {
  const length = BYTES_OF_DIGITS.get(digits.length);
  if (length === undefined || !/^[0-9]+$/.test(digits)) throw new CodeRefusal("code_malformed");
  const hex = BigInt(digits).toString(16).padStart(2 * length, "0");
  if (hex.length > 2 * length) throw new CodeRefusal("code_malformed");
  return fromHex(hex);
}

/** Read a code's text into its fields; refuses with code_malformed, code_unsupported, code_reserved_bits. */
export function parse(digits) {
  const code = toBytes(digits);
  const [version, type, suite] = [code[0] >> 5, (code[0] >> 3) & 0b11, code[0] & 0b111];
  if (version !== VERSION || BYTES_OF_TYPE.get(type) !== code.length || suite < 1 || suite > 3) {
    throw new CodeRefusal("code_unsupported");
  }
  if (type === LIST) return { type, suite };
  const signedHeader = code.subarray(0, HEADER_LENGTH);
  return {
    type,
    suite,
    header: headerFromBytes(signedHeader),
    signedHeader,
    stepByte: code[HEADER_LENGTH],
    value: code.subarray(HEADER_LENGTH + 1, HEADER_LENGTH + 1 + VALUE_LENGTH),
    signature: code.subarray(-SIGNATURE_LENGTH),
  };
}

/** Read the 24 bytes that the city signs; refuses with code_reserved_bits. */
function headerFromBytes(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const uint24 = (offset) => (view.getUint8(offset) << 16) | view.getUint16(offset + 1);
  if (view.getUint8(1) & RESERVED_FLAGS) throw new CodeRefusal("code_reserved_bits");
  const type = (view.getUint8(0) >> 3) & 0b11;
  const lifetime = view.getUint8(18); // hours of a rotating code, days of a static one
  return {
    type,
    lifetime,
    suite: view.getUint8(0) & 0b111,
    kid: view.getUint16(2),
    voucherId: bytes.subarray(4, 12),
    programmeNumber: uint24(12),
    startMs: EPOCH_MS + uint24(15) * MINUTE_MS,
    steps: lifetime * (type === ROTATING ? STEPS_AN_HOUR : STEPS_A_DAY),
    amountYuan: view.getUint16(19),
    holderTag: bytes.subarray(21, 24),
    linkPrefix: concatenate(encoder.encode("tvq1:chain:"), bytes.subarray(4, 12), bytes.subarray(15, 18)),
  };
}

// ---- The chain --------------------------------------------------------------------------------------------------

/** Return y(last) from `value` = y(first); costs last - first hashes. */
async function walk(value, first, last, prefix) {
  const link = concatenate(prefix, new Uint8Array(2), value); // reused: digest() copies what it is given
  const view = new DataView(link.buffer);
  for (let index = first; index < last; index += 1) {
    view.setUint16(prefix.length, index);
    const digest = await crypto.subtle.digest("SHA-256", link);
    link.set(new Uint8Array(digest, 0, VALUE_LENGTH), prefix.length + 2);
  }
  return link.slice(prefix.length + 2);
}

// ---- The suites and the key directory ---------------------------------------------------------------------------

const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const ED25519_FOR_OLD_BROWSERS = new URL("../vendor/noble-ed25519-2.3.0/index.js", import.meta.url);
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * By number: how WebCrypto imports and applies a key, and whether the second half of a signature is in the one range
 * that is not malleable. RFC 8032 refuses S >= L; WebCrypto would accept a high s of ECDSA, this service does not.
 */
const SUITES = new Map([
  [1, { importing: "Ed25519", verifying: "Ed25519", accepts: (s) => s < ED25519_ORDER }],
  [3, {
    importing: { name: "ECDSA", namedCurve: "P-256" },
    verifying: { name: "ECDSA", hash: "SHA-256" },
    accepts: (s) => s <= P256_ORDER / 2n,
  }],
]);

/**
 * Read the key directory, the parsed JSON that `key_directory.py` describes, and import its keys.
 *
 * Throws when it is none. A key whose suite this browser lacks is kept, so that its codes are told from unknown ones.
 */
export async function loadDirectory(document) {
  const keys = new Map();
  for (const entry of document.keys) {
    if (keys.has(entry.kid)) throw new TypeError(`the key directory names key id ${entry.kid} twice`);
    keys.set(entry.kid, {
      suite: entry.suite,
      publicKey: await importPublicKey(entry.suite, fromHex(entry.public_key)),
      bindKey: entry.bind_key ? await importBindKey(fromHex(entry.bind_key)) : null,
      notBeforeMs: Date.parse(entry.not_before),
      notAfterMs: Date.parse(entry.not_after),
      isRevoked: entry.status === "revoked", // a retired key signs no more and still verifies
    });
  }
  return { keys, revokedVouchers: new Set((document.revoked_vouchers ?? []).map((id) => id.toLowerCase())) };
}

async function importPublicKey(suite, bytes) {
  if (!SUITES.has(suite)) return null;
  const point = suite === 3 && bytes.length === 64 ? concatenate([0x04], bytes) : bytes;
  try {
    return await crypto.subtle.importKey("raw", point, SUITES.get(suite).importing, false, ["verify"]);
  } catch (failure) {
    if (failure.name !== "NotSupportedError") throw failure;
    return suite === 1 ? standIn(bytes) : null;
  }
}

/**
 * A browser from before Ed25519 keeps the bytes of the key, and a small library verifies with them; the library is
 * fetched when the keys are, because without a net nothing can be. Where neither is to be had, null.
 */
async function standIn(bytes) {
  return import(ED25519_FOR_OLD_BROWSERS).then(() => bytes, () => null);
}

async function isSignedBy(key, signature, message) {
  const { verifying } = SUITES.get(key.suite);
  if (key.publicKey instanceof CryptoKey) return crypto.subtle.verify(verifying, key.publicKey, signature, message);
  const { verifyAsync } = await import(ED25519_FOR_OLD_BROWSERS);
  return verifyAsync(signature, message, key.publicKey, { zip215: false });
}

function importBindKey(bytes) {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** Return the key in force; refuses with code_unknown_key, code_suite_mismatch, code_key_revoked. */
function keyFor(directory, header, atMs) {
  const key = directory.keys.get(header.kid);
  if (key === undefined) throw new CodeRefusal("code_unknown_key");
  if (key.suite !== header.suite) throw new CodeRefusal("code_suite_mismatch");
  if (key.isRevoked || atMs < key.notBeforeMs || atMs > key.notAfterMs) throw new CodeRefusal("code_key_revoked");
  return key;
}

// ---- The holder tag ---------------------------------------------------------------------------------------------

// White space as Python sees it; \s and trim() would add U+FEFF and miss U+001C to U+001F and U+0085.
const WHITE_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const OUTER_WHITE_SPACE = new RegExp(`^${WHITE_SPACE.source}|${WHITE_SPACE.source}$`, "g");
const MIDDLE_DOTS = /[\u0387\u16eb\u2022\u2027\u2219\u22c5\u2e31\u2e33\u30fb\ua78f]/g;
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Trim and put X in upper case; null unless 18 characters with a right check digit (GB 11643). */
export function canonicalId(idNumber) {
  const canonical = idNumber.replace(OUTER_WHITE_SPACE, "").toUpperCase();
  if (!/^[0-9]{17}[0-9X]$/.test(canonical)) return null;
  const total = ID_WEIGHTS.reduce((sum, weight, index) => sum + weight * Number(canonical[index]), 0);
  return "10X98765432"[total % 11] === canonical[17] ? canonical : null;
}

/** NFKC, without white space, every middle dot as U+00B7. */
export function canonicalName(name) {
  return name.normalize("NFKC").replace(WHITE_SPACE, "").replace(MIDDLE_DOTS, "\u00b7");
}

/** Hold an identity card against a header: match, id_mismatch or name_mismatch. */
async function compareHolder(bindKey, header, idNumber, name) {
  const canonical = canonicalId(idNumber);
  if (canonical === null) return "id_mismatch";
  const tagOf = async (purpose, text) => {
    const message = concatenate(encoder.encode(`tvq1:bind:${purpose}:`), header.voucherId, encoder.encode(text));
    return new Uint8Array(await crypto.subtle.sign("HMAC", bindKey, message));
  };
  const idTag = await tagOf("id", canonical);
  if (idTag[0] !== header.holderTag[0] || idTag[1] !== header.holderTag[1]) return "id_mismatch";
  const [nameTag] = await tagOf("nm", canonicalName(name));
  return nameTag === header.holderTag[2] ? "match" : "name_mismatch";
}

// ---- Verification -----------------------------------------------------------------------------------------------

/**
 * Judge one code as `voucher-service code verify` does and return the same object: `{verdict: "ok", …}` or
 * `{verdict: "<refusal>"}`, the first that applies of code_malformed, code_unsupported, code_reserved_bits,
 * code_unknown_key, code_suite_mismatch, code_key_revoked, code_outside_session, code_stale, code_bad_signature,
 * code_voucher_revoked, and code_needs_list for a list code, which has no signature to ask about.
 *
 * `directory` comes from `loadDirectory`; `idNumber` and `name` are what the identity card says, when it was read.
 */
export async function verify(digits, directory, { at = Date.now(), offline = false, idNumber, name } = {}) {
  try {
    const code = parse(digits);
    if (code.type === LIST) throw new CodeRefusal("code_needs_list");
    return await verifySigned(code, directory, { atMs: Number(at), offline, idNumber, name });
  } catch (refusal) {
    if (refusal instanceof CodeRefusal) return { verdict: refusal.code };
    throw refusal;
  }
}

async function verifySigned(code, directory, { atMs, offline, idNumber, name }) {
  const { header } = code;
  const key = keyFor(directory, header, atMs);
  const presentStep = stepInSession(header, atMs);
  const rotating = code.type === ROTATING;
  const step = rotating ? shownStep(code, presentStep, offline ? OFFLINE_WINDOW : ONLINE_WINDOW) : null;
  await checkSignature(key, code.signature, rotating ? await rotatingMessage(code, step) : staticMessage(code));
  const voucher = toHex(header.voucherId);
  if (directory.revokedVouchers.has(voucher)) throw new CodeRefusal("code_voucher_revoked");
  const checksHolder = idNumber !== undefined && name !== undefined && key.bindKey !== null;
  return {
    verdict: "ok",
    type: rotating ? "R" : "S",
    kid: header.kid,
    voucher,
    programme: header.programmeNumber,
    step,
    issued_at: new Date(header.startMs).toISOString().replace(".000Z", "Z"),
    amount_yuan: header.amountYuan,
    holder: checksHolder ? await compareHolder(key.bindKey, header, idNumber, name) : "unchecked",
    clock_suspect: rotating && Math.abs(step - presentStep) > ONLINE_WINDOW,
  };
}

/** Return the step that a moment lies in; refuses with code_outside_session. */
function stepInSession(header, atMs) {
  const step = Math.floor((atMs - header.startMs) / STEP_MS);
  const tooLong = header.type === ROTATING && header.lifetime > ROTATING_HOURS_MAX;
  if (tooLong || step < 0 || step >= header.steps) throw new CodeRefusal("code_outside_session");
  return step;
}

/** Return the step within the window that the step byte names; refuses with code_stale. */
function shownStep(code, presentStep, window) {
  const first = Math.max(0, presentStep - window);
  const last = Math.min(code.header.steps - 1, presentStep + window);
  const step = first + ((code.stepByte - first) & 0xff);
  if (step > last) throw new CodeRefusal("code_stale");
  return step;
}

async function rotatingMessage({ header, signedHeader, value }, step) {
  const anchor = await walk(value, header.steps - 1 - step, header.steps, header.linkPrefix);
  return concatenate(encoder.encode("tvq1:rotating:"), signedHeader, anchor);
}

function staticMessage({ signedHeader }) {
  return concatenate(encoder.encode("tvq1:static:"), signedHeader);
}

/** Refuses with code_unsupported where this browser lacks the suite, and with code_bad_signature. */
async function checkSignature(key, signature, message) {
  if (key.publicKey === null) throw new CodeRefusal("code_unsupported");
  const { accepts } = SUITES.get(key.suite);
  const second = signature.slice(SIGNATURE_LENGTH / 2);
  if (key.suite === 1) second.reverse(); // Ed25519 writes its integers with the least byte first
  const genuine =
    accepts(BigInt(`0x${toHex(second)}`)) &&
    (await isSignedBy(key, signature, message));
  if (!genuine) throw new CodeRefusal("code_bad_signature");
}

// ---- The holder's phone -----------------------------------------------------------------------------------------

const CHECKPOINT_EVERY = 64; // a code costs at most this many hashes, and most codes none

/** The chain values around the present step, by session; they are not part of what the phone stores. */
const blocks = new WeakMap();

/**
 * Draw the secret of a session and walk to its anchor, which the phone sends to be signed; `y0` never leaves the phone.
 *
 * `voucher` is 16 hex digits, `startMinute` counts from 2024-01-01T00:00:00Z, `lifetimeHours` is 1 to 72. The result
 * is plain data that IndexedDB can store. Suites 1 and 3 only, whose chain is SHA-256.
 */
export async function openSession(
  { voucher, startMinute, lifetimeHours },
  y0 = crypto.getRandomValues(new Uint8Array(VALUE_LENGTH)),
) {
  const startBytes = [startMinute >> 16, startMinute >> 8, startMinute].map((byte) => byte & 0xff);
  const prefix = concatenate(encoder.encode("tvq1:chain:"), fromHex(voucher), startBytes);
  const steps = lifetimeHours * STEPS_AN_HOUR;
  const checkpoints = [y0];
  for (let index = CHECKPOINT_EVERY; index < steps; index += CHECKPOINT_EVERY) {
    checkpoints.push(await walk(checkpoints.at(-1), index - CHECKPOINT_EVERY, index, prefix));
  }
  const lastIndex = (checkpoints.length - 1) * CHECKPOINT_EVERY;
  const anchor = await walk(checkpoints.at(-1), lastIndex, steps, prefix);
  return { prefix, steps, startMs: EPOCH_MS + startMinute * MINUTE_MS, checkpoints, anchor };
}

/**
 * Make the code of the step that `serverNow` lies in, from the session, the 24 header bytes and the signature.
 *
 * Returns `{digits, step, untilMs}`: the next code is due at `untilMs`. Returns null before the session starts and after it
 * ends; the holder then logs in again. Throws when the header is another session's.
 */
export async function codeAt(session, header, signature, serverNow) {
  const signed = headerFromBytes(header);
  if (toHex(signed.linkPrefix) !== toHex(session.prefix) || signed.steps !== session.steps) {
    throw new RangeError("the header is not of this session");
  }
  const step = Math.floor((Number(serverNow) - session.startMs) / STEP_MS);
  if (step < 0 || step >= session.steps) return null;
  const value = await valueAt(session, session.steps - 1 - step);
  const digits = toDigits(concatenate(header, [step & 0xff], value, signature));
  return { digits, step, untilMs: session.startMs + (step + 1) * STEP_MS };
}

/** Return y(index) from the nearest checkpoint, keeping the block between two checkpoints for the codes that follow. */
async function valueAt(session, index) {
  const first = index - (index % CHECKPOINT_EVERY);
  let block = blocks.get(session);
  if (block?.first !== first) {
    const values = [session.checkpoints[first / CHECKPOINT_EVERY]];
    for (let next = first + 1; next < first + CHECKPOINT_EVERY; next += 1) {
      values.push(await walk(values.at(-1), next - 1, next, session.prefix));
    }
    block = { first, values };
    blocks.set(session, block);
  }
  return block.values[index - first];
}

// ---- Bytes ------------------------------------------------------------------------------------------------------

function concatenate(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex) {
  if (!/^(?:[0-9a-f]{2})*$/i.test(hex)) throw new TypeError("bytes are written as pairs of hex digits");
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
