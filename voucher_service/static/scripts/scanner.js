/** Reads a voucher's code with the camera into the scanner's form; a scanner box types into the same field. */

import { readBarcodes } from "../vendor/zxing-wasm-3.1.4/es/reader/index.js";

const view = document.getElementById("view");
const camera = document.getElementById("camera");
const code = document.getElementById("code");
const found = document.getElementById("found");
const LOOK_EVERY_MS = 150;
const IS_CODE = /^[0-9]{26,253}$/;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Look at frames until one of them shows a code. */
async function readCode() {
  const frame = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  for (;;) {
    await pause(LOOK_EVERY_MS);
    if (!view.videoWidth) continue;
    [frame.canvas.width, frame.canvas.height] = [view.videoWidth, view.videoHeight];
    frame.drawImage(view, 0, 0);
    const pixels = frame.getImageData(0, 0, view.videoWidth, view.videoHeight);
    const read = await readBarcodes(pixels, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    if (read.length && IS_CODE.test(read[0].text)) return read[0].text;
  }
}

async function scan() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: 1280 } });
  view.srcObject = stream;
  view.hidden = false;
  await view.play();
  code.value = await readCode();
  stream.getTracks().forEach((track) => track.stop());
  view.hidden = true;
  found.hidden = false;
  document.getElementById("name").focus();
}

if (navigator.mediaDevices) {
  camera.hidden = false;
  camera.addEventListener("click", async () => {
    camera.disabled = true;
    try {
      await scan();
    } catch {
      found.textContent = "摄像头打不开，请用扫码枪或手工输入。";
      found.hidden = false;
    }
    camera.disabled = false;
  });
}
