"use strict";
// The page is complete without this script; it adds texts at the pointer, legends that hide, enlarging and turning.
(() => {
  const tip = document.getElementById("tip");
  const show = (text, event) => {
    tip.textContent = text;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, window.innerWidth - box.width - 8);
    const below = event.clientY + 18;
    const top = below + box.height < window.innerHeight ? below : event.clientY - box.height - 12;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${Math.max(8, top)}px`;
  };
  const matrixTip = (hit, event) => {
    const matrix = JSON.parse(hit.dataset.matrix);
    const box = hit.getBoundingClientRect();
    const n = matrix.names.length;
    const at = (offset, size) => Math.min(n - 1, Math.max(0, Math.floor((offset / size) * n)));
    const column = at(event.clientX - box.left, box.width);
    const row = at(event.clientY - box.top, box.height);
    const [low, high] = [Math.min(row, column), Math.max(row, column)];
    const value = matrix.values[high][low];
    return `${row}: ${matrix.names[row]}\n${column}: ${matrix.names[column]}\nR = ${value === null ? "none" : value / 100}`;
  };
  const react = (event) => {
    const target = event.target.closest && event.target.closest("[data-tip], [data-matrix]");
    if (!target) { tip.hidden = true; return; }
    show(target.dataset.matrix ? matrixTip(target, event) : target.dataset.tip, event);
  };
  document.addEventListener("pointermove", react);
  document.addEventListener("pointerdown", react);
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") tip.hidden = true; });

  for (const key of document.querySelectorAll("button.key")) {
    key.addEventListener("click", () => {
      const shown = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", String(shown));
      const marks = key.closest("figure").querySelectorAll(`[data-group="${key.dataset.toggle}"]`);
      for (const mark of marks) mark.style.display = shown ? "" : "none";
    });
  }

  for (const figure of document.querySelectorAll(".figures > figure")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.textContent = "⤢";
    button.setAttribute("aria-expanded", "false");
    button.setAttribute("aria-label", `Enlarge: ${figure.querySelector(".title").textContent}`);
    button.addEventListener("click", () => {
      button.setAttribute("aria-expanded", String(figure.classList.toggle("wide")));
      figure.scrollIntoView({ block: "nearest" });
    });
    figure.prepend(button);
  }

  // Structures: depths are in data-z, of a line those of both ends; dragging turns them about both axes.
  const numbers = (node, ...names) => names.map((name) => Number(node.getAttribute(name)));
  const depths = (node) => node.dataset.z.split(",").map(Number);
  const turned = ([x, y, z], a, b) => {
    const [u, w] = [x * Math.cos(a) + z * Math.sin(a), -x * Math.sin(a) + z * Math.cos(a)];
    return [u, y * Math.cos(b) - w * Math.sin(b), y * Math.sin(b) + w * Math.cos(b)];
  };
  for (const svg of document.querySelectorAll("svg.atoms")) {
    const balls = [...svg.querySelectorAll("circle")].map((node) => ({ node, p: [...numbers(node, "cx", "cy"), ...depths(node)] }));
    const lines = [...svg.querySelectorAll("line")].map((node) => {
      const [z, otherZ] = depths(node);
      return { node, p: [...numbers(node, "x1", "y1"), z], q: [...numbers(node, "x2", "y2"), otherZ] };
    });
    let [a, b, from] = [0, 0, null];
    const draw = () => {
      for (const line of lines) {
        const [p, q] = [turned(line.p, a, b), turned(line.q, a, b)];
        const ends = { x1: p[0], y1: p[1], x2: q[0], y2: q[1] };
        for (const [name, value] of Object.entries(ends)) line.node.setAttribute(name, value.toFixed(2));
      }
      for (const ball of balls) {
        const [x, y, z] = turned(ball.p, a, b);
        ball.z = z;
        ball.node.setAttribute("cx", x.toFixed(2));
        ball.node.setAttribute("cy", y.toFixed(2));
      }
      for (const ball of [...balls].sort((one, other) => one.z - other.z)) svg.append(ball.node);
    };
    svg.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY, a, b]; svg.setPointerCapture(event.pointerId); });
    svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      a = from[2] + (event.clientX - from[0]) / 120;
      b = from[3] + (event.clientY - from[1]) / 120;
      draw();
    });
    for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { from = null; });
  }
})();
