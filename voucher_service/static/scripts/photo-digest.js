// An inspector's photo stays on the phone: its name and its SHA-256 go into the form, and prove later which one it was.

const taking = document.getElementById("photo-taking");
const taken = document.getElementById("taken");

if (globalThis.crypto?.subtle) {
  taking.hidden = false;
  taken.addEventListener("change", async () => {
    const [photo] = taken.files;
    if (!photo) return;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await photo.arrayBuffer()));
    document.getElementById("photo").value = photo.name.slice(0, 200);
    document.getElementById("photo_sha256").value = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  });
}
