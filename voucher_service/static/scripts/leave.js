/** Leaving takes the live code's secret along: nothing of it stays in this tab after the log-out. */

document.querySelector('form[action="/logout"]').addEventListener("submit", () => {
  for (const place of Object.keys(sessionStorage)) {
    if (place.startsWith("tvq1:")) sessionStorage.removeItem(place);
  }
});
