// A choice about all pages shows at once and saves itself; without scripts there is a button.
for (const choice of document.querySelectorAll("[data-choice]")) {
  choice.form.querySelector("button").hidden = true;
  choice.addEventListener("change", () => {
    document.documentElement.dataset[choice.name] = choice.value;
    fetch(choice.form.action, { method: "POST", body: new FormData(choice.form) });
  });
}
