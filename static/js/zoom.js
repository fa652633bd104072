// A picture in full size: "z", its button or a double click; wheel and pinch go towards the pointer, a drag moves it.
const scales = new WeakMap();
const MOST = 8;
const wide = matchMedia("(width >= 64rem)");
const fingers = new Map();
let apart = 0;

const picture = (target) => target.closest?.("[data-reel] img");
const current = () => {
  const stage = ([...document.querySelectorAll("dialog[open]")].at(-1) ?? document).querySelector("[data-stage]");
  const reel = stage?.querySelector("[data-reel]");
  return reel?.children[Math.round(Math.abs(reel.scrollLeft) / reel.clientWidth)]?.querySelector("img");
};
const state = (img) => scales.get(img) ?? { k: 1, x: 0, y: 0 };
const full = (img) => {
  const whole = Number(img.getAttribute("width")) / img.offsetWidth;
  return whole > 1.05 ? whole : 2;
};

const apply = (img, { k, x, y }) => {
  const is = k > 1.01;
  // Never so far that the picture leaves the middle of the stage.
  const [farX, farY] = [(img.offsetWidth * k) / 2, (img.offsetHeight * k) / 2];
  const now = is ? { k, x: Math.min(farX, Math.max(-farX, x)), y: Math.min(farY, Math.max(-farY, y)) } : { k: 1, x: 0, y: 0 };
  scales.set(img, now);
  img.style.transform = is ? `translate(${now.x}px, ${now.y}px) scale(${now.k})` : "";
  if (is && img.srcset) img.sizes = `${Math.ceil(img.offsetWidth * k)}px`;
  const stage = img.closest("[data-stage]");
  stage.toggleAttribute("data-zoomed", is);
  stage.querySelector("[data-zoom]")?.setAttribute("aria-pressed", String(is));
};

/** Change the scale so that what is under the point stays there. */
const zoom = (img, k, at) => {
  const was = state(img);
  const box = img.getBoundingClientRect();
  const [dx, dy] = at ? [at.clientX - box.left - box.width / 2, at.clientY - box.top - box.height / 2] : [0, 0];
  const to = Math.min(MOST, Math.max(1, k));
  const by = to / was.k - 1;
  apply(img, { k: to, x: was.x - dx * by, y: was.y - dy * by });
};

const toggle = (img, at) => img && zoom(img, state(img).k > 1 ? 1 : full(img), at);

document.addEventListener("click", (event) => event.target.closest?.("[data-zoom]") && toggle(current()));
document.addEventListener("dblclick", (event) => toggle(picture(event.target), event));
document.addEventListener("wheel", (event) => {
  const img = picture(event.target);
  if (!img || !(wide.matches || event.ctrlKey || state(img).k > 1)) return;
  event.preventDefault();
  zoom(img, state(img).k * Math.exp(-event.deltaY / (event.ctrlKey ? 100 : 400)), event);
}, { passive: false });

document.addEventListener("pointerdown", (event) => {
  if (picture(event.target)) fingers.set(event.pointerId, event);
});
document.addEventListener("pointermove", (event) => {
  const img = picture(event.target);
  const before = fingers.get(event.pointerId);
  if (!img || !before) return;
  fingers.set(event.pointerId, event);
  const [a, b] = [...fingers.values()];
  if (b) {
    const gap = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    if (apart) zoom(img, state(img).k * (gap / apart), { clientX: (a.clientX + b.clientX) / 2, clientY: (a.clientY + b.clientY) / 2 });
    apart = gap;
  } else if (state(img).k > 1) {
    const { k, x, y } = state(img);
    apply(img, { k, x: x + event.clientX - before.clientX, y: y + event.clientY - before.clientY });
  }
});
// Two fingers on a picture pinch it, and do not scroll what is around.
document.addEventListener("touchstart", (event) => event.touches.length === 2 && picture(event.target) && event.preventDefault(), { passive: false });
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, (event) => (fingers.delete(event.pointerId), (apart = 0)));
document.addEventListener("dragstart", (event) => picture(event.target) && event.preventDefault());
