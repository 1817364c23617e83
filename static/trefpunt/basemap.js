/* The background: land and green under the coloured areas; water, streets and names over them.
   Drawn from our own vector tiles by protomaps-leaflet; no other source. */
"use strict";

(function () {
  const THEMES = {
    light: {
      ground: "#f2f0eb", residential: "#e9e6df", work: "#e6e3e6",
      park: "#cbe0bd", wood: "#b9d3a9", grass: "#d9e6cb", farmland: "#ebeedb", pitch: "#c2dcbf",
      water: "#8fbfdc", building: "rgba(70,60,50,0.16)",
      street: "#fffefc", casing: "rgba(90,85,80,0.22)", motorway: "#f0b269", major: "#f7d79b",
      path: "rgba(110,95,75,0.5)", rail: "rgba(90,85,95,0.55)",
      label: "#2f3640", minorLabel: "#4a525c", waterLabel: "#1f5f86", halo: "rgba(255,255,255,0.9)",
    },
    dark: {
      ground: "#1e2227", residential: "#252a30", work: "#282a31",
      park: "#24382b", wood: "#203327", grass: "#263229", farmland: "#252b25", pitch: "#2a4031",
      water: "#24506f", building: "rgba(255,255,255,0.09)",
      street: "rgba(214,222,230,0.34)", casing: "rgba(0,0,0,0.35)",
      motorway: "rgba(232,178,110,0.7)", major: "rgba(228,200,150,0.5)",
      path: "rgba(200,190,170,0.35)", rail: "rgba(200,200,210,0.35)",
      label: "#eef2f5", minorLabel: "#d3dae1", waterLabel: "#a9d3ee", halo: "rgba(18,21,25,0.9)",
    },
  };
  const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  // Widths in pixels at the zooms 11, 13, 15, 17.
  const WIDTHS = {
    motorway: [1.5, 2.6, 5, 12], major: [1.1, 2, 4.6, 12], secondary: [0.8, 1.6, 4.2, 11],
    tertiary: [0.5, 1.2, 3.6, 10], minor: [0.25, 0.6, 2.6, 8.5], service: [0.2, 0.4, 1.5, 4.5],
  };
  const CASED = ["service", "minor", "tertiary", "secondary", "major", "motorway"];

  function width(kind, extra) {
    const steps = WIDTHS[kind];
    return function (zoom) {
      const at = Math.min(Math.max((zoom - 11) / 2, 0), 3);
      const low = Math.min(Math.floor(at), 2);
      return steps[low] + (steps[low + 1] - steps[low]) * (at - low) + extra;
    };
  }

  function is(kinds) {
    return (zoom, feature) => kinds.includes(feature.props.kind);
  }

  function groundRules(P, c) {
    const fill = (layer, kind, minzoom) => ({
      dataLayer: layer, minzoom, filter: is([kind]), symbolizer: new P.PolygonSymbolizer({ fill: c[kind] }),
    });
    return [
      ...["residential", "work"].map((kind) => fill("land", kind)),
      ...["farmland", "grass", "wood", "park", "pitch"].map((kind) => fill("green", kind)),
    ];
  }

  function detailRules(P, c) {
    const line = (layer, kinds, options, minzoom) => ({
      dataLayer: layer, minzoom, filter: is(kinds),
      symbolizer: new P.LineSymbolizer({ lineCap: "round", lineJoin: "round", ...options }),
    });
    const colours = { motorway: c.motorway, major: c.major };
    return [
      { dataLayer: "water", filter: is(["water"]), symbolizer: new P.PolygonSymbolizer({ fill: c.water }) },
      line("water", ["river"], { color: c.water, width: 2 }),
      line("water", ["canal"], { color: c.water, width: 1.6 }),
      line("water", ["stream"], { color: c.water, width: 1.2 }, 13),
      line("water", ["ditch"], { color: c.water, width: 0.8 }, 14),
      { dataLayer: "buildings", minzoom: 15, symbolizer: new P.PolygonSymbolizer({ fill: c.building }) },
      line("roads", ["path"], { color: c.path, width: 1, dash: [2, 2.5], lineCap: "butt" }, 15),
      ...CASED.map((kind) =>
        line("roads", [kind], { color: c.casing, width: width(kind, 1.2) }, kind === "service" ? 15 : 14)),
      ...CASED.map((kind) => line("roads", [kind], { color: colours[kind] || c.street, width: width(kind, 0) })),
      line("rail", ["rail"], { color: c.rail, width: 1.6, dash: [5, 3], lineCap: "butt" }),
    ];
  }

  function labelRules(P, c) {
    const place = (kinds, size, weight, minzoom, maxzoom, options) => ({
      dataLayer: "places", minzoom, maxzoom, filter: is(kinds),
      symbolizer: new P.CenteredTextSymbolizer({
        labelProps: ["name"], fontFamily: FONT, fontSize: size, fontWeight: weight, fill: c.label, stroke: c.halo,
        width: 2, lineHeight: 1.35, maxLineChars: 14, ...options,
      }),
    });
    const street = (kinds, size, minzoom) => ({
      dataLayer: "roads", minzoom, filter: is(kinds),
      symbolizer: new P.LineLabelSymbolizer({
        labelProps: ["name"], fontFamily: FONT, fontSize: size, fontWeight: 500, fill: c.minorLabel, stroke: c.halo,
        width: 3.5, position: 2, repeatDistance: 420,
      }),
    });
    return [
      place(["city"], 16, 700, 11, 11),
      place(["town"], 14, 600, 11, 14),
      place(["quarter", "suburb"], 13, 600, 13, 15),
      place(["village"], 12.5, 600, 12, 15),
      place(["neighbourhood"], 12.5, 600, 13, 16),
      place(["hamlet"], 11.5, 500, 14, 16),
      {
        dataLayer: "water", minzoom: 14, filter: is(["river", "canal"]),
        symbolizer: new P.LineLabelSymbolizer({
          labelProps: ["name"], fontFamily: FONT, fontSize: 13, fontStyle: "italic", fill: c.waterLabel,
          stroke: c.halo, width: 2.5, position: 2, repeatDistance: 600,
        }),
      },
      street(["major", "secondary"], 12, 15),
      street(["tertiary"], 12, 15),
      street(["minor"], 11.5, 15),
      street(["path", "service"], 10.5, 17),
    ];
  }

  /** The two background layers of a map, sharing one set of tiles; `setTheme(dark)` repaints them. */
  class Basemap {
    constructor(map, url) {
      this.map = map;
      this.url = url;
      this.layers = [];
    }

    setTheme(dark) {
      const P = window.protomapsL;
      const colours = THEMES[dark ? "dark" : "light"];
      const common = { url: this.url, maxDataZoom: 14, attribution: "", noWrap: true };
      const ground = P.leafletLayer({ ...common, pane: "tilePane", paintRules: groundRules(P, colours), labelRules: [] });
      const detail = P.leafletLayer({
        ...common, pane: "detail", paintRules: detailRules(P, colours), labelRules: labelRules(P, colours),
      });
      const views = this.layers.length ? this.layers[0].views : ground.views;
      ground.views = views; // both layers read each tile once, and a new theme reads none again
      detail.views = views;
      this.layers.forEach((layer) => layer.remove());
      this.layers = [ground.addTo(this.map), detail.addTo(this.map)];
      this.map.getContainer().style.background = colours.ground;
      this.fade(views.get("").tileCache.source.p, colours.ground);
    }

    /** Let the background run out into the plain ground where its data ends, instead of at a cut. */
    async fade(archive, ground) {
      if (!this.data) {
        const { minLon, minLat, maxLon, maxLat } = await archive.getHeader();
        this.data = window.L.latLngBounds([[minLat, minLon], [maxLat, maxLon]]);
      }
      const make = (tag, attributes, children = []) => {
        const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
        Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
        made.append(...children);
        return made;
      };
      // The picture is three times the data each way; its middle third is clear but for a tenth along the edge.
      const shade = (id, x, y) => make("linearGradient", { id, x1: x[0], y1: y[0], x2: x[1], y2: y[1] }, [
        make("stop", { offset: "0", "stop-color": ground }),
        make("stop", { offset: "0.333", "stop-color": ground }),
        make("stop", { offset: "0.385", "stop-color": ground, "stop-opacity": 0 }),
        make("stop", { offset: "0.615", "stop-color": ground, "stop-opacity": 0 }),
        make("stop", { offset: "0.667", "stop-color": ground }),
        make("stop", { offset: "1", "stop-color": ground }),
      ]);
      const picture = make("svg", { viewBox: "0 0 3 3", preserveAspectRatio: "none", "aria-hidden": "true" }, [
        shade("tp-fade-x", [0, 1], [0, 0]),
        shade("tp-fade-y", [0, 0], [0, 1]),
        make("rect", { width: 3, height: 3, fill: "url(#tp-fade-x)" }),
        make("rect", { width: 3, height: 3, fill: "url(#tp-fade-y)" }),
      ]);
      if (this.edge) this.edge.remove();
      this.edge = window.L.svgOverlay(picture, this.data.pad(1), { pane: "fade", interactive: false }).addTo(this.map);
    }
  }

  window.trefpunt = window.trefpunt || {};
  window.trefpunt.Basemap = Basemap;
})();
