// Reads the running counts aloud, politely, at most every ten seconds.
const voice = document.querySelector("[data-announce]");
const said = () => document.querySelector("[data-tally]")?.textContent.replace(/\s+/g, " ").trim() ?? "";

setInterval(() => {
  if (voice && voice.textContent !== said()) voice.textContent = said();
}, 10_000);
