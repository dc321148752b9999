// Trend of one indicator with a pointer; the table under it holds the same numbers.
import * as Plot from "@observablehq/plot";

for (const box of document.querySelectorAll("[data-trend]")) draw(box);

function draw(box) {
  const { series, unit, year, levels } = JSON.parse(box.querySelector("script").textContent);
  const rows = series.flatMap((one) => one.points.map(([x, y, text]) => ({ name: one.name, x, y, text, main: one.main })));
  if (!rows.length) return;
  const number = new Intl.NumberFormat(document.documentElement.lang, { maximumSignificantDigits: 4 });
  const years = rows.map((row) => row.x);
  const chart = Plot.plot({
    className: "plot",
    width: Math.max(300, Math.min(box.clientWidth, 900)),
    height: 280,
    marginLeft: 60,
    marginRight: 20,
    x: { label: year, tickFormat: (x) => String(x), ticks: [...new Set(years)].filter((x, i, all) => all.length < 9 || i % Math.ceil(all.length / 8) === 0) },
    y: { label: unit, grid: true, nice: true, tickFormat: (y) => number.format(y) },
    marks: [
      ...levels.map((level) => Plot.ruleY([level], { stroke: "currentColor", strokeDasharray: "4 4", strokeOpacity: 0.5 })),
      Plot.line(rows, { x: "x", y: "y", z: "name", stroke: (row) => (row.main ? "var(--accent)" : "var(--quiet-line)"), strokeWidth: (row) => (row.main ? 2.4 : 1) }),
      Plot.dot(rows, { x: "x", y: "y", r: (row) => (row.main ? 3 : 1.5), fill: (row) => (row.main ? "var(--accent)" : "var(--quiet-line)") }),
      Plot.tip(rows, Plot.pointer({ x: "x", y: "y", title: (row) => `${row.name}\n${row.x}: ${row.text}` })),
    ],
  });
  // The page's policy allows no style elements: site.css holds these rules.
  for (const style of chart.querySelectorAll("style")) style.remove();
  chart.setAttribute("role", "img");
  chart.setAttribute("aria-label", box.dataset.trend);
  box.querySelector("figure, svg")?.remove();
  box.prepend(chart);
}
