// On the page that stands for one out of reach: asks now and then whether the house answers, and goes on.
const PAUSE = 15000;
const ask = () => fetch("/healthz/live", { cache: "no-store" }).then(({ ok }) => ok && location.reload(), () => {});

addEventListener("online", ask);
setInterval(() => { if (!document.hidden) ask(); }, PAUSE);
