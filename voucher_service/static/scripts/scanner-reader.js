/** Reads codes: from the camera, from a picture, and from a scanner box that types like a keyboard. */

import { readBarcodes } from "../vendor/zxing-wasm-3.1.4/es/reader/index.js";

const LOOK_EVERY_MS = 80;
const FAST_MS = 50; // between two keys; nobody types like this
const PAUSE_MS = 1000; // longer than this between two keys, and it is another code
const CODE = /^(?:[0-9]{63}|[0-9]{212}|[0-9]{253})$/;
const FALLBACK = new URL("../vendor/jsqr-1.4.0/jsQR.js", import.meta.url);

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let readWithoutWasm;

/** Return the digits in the pixels, or null; the smaller reader stands in where WebAssembly is refused. */
async function read(pixels) {
  if (!readWithoutWasm) {
    try {
      const [found] = await readBarcodes(pixels, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
      return found && CODE.test(found.text) ? found.text : null;
    } catch {
      readWithoutWasm = await loadFallback();
    }
  }
  const found = readWithoutWasm(pixels.data, pixels.width, pixels.height);
  return found && CODE.test(found.data) ? found.data : null;
}

function loadFallback() {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = FALLBACK;
    script.onload = () => resolve(globalThis.jsQR);
    script.onerror = reject;
    document.head.append(script);
  });
}

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

function pixelsOf(picture, width, height) {
  [canvas.canvas.width, canvas.canvas.height] = [width, height];
  canvas.drawImage(picture, 0, 0, width, height);
  return canvas.getImageData(0, 0, width, height);
}

/** Open the camera on a tap (iOS wants one) and call `found` with each code while `isWanted()`. */
export async function watch(view, isWanted, found) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  view.srcObject = stream;
  await view.play();
  (async () => {
    while (stream.active) {
      await pause(LOOK_EVERY_MS);
      if (!isWanted() || !view.videoWidth || document.hidden) continue;
      const digits = await read(pixelsOf(view, view.videoWidth, view.videoHeight));
      if (digits && isWanted()) found(digits);
    }
  })();
  return () => stream.getTracks().forEach((track) => track.stop());
}

/** Return the code in a picture file, or null. */
export async function readPicture(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 2000 / Math.max(bitmap.width, bitmap.height));
  return read(pixelsOf(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)));
}

/** Call `found` with digits that a scanner box types outside of any field, ended by Enter. */
export function listen(isWanted, found) {
  let typed = "";
  let last = 0;
  document.addEventListener("keydown", (event) => {
    if (!isWanted() || event.target.closest?.("input, textarea, select, button, a, summary")) return;
    if (event.timeStamp - last > PAUSE_MS) typed = "";
    last = event.timeStamp;
    if (/^[0-9]$/.test(event.key)) typed += event.key;
    if (event.key !== "Enter") return;
    const whole = typed;
    typed = "";
    if (!CODE.test(whole)) return;
    event.preventDefault();
    found(whole);
  });
}

/**
 * Tell apart who fills the card's fields: a card reader types a whole number faster than any hand, and often the name
 * before it, with a comma or a tab between. Returns `method()`.
 */
export function watchCard(idNumber, name) {
  let times = [];
  idNumber.addEventListener("keydown", (event) => {
    if (event.key.length === 1) times.push(event.timeStamp);
    if (!idNumber.value) times = times.slice(-1);
  });
  idNumber.addEventListener("input", () => {
    const both = idNumber.value.match(/^(\D{2,150}?)[\s,，;；|]+(\d{17}[\dXx])$/);
    if (both) [name.value, idNumber.value] = [both[1].trim(), both[2]];
  });
  return () => {
    const length = 18;
    const fast = times.length >= length && times.at(-1) - times.at(-length) < FAST_MS * length;
    return fast ? "id_card_reader" : "typed";
  };
}
