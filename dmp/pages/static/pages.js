// Tables that sort and can be saved, charts in the page's colours, and a switch between dark and light.
"use strict";

const root = document.documentElement;
const main = document.getElementById("content");
const saved = localStorage.getItem("theme");
if (saved) root.dataset.theme = saved;

const isDark = () => getComputedStyle(root).colorScheme === "dark" ||
  (!root.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);

document.getElementById("theme").addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  localStorage.setItem("theme", root.dataset.theme);
  draw();
});

const cell = (row, place) => row.cells[place].dataset.value ?? row.cells[place].textContent;

function sort(table, place, head) {
  const isUp = head.getAttribute("aria-sort") === "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", isUp ? "descending" : "ascending");
  const sign = isUp ? -1 : 1;
  const rows = [...table.tBodies[0].rows];
  rows.sort((one, other) => {
    const [a, b] = [cell(one, place), cell(other, place)];
    const order = a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b, root.lang);
    return sign * order;
  });
  table.tBodies[0].append(...rows);
}

// A cell that begins like a formula is run by spreadsheets.
const quoted = (text) => `"${(/^[=+\-@\t\r]/.test(text) && isNaN(text) ? "'" + text : text).replaceAll('"', '""')}"`;

function download(table) {
  const lines = [...table.rows].map((row) => [...row.cells].map((_, place) => quoted(cell(row, place).trim())).join(","));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\n")], { type: "text/csv" }));
  link.download = "table.csv";
  link.click();
  URL.revokeObjectURL(link.href);
}

for (const table of document.querySelectorAll("table.rows")) {
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(table, place, head));
  });
  // What is about one person leaves through recorded doors alone.
  if (table.dataset.isPersonal || main.querySelector("form[action$='/why#why']")) continue;
  const save = document.createElement("button");
  save.type = "button";
  save.textContent = main.dataset.download;
  save.addEventListener("click", () => download(table));
  table.caption.append(" ", save);
}

function draw() {
  const style = getComputedStyle(root);
  const colour = (name) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    main.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const [ink, line] = [colour("--ink"), colour("--line")];
  for (const place of document.querySelectorAll(".chart")) {
    const spec = JSON.parse(place.querySelector("script").textContent);
    const board = place.querySelector(".board") ?? place.appendChild(Object.assign(document.createElement("div"), { className: "board" }));
    const isFlow = spec.data[0]?.type === "sankey";
    const axis = (text) => ({ visible: !isFlow, title: { text }, gridcolor: line, automargin: true, zerolinecolor: line });
    Plotly.react(board, spec.data, {
      barmode: spec.barmode, xaxis: axis(place.dataset.x), yaxis: axis(place.dataset.y), height: 360,
      margin: { t: 16, r: 16, b: 48, l: 56 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: style.fontFamily }, colorway: ["#2f7fd1", "#e07b39", "#3a9a5c", "#b65fb8", "#c9a227", "#5a8f9e", "#d1495b", "#7a6fd0"],
    }, { responsive: true, displaylogo: false });
  }
}

if (document.querySelector(".chart")) {
  const script = document.createElement("script");
  script.src = "/plotly.min.js";
  script.addEventListener("load", draw);
  document.head.append(script);
}
