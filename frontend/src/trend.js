// Trend of one indicator with a pointer; the table under it holds the same numbers.
import * as Plot from "@observablehq/plot";

for (const box of document.querySelectorAll("[data-trend]")) draw(box);

function draw(box) {
  const { series, unit, levels: all } = JSON.parse(box.querySelector("script").textContent);
  const rows = series.flatMap((one) => one.points.map(([x, y, text]) => ({ name: one.name, x, y, text, main: one.main })));
  if (!rows.length) return;
  const top = Math.max(...rows.map((row) => row.y)) * 1.15, bottom = Math.min(...rows.map((row) => row.y)) * 0.8;
  const levels = all.filter((level) => level >= bottom && level <= top);
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 });
  const years = [...new Set(rows.map((row) => row.x))].sort();
  const every = Math.ceil(years.length / 8);
  const colour = Object.fromEntries(series.map((one, i) => [one.name, `var(--line-${i % 8})`]));
  const wide = box.clientWidth > 560;
  const chart = Plot.plot({
    className: "plot",
    width: Math.max(300, Math.min(box.clientWidth, 900)),
    height: 300,
    marginLeft: 60,
    marginRight: wide ? 130 : 24,
    x: { label: null, ticks: years.filter((_, i) => i % every === 0), tickFormat: String },
    y: { label: unit, grid: true, nice: true, tickFormat: (y) => number.format(y) },
    marks: [
      ...levels.map((level) => Plot.ruleY([level], { stroke: "currentColor", strokeDasharray: "4 4", strokeOpacity: 0.5 })),
      Plot.line(rows, { x: "x", y: "y", z: "name", stroke: (row) => colour[row.name], strokeWidth: 2 }),
      Plot.dot(rows, { x: "x", y: "y", r: 2.5, fill: (row) => colour[row.name] }),
      wide ? Plot.text(ends(series), { x: "x", y: "y", text: "name", fill: (row) => colour[row.name], textAnchor: "start", dx: 8 }) : null,
      Plot.tip(rows, Plot.pointer({ x: "x", y: "y", title: (row) => `${row.name}\n${row.x}: ${row.text}` })),
    ],
  });
  // The page's policy allows no style elements: site.css holds these rules.
  for (const style of chart.querySelectorAll("style")) style.remove();
  for (const part of chart.querySelectorAll("[aria-label], [aria-description]")) {
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", box.dataset.trend);
  box.querySelector("figure, svg")?.remove();
  box.prepend(chart);
}

// Names at the ends of the lines, pushed apart so that none covers another.
function ends(series) {
  const values = series.flatMap((one) => one.points.map(([, y]) => y));
  const apart = (Math.max(...values) - Math.min(...values) || 1) / 16;
  const last = series.filter((one) => one.points.length).map((one) => ({ name: one.name, x: one.points.at(-1)[0], y: one.points.at(-1)[1] }));
  last.sort((a, b) => a.y - b.y);
  for (let i = 1; i < last.length; i++) last[i].y = Math.max(last[i].y, last[i - 1].y + apart);
  return last;
}
