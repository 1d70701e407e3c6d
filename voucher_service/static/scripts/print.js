/** A button for what the browser's menu also does; without scripts the hint beside it says so. */

const button = document.getElementById("print");
if (button) {
  button.hidden = false;
  document.getElementById("print-hint").hidden = true;
  button.addEventListener("click", () => print());
}
