// The choice of light or dark shows at once and saves itself; without scripts there is a button.
for (const choice of document.querySelectorAll("[data-theme-choice]")) {
  choice.form.querySelector("button").hidden = true;
  choice.addEventListener("change", () => {
    document.documentElement.dataset.theme = choice.value;
    fetch(choice.form.action, { method: "POST", body: new FormData(choice.form) });
  });
}
