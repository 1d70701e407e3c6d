/** Reads one PNG, given in base64, with each vendored reader. */

import { readBarcodes } from "/static/vendor/zxing-wasm-3.1.4/es/reader/index.js";

const blobOf = (base64) => new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);

globalThis.readWithWasm = async (base64) => (await readBarcodes(blobOf(base64))).map((found) => found.text);

globalThis.readWithoutWasm = async (base64) => {
  const bitmap = await createImageBitmap(blobOf(base64));
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  return [globalThis.jsQR(data, width, height).data];
};

globalThis.ready = true;
