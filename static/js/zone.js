// Days begin where a person lives. Their browser knows, and says so once; settings can say otherwise.
const form = document.querySelector("[data-zone]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (form && zone && zone !== "UTC") {
  const said = new FormData(form);
  said.set("timezone", zone);
  fetch(form.action, { method: "POST", body: said });
}
