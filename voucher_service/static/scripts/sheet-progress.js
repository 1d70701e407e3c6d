// Moves the bar of a table that is being checked, and shows the page anew when it is done.
const bar = document.getElementById("progress");
const count = document.getElementById("checked");

async function look() {
  try {
    const answer = await fetch(bar.dataset.address, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const { state, checked } = await answer.json();
      bar.value = checked;
      count.textContent = checked;
      if (state !== "checking") {
        window.location.reload();
        return;
      }
    }
  } catch {
    // No net at the moment: the check goes on without the page, and the next look will tell.
  }
  setTimeout(look, 1000);
}

setTimeout(look, 500);
