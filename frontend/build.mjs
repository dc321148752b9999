// Builds everything a page loads into the folder that is named, so that no page calls another host.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const out = resolve(process.argv[2]) + "/";

await rm(out, { recursive: true, force: true });
await mkdir(out + "maplibre", { recursive: true });

await build({
  entryPoints: [here("src/site.css"), here("src/site.js"), here("src/map.js"), here("src/trend.js")],
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  loader: { ".woff2": "file" },
  assetNames: "fonts/[name]",
  external: ["./maplibre/*"],
  legalComments: "linked",
  logLevel: "warning",
});

// MapLibre finds its worker beside its module: the three must stay in one folder, unbundled.
for (const name of ["maplibre-gl.mjs", "maplibre-gl-shared.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css"])
  await cp(here(`node_modules/maplibre-gl/dist/${name}`), `${out}maplibre/${name}`);
for (const [name, file] of [["maplibre-gl", "LICENSE.txt"], ["htmx.org", "LICENSE"], ["@observablehq/plot", "LICENSE"], ["@fontsource-variable/inter", "LICENSE"]])
  await cp(here(`node_modules/${name}/${file}`), `${out}licences/${name.replaceAll("/", "-")}.txt`);
