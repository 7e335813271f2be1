"use strict";
// Opens the JSON of a figure, shows one history at a time, and tells the run under the pointer.
const data = JSON.parse(document.getElementById("data").textContent);
const panel = document.getElementById("row");
const tip = document.getElementById("told");

function open(title, value) {
  panel.querySelector("code").textContent = title;
  panel.querySelector("pre").textContent = JSON.stringify(value, null, 1);
  panel.hidden = false;
}

function resolve(pointer) {
  const words = pointer.split("/").slice(1).map(w => w.replace(/~1/g, "/").replace(/~0/g, "~"));
  return words.reduce((at, word) => at !== null && typeof at === "object" && Object.hasOwn(at, word)
    ? at[word] : undefined, data);
}

// A row of a table with the names of its columns; a name that is there twice, or none, is its number.
function named(table, row) {
  if (!table || !row) return undefined;
  const found = {};
  row.forEach((cell, n) => {
    const name = table.columns[n];
    found[!name || Object.hasOwn(found, name) ? `column ${n}` : name] = cell;
  });
  return found;
}

function atHash() {
  let pointer;
  try { pointer = decodeURIComponent(location.hash.slice(1)); } catch { return; }
  if (!pointer.startsWith("/")) return;
  const curve = pointer.match(/^\/history\/(\d+)\/series\/(\d+)$/);
  const cells = pointer.match(/^(\/results\/.*)\/rows\/\d+$/);
  const value = curve ? run(+curve[1], +curve[2], -1) : cells ? named(resolve(cells[1]), resolve(pointer)) : resolve(pointer);
  if (curve && chooser && data.history[curve[1]]) { chooser.value = curve[1]; choose(); }
  const row = document.getElementById(pointer);
  for (let at = row; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  if (value !== undefined) open(pointer.replace(/^\/results/, data.name + "#"), value);
}

function run(track, number, at) {
  const history = data.history[track], series = history && history.series[number];
  if (!series) return undefined;
  const n = at < 0 ? series.run.length - 1 : at, made = history.runs[series.run[n]];
  return { case: series.case, what: series.what, value: series.value[n], unit: series.unit, least: series.least[n],
    most: series.most[n], n: series.n[n], version: made.version, at: made.at, label: made.label, run: made.id,
    file: history.machine.key + "/" + made.id + ".json" };
}

function nearest(svg, event) {
  const [left, right] = svg.dataset.x.split(" ").map(Number);
  const box = svg.getBoundingClientRect(), x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
  const count = data.history[svg.dataset.track].series[svg.dataset.series].run.length;
  const share = (x - left - 8) / (right - left - 16);
  return Math.max(0, Math.min(count - 1, Math.round(share * (count - 1))));
}

function show(svg, at, place) {
  const [left, right] = svg.dataset.x.split(" ").map(Number), [top, bottom] = svg.dataset.y.split(" ").map(Number);
  const [low, high] = svg.dataset.v.split(" ").map(Number);
  const track = data.history[svg.dataset.track], series = track.series[svg.dataset.series];
  const count = series.run.length, made = track.runs[series.run[at]];
  const x = left + 8 + (right - left - 16) * (count > 1 ? at / (count - 1) : .5);
  const y = bottom - (series.value[at] - low) / (high - low) * (bottom - top);
  const cursor = svg.querySelector(".cursor");
  cursor.setAttribute("visibility", "visible");
  cursor.firstChild.setAttribute("d", `M${x} ${top}V${bottom}`);
  cursor.lastChild.setAttribute("cx", x);
  cursor.lastChild.setAttribute("cy", y);
  tip.textContent = `${series.value[at]} ${series.unit} (${series.least[at]} to ${series.most[at]}, ${series.n[at]} times)\n` +
    `${made.at.replace("T", " ").replace("Z", " UTC")}\n${made.version}${made.label ? "\n" + made.label : ""}`;
  tip.hidden = false;
  const beyond = place.x + 14 + tip.offsetWidth > innerWidth - 8;
  tip.style.left = Math.max(4, beyond ? place.x - 14 - tip.offsetWidth : place.x + 14) + "px";
  tip.style.top = Math.max(4, Math.min(place.y + 14, innerHeight - tip.offsetHeight - 8)) + "px";
}

function leave(svg) {
  svg.querySelector(".cursor").setAttribute("visibility", "hidden");
  tip.hidden = true;
}

for (const svg of document.querySelectorAll("svg.curve")) {
  const track = +svg.dataset.track, number = +svg.dataset.series;
  const last = data.history[track].series[number].run.length - 1;
  let at = last;
  const beside = () => { const box = svg.getBoundingClientRect(); return { x: box.left + 40, y: box.bottom - 20 }; };
  svg.addEventListener("pointermove", e => { at = nearest(svg, e); show(svg, at, { x: e.clientX, y: e.clientY }); });
  svg.addEventListener("pointerleave", () => leave(svg));
  svg.addEventListener("blur", () => leave(svg));
  svg.addEventListener("click", e => { at = nearest(svg, e); open(`history: ${data.history[track].series[number].case}`, run(track, number, at)); });
  svg.addEventListener("keydown", e => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[e.key];
    if (e.key === "Enter") open(`history: ${data.history[track].series[number].case}`, run(track, number, at));
    if (!step) return;
    at = Math.max(0, Math.min(last, at + step));
    show(svg, at, beside());
    e.preventDefault();
  });
}

const chooser = document.getElementById("chooser");
function choose() {
  for (const part of document.querySelectorAll("[data-history]")) part.hidden = part.dataset.history !== chooser.value;
}
if (chooser) { chooser.addEventListener("change", choose); choose(); }

panel.querySelector("button").addEventListener("click", () => { panel.hidden = true; });
addEventListener("keydown", e => { if (e.key === "Escape") panel.hidden = true; });
addEventListener("hashchange", atHash);
document.addEventListener("click", e => {
  const link = e.target.closest && e.target.closest("a[href^='#/']");
  if (link && link.hash === location.hash) atHash();
});
atHash();
