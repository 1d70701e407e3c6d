/** Puts the voucher code module within reach of `page.evaluate`; bytes travel as hex, batches as JSON text. */

import * as tvq1 from "/static/scripts/tvq1.js";

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));

let directory = null;
let session = null;

globalThis.useDirectory = async (text) => {
  directory = await tvq1.loadDirectory(JSON.parse(text));
};

globalThis.judge = async (text) => {
  const verdicts = [];
  for (const { digits, at, offline, id, name_given: name } of JSON.parse(text)) {
    const card = id === null ? {} : { idNumber: id, name };
    verdicts.push(await tvq1.verify(digits, directory, { at: new Date(at), offline, ...card }));
  }
  return JSON.stringify(verdicts);
};

globalThis.openSession = async (fields, y0) => {
  session = await (y0 === null ? tvq1.openSession(fields) : tvq1.openSession(fields, fromHex(y0)));
  return { anchor: toHex(session.anchor), y0: toHex(session.checkpoints[0]) };
};

/** The codes of several moments, each with the hashes and milliseconds that it took. */
globalThis.codesAt = async (header, signature, moments) => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  let hashes = 0;
  crypto.subtle.digest = (...given) => {
    hashes += 1;
    return digest(...given);
  };
  const codes = [];
  for (const moment of moments) {
    hashes = 0;
    const started = performance.now();
    const code = await tvq1.codeAt(session, fromHex(header), fromHex(signature), new Date(moment));
    codes.push({ code, hashes, milliseconds: performance.now() - started });
  }
  delete crypto.subtle.digest;
  return codes;
};

globalThis.canonicalNames = (text) => JSON.stringify(JSON.parse(text).map(tvq1.canonicalName));
globalThis.canonicalIds = (text) => JSON.stringify(JSON.parse(text).map(tvq1.canonicalId));
globalThis.ready = true;
