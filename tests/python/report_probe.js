// Runs at the end of a report in test_report_browser.py: looks, touches, and leaves what it saw as JSON.
const inside = (mark, box) => {
  const own = mark.getBoundingClientRect();
  const across = own.right > box.left && own.left < box.right;
  return own.width + own.height > 0 && across && own.bottom > box.top && own.top < box.bottom;
};
const point = (node, kind, x, y) => {
  const box = node.getBoundingClientRect();
  const place = {clientX: box.left + x, clientY: box.top + y};
  node.dispatchEvent(new PointerEvent(kind, {bubbles: true, pointerId: 7, ...place}));
};
const tip = document.getElementById("tip");
const pictures = [...document.querySelectorAll("figure > svg")];
seen.title = document.title;
seen.heading = document.querySelector("h1").textContent;
seen.width = [innerWidth, document.documentElement.scrollWidth];
seen.fetched = performance.getEntriesByType("resource").length;
seen.marks = {};
for (const svg of pictures) {
  const box = svg.getBoundingClientRect();
  const marks = [...svg.querySelectorAll(".marks > :not(.strip, .hit, .guide), circle")];
  (seen.marks[svg.closest("section").id] ??= []).push(marks.filter((mark) => inside(mark, box)).length);
}
const caption = (svg) => svg.parentNode.querySelector("figcaption").textContent;
seen.described = pictures.every((svg) => svg.getAttribute("aria-label") && caption(svg));
seen.text = Math.min(...pictures.filter((svg) => svg.querySelector("text")).map((svg) => {
  const size = parseFloat(getComputedStyle(svg.querySelector("text")).fontSize);
  return size * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}));
seen.numbers = [...document.querySelectorAll("data")].map((node) => [node.dataset.path, node.value, node.textContent]);

const named = document.querySelector(".named");
point(named, "pointermove", 2, 2);
seen.tip = [tip.hidden, tip.textContent === named.dataset.tip];
point(document.querySelector("[data-matrix]"), "pointermove", 1, 1);
seen.matrix = tip.textContent;
const key = document.querySelector("button.key");
const marks = [...key.closest("figure").querySelectorAll(`[data-group="${key.dataset.toggle}"]`)];
const group = () => marks.map((mark) => mark.style.display);
key.click();
seen.hidden = group();
key.click();
seen.shown = group();
const enlarge = document.querySelector("button.enlarge");
enlarge.click();
seen.wide = enlarge.closest("figure").classList.contains("wide");
const atoms = document.querySelector("svg.atoms");
const places = () => [...atoms.querySelectorAll("circle")].map((ball) => ball.getAttribute("cx")).sort().join();
const before = places();
point(atoms, "pointerdown", 50, 50);
point(atoms, "pointermove", 90, 60);
point(atoms, "pointerup", 90, 60);
seen.turned = places() !== before;
document.getElementById("probe").textContent = JSON.stringify(seen);
