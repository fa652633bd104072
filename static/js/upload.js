// Uploads with a drop zone and a bar. Without it the same form is sent as any other.
for (const form of document.querySelectorAll("form[data-upload]")) {
  const zone = form.querySelector("[data-drop]");
  const input = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const bar = form.querySelector("progress");
  const told = form.querySelector("[data-told]");
  const button = form.querySelector("button");

  const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

  const show = () => {
    chosen.replaceChildren(...[...input.files].map((file) => {
      const line = document.createElement("li");
      line.textContent = `${file.name} · ${size(file.size)}`;
      return line;
    }));
    button.disabled = !input.files.length;
  };

  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.toggleAttribute("data-over", event.type === "dragover");
  };

  const drop = (event) => {
    over(event);
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    show();
  };

  const sent = (request) => {
    const { location: place, wrong } = request.response ?? {};
    if (place) return location.assign(place);
    told.textContent = wrong || form.dataset.failed;
    bar.hidden = true;
    button.disabled = false;
  };

  const send = (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const body = new FormData(form);
    button.disabled = true;
    bar.hidden = false;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.max = total;
      bar.value = loaded;
      const some = form.dataset.sent.replace("{sent}", size(loaded)).replace("{all}", size(total));
      told.textContent = loaded < total ? some : form.dataset.arrived;
    });
    request.addEventListener("loadend", () => sent(request));
    request.open("POST", form.action);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  };

  input.addEventListener("change", show);
  form.addEventListener("submit", send);
  for (const type of ["dragover", "dragleave"]) zone.addEventListener(type, over);
  zone.addEventListener("drop", drop);
  show();
}
