/** Enrols this very device: draws its key here, where it stays, and shows its public half to the service. */

import * as log from "./scanner-log.js";
import * as net from "./scanner-net.js";
import { guardLogOut } from "./scanner-leave.js";
import { say } from "./scanner-words.js";

document.documentElement.classList.add("scanning");
const form = document.getElementById("enrol");
const trouble = document.getElementById("trouble");

const self = await log.device();
document.getElementById("this-device").textContent = self ? say("this_device", { name: self.name }) : say("this_device_not");
document.querySelector(`[data-device="${self?.id}"]`)?.append(say("here"));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  trouble.textContent = "";
  try {
    if (await log.waiting()) throw new Error(say("send_first"));
    const { institution } = await net.standing();
    await net.enrol(institution, form.elements.name.value.trim());
    await net.sync();
    location.reload();
  } catch (failure) {
    trouble.textContent = failure instanceof net.NoAnswer ? say("no_net_to_enrol") : failure.message;
    button.disabled = false;
  }
});
guardLogOut();
document.documentElement.dataset.ready = "yes";
