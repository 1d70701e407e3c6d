/** Enrols this very device: draws its key here, where it stays, and shows its public half to the service. */

import * as log from "./scanner-log.js";
import * as net from "./scanner-net.js";

document.documentElement.classList.add("scanning");
const form = document.getElementById("enrol");
const trouble = document.getElementById("trouble");

const self = await log.device();
document.getElementById("this-device").textContent = self ? `本机已登记为“${self.name}”。` : "本机还没有登记。";
document.querySelector(`[data-device="${self?.id}"]`)?.append("（本机）");

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.textContent = "";
  try {
    if (await log.waiting()) throw new Error("本机还有没上传的离线记录，请先在扫码页上传，再重新登记。");
    const { institution } = await net.standing();
    await net.enrol(institution, form.elements.name.value.trim());
    await net.sync();
    location.reload();
  } catch (failure) {
    trouble.textContent = failure instanceof net.NoAnswer ? "没有网络，登记不了。" : failure.message;
    button.disabled = false;
  }
});
document.documentElement.dataset.ready = "yes";
