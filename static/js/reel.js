// Carousel: the dots say which picture is in view, and scroll without moving the page.
for (const reel of document.querySelectorAll("[data-reel]")) {
  const dots = [...(reel.parentElement.querySelector("[data-dots]")?.children ?? [])];

  const mark = (entry) => {
    if (!entry.isIntersecting) return;
    const here = [...reel.children].indexOf(entry.target);
    dots.forEach((dot, place) => (place === here ? dot.setAttribute("aria-current", "true") : dot.removeAttribute("aria-current")));
  };

  const watcher = new IntersectionObserver((entries) => entries.forEach(mark), { root: reel, threshold: 0.6 });
  if (dots.length) [...reel.children].forEach((item) => watcher.observe(item));

  dots.forEach((dot, place) => dot.addEventListener("click", (event) => {
    event.preventDefault();
    reel.children[place].scrollIntoView({ block: "nearest", inline: "center" });
  }));
}
