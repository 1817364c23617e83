/* The areas: neighbourhoods and districts, coloured by the state; outlines of what is selected above them. */
"use strict";

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const FILL_OPACITY = { light: 0.74, dark: 0.66 };
  const HOME = { light: "#0b6b75", dark: "#7fdbe4" }; // the visitor's own neighbourhood: the accent of the page
  const ESTIMATE = 1;
  const DASHES = [null, "3 3", "0.1 4.5"]; // official; an estimate; provisional: dots
  const HATCH = ["#f5f4f0", "#a3a098"]; // as in the legend, on a dark page too

  /** Put the pattern for 'no figure' into the document, once. */
  function addHatch() {
    const id = "tp-hatch";
    if (document.getElementById(id)) return;
    const make = (parent, tag, attributes) => {
      const element = document.createElementNS(SVG, tag);
      Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
      return parent.appendChild(element);
    };
    const svg = make(document.body, "svg", { width: 0, height: 0, "aria-hidden": "true", class: "tp-defs" });
    const pattern = make(svg, "pattern", {
      id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
    });
    make(pattern, "rect", { width: 7, height: 7, fill: HATCH[0] });
    make(pattern, "rect", { width: 1.5, height: 7, fill: HATCH[1] });
  }

  /** Whether a ring, a list of [longitude, latitude], has the point inside: an odd number of crossings. */
  function inside(ring, lng, lat) {
    let odd = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi, yi] = ring[i];
      const [xj, yj] = ring[j];
      if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) odd = !odd;
    }
    return odd;
  }

  function contains(geometry, { lng, lat }) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some((rings) => rings.filter((ring) => inside(ring, lng, lat)).length % 2 === 1);
  }

  class Areas {
    constructor(map, collection, icons) {
      this.map = map;
      this.houseDrawing = icons.home;
      this.levels = {};
      for (const feature of collection.features) {
        const { level } = feature.properties;
        (this.levels[level] = this.levels[level] || []).push(feature);
      }
      this.fills = window.L.layerGroup().addTo(map);
      this.marks = window.L.layerGroup().addTo(map);
      this.fillRenderer = window.L.svg({ pane: "areas", padding: 0.5 });
      this.markRenderer = window.L.svg({ pane: "marks", padding: 0.5 });
      this.veil();
    }

    /** Let what lies outside the municipality recede. */
    veil() {
      const rings = this.levels.municipality.flatMap(({ geometry }) =>
        (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((polygon) => polygon[0]));
      const world = [[-10, 40], [20, 40], [20, 60], [-10, 60], [-10, 40]];
      this.outside = window.L.geoJSON(
        { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, ...rings] } },
        { interactive: false, pane: "veil", renderer: window.L.svg({ pane: "veil", padding: 0.5 }) },
      ).addTo(this.map);
    }

    setState(state) {
      const theme = state.dark ? "dark" : "light";
      addHatch();
      this.outside.setStyle({
        stroke: true, weight: 2.5, color: state.dark ? "#98a2ad" : "#5b636d", opacity: 0.7,
        fillColor: state.dark ? "#1e2227" : "#f2f0eb", fillOpacity: 0.5,
      });
      if (this.level !== state.level) {
        this.level = state.level;
        this.fills.clearLayers();
        this.current = this.levels[state.level].map((feature) =>
          window.L.geoJSON(feature, { interactive: false, renderer: this.fillRenderer, pane: "areas" })
            .addTo(this.fills));
      }
      this.current.forEach((layer, i) => {
        const colour = state.fills[i];
        const dashed = state.dashed[i];
        const firm = colour && dashed !== ESTIMATE;
        layer.setStyle({
          fillColor: colour || "url(#tp-hatch)",
          fillOpacity: colour ? FILL_OPACITY[theme] : 0.8,
          color: state.dark ? "#e8edf2" : "#39424c",
          weight: firm ? 2 : 1,
          opacity: firm ? 0.85 : 0.55,
          dashArray: DASHES[dashed],
        });
        if (firm) layer.bringToFront(); // an official figure's line over an estimate's
      });
      this.tips = state.tips;
      this.outline(state);
    }

    outline(state) {
      this.marks.clearLayers();
      const halo = state.dark ? "#101316" : "#ffffff";
      const line = state.dark ? "#ffffff" : "#111418";
      const draw = (feature, weight, color) => {
        const add = (style) => window.L.geoJSON(feature, {
          interactive: false, renderer: this.markRenderer, pane: "marks", style: { fill: false, lineJoin: "round", ...style },
        }).addTo(this.marks);
        add({ color: halo, weight: weight + 3.5, opacity: 0.9 });
        return add({ color, weight, opacity: 1 });
      };
      const shown = this.levels[this.level];
      if (state.home) this.house(draw(this.levels.neighbourhood[state.home.area], 2.5, HOME[state.dark ? "dark" : "light"]), state);
      state.outlined.forEach((i) => draw(shown[i], 2.5, line));
      if (state.area !== null) draw(shown[state.area], 4, line);
      if (state.spot) {
        [[halo, 7], [line, 3.5]].forEach(([color, weight]) => window.L.circleMarker(state.spot, {
          interactive: false, renderer: this.markRenderer, pane: "marks", radius: 13, fill: false, color, weight,
        }).addTo(this.marks));
      }
    }

    /** Put the little house in the middle of the visitor's own neighbourhood. */
    house(outline, state) {
      const make = (tag, attributes, parent) => {
        const element = document.createElementNS(SVG, tag);
        Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
        if (parent) parent.appendChild(element);
        return element;
      };
      const svg = make("svg", { viewBox: "-6 -6 27 27", width: 27, height: 27, class: "tp-house" });
      make("circle", { cx: 7.5, cy: 7.5, r: 12, fill: HOME[state.dark ? "dark" : "light"] }, svg);
      make("path", { d: this.houseDrawing, fill: state.dark ? "#101316" : "#ffffff" }, svg);
      const [polygon] = outline.getLayers();
      window.L.marker(polygon.getCenter(), {
        interactive: false, keyboard: false, pane: "marks",
        icon: new (window.L.Icon.extend({ createIcon: () => svg, createShadow: () => null }))(),
      }).addTo(this.marks);
    }

    /** Index of the shown area at a place on the map, or -1. */
    hit(latlng) {
      return this.level ? this.levels[this.level].findIndex((feature) => contains(feature.geometry, latlng)) : -1;
    }

    feature(i) {
      return this.levels[this.level][i];
    }

    /** Bounds of some of the shown areas together. */
    bounds(indices) {
      return window.L.geoJSON(indices.map((i) => this.feature(i))).getBounds();
    }
  }

  window.trefpunt = window.trefpunt || {};
  window.trefpunt.Areas = Areas;
})();
