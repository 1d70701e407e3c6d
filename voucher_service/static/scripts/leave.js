/** Leaving takes the live code's secret along: nothing of it stays in this tab after the log-out. */

for (const form of document.querySelectorAll('form[action^="/logout"]')) {
  form.addEventListener("submit", () => {
    for (const place of Object.keys(sessionStorage)) {
      if (place.startsWith("tvq1:")) sessionStorage.removeItem(place);
    }
  });
}
