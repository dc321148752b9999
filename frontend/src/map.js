// The map beside the list: places coloured by class. The list carries all that the map shows.
const box = document.getElementById("map");
if (box) start(box).catch((error) => fail(box, error));

function fail(box, error) {
  console.error(error);
  const note = document.createElement("p");
  note.className = "map-note";
  note.textContent = box.dataset.failed;
  box.replaceChildren(note);
}

async function json(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.json();
}

async function start(box) {
  const maplibre = await import("./maplibre/maplibre-gl.mjs");
  const paper = getComputedStyle(document.documentElement);
  const colour = (name) => paper.getPropertyValue(name).trim();
  const values = await json(box.dataset.values);
  const scale = [0, 1, 2, 3, 4, 5, 6].map((i) => colour(`--class-${i}`));
  const byClass = ["case", ["==", ["feature-state", "c"], null], colour("--no-data")];
  scale.forEach((tint, i) => byClass.push(["==", ["feature-state", "c"], i], tint));
  byClass.push(colour("--no-data"));
  const valued = ["case", ["==", ["feature-state", "c"], null], 0, 1];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const source = (layer) => ({ type: "geojson", data: `/api/map/${layer}.geojson` });

  const map = new maplibre.Map({
    container: box,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    fadeDuration: still ? 0 : 200,
    renderWorldCopies: false,
    bounds: JSON.parse(box.dataset.bounds),
    // Beyond these corners the base map holds no land.
    maxBounds: [[14.3, 30.2], [89.9, 57.9]],
    fitBoundsOptions: { padding: 12, animate: false },
    locale: JSON.parse(box.dataset.words),
    style: {
      version: 8,
      sources: {
        land: source("basemap"),
        areas: { ...source("boundaries"), promoteId: "place" },
        points: { ...source("points"), promoteId: "place" },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": colour("--map-sea") } },
        { id: "land", type: "fill", source: "land", filter: ["!=", ["get", "layer"], "lakes"], paint: { "fill-color": colour("--map-land") } },
        { id: "land-line", type: "line", source: "land", filter: ["!=", ["get", "layer"], "lakes"], paint: { "line-color": colour("--map-line"), "line-width": 0.6 } },
        { id: "bare", type: "fill", source: "areas", filter: ["!=", ["get", "kind"], "group"], paint: { "fill-color": colour("--no-data") } },
        { id: "groups", type: "fill", source: "areas", filter: ["==", ["get", "kind"], "group"], paint: { "fill-color": byClass, "fill-opacity": valued } },
        { id: "areas", type: "fill", source: "areas", filter: ["!=", ["get", "kind"], "group"], paint: { "fill-color": byClass, "fill-opacity": valued } },
        { id: "areas-line", type: "line", source: "areas", filter: ["!=", ["get", "kind"], "group"], paint: {
          "line-color": ["case", ["boolean", ["feature-state", "on"], false], colour("--ink"), ["==", ["feature-state", "c"], null], colour("--map-bare"), colour("--map-edge")],
          "line-width": ["case", ["boolean", ["feature-state", "on"], false], 2.2, 0.7] } },
        { id: "lakes", type: "fill", source: "land", filter: ["==", ["get", "layer"], "lakes"], paint: { "fill-color": colour("--map-sea") } },
        { id: "points", type: "circle", source: "points", filter: ["has", "place"], paint: {
          "circle-color": byClass,
          "circle-radius": ["interpolate", ["linear"], ["zoom"], 3, ["case", ["==", ["feature-state", "c"], null], 0, 4], 8, 8],
          "circle-stroke-color": ["case", ["boolean", ["feature-state", "on"], false], colour("--ink"), "#ffffff"],
          "circle-stroke-width": ["case", ["boolean", ["feature-state", "on"], false], 2.2, ["case", ["==", ["feature-state", "c"], null], 0, 1]] } },
      ],
    },
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.AttributionControl({ compact: true, customAttribution: box.dataset.attribution }));
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  // The canvas is named by the page; without this a screen reader only hears "Map".
  map.getCanvas().setAttribute("aria-label", box.dataset.label);

  const paint = () => {
    for (const [place, value] of Object.entries(values.places))
      for (const name of ["areas", "points"])
        map.setFeatureState({ source: name, id: place }, { c: value.class });
  };
  const tip = new maplibre.Popup({ closeButton: false, closeOnClick: false, maxWidth: "260px" });
  let on = null;
  const light = (place, state) => {
    if (place) for (const name of ["areas", "points"]) map.setFeatureState({ source: name, id: place }, { on: state });
  };
  const choose = (place) => {
    if (place === on) return;
    light(on, false);
    light((on = place), true);
  };
  // Under the pointer lie a place and perhaps the region around it: the one with a value speaks.
  const best = (event) => {
    const under = map.queryRenderedFeatures(event.point, { layers: ["points", "areas", "groups"] });
    return (under.find((feature) => values.places[feature.id]?.class != null) ?? under[0])?.id;
  };
  const describe = (place) => {
    const value = values.places[place];
    const body = document.createElement("div");
    const name = document.createElement("strong");
    name.textContent = value?.name ?? place;
    const line = document.createElement("div");
    line.textContent = value?.text ?? values.nothing;
    body.append(name, line);
    return body;
  };
  for (const layer of ["groups", "areas", "points"]) {
    map.on("mousemove", layer, (event) => {
      const place = best(event);
      choose(place);
      map.getCanvas().style.cursor = "pointer";
      tip.setLngLat(event.lngLat).setDOMContent(describe(place)).addTo(map);
    });
    map.on("mouseleave", layer, () => {
      choose(null);
      map.getCanvas().style.cursor = "";
      tip.remove();
    });
    map.on("click", layer, (event) => {
      const place = best(event);
      if (place) location.assign(box.dataset.place.replace("PLACE", encodeURIComponent(place)));
    });
  }
  for (const row of document.querySelectorAll("[data-on-map]")) {
    row.addEventListener("mouseenter", () => choose(row.dataset.onMap));
    row.addEventListener("focusin", () => choose(row.dataset.onMap));
    row.addEventListener("mouseleave", () => choose(null));
  }
  map.on("load", () => {
    paint();
    if (box.dataset.here) choose(box.dataset.here);
    map.once("idle", () => { box.dataset.ready = "yes"; });
  });
}
