/* What a scenario would change, over all else on the map: a new place has a dashed ring, a closed one is crossed out, a
   moved one has a line from where it was. The numbers are those of the list beside the map. */
"use strict";

(function () {
  const SVG = "http://www.w3.org/2000/svg";
  const BOX = 22; // the drawings run from -22 to 22
  const DISC = 12;
  const RING = 16.5;
  const ICON = 15; // the icons are drawn in a square of 15 units

  function make(parent, tag, attributes) {
    const element = document.createElementNS(SVG, tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    if (parent) parent.appendChild(element);
    return element;
  }

  class Changes {
    constructor(map, icons) {
      this.icons = icons;
      this.layer = window.L.layerGroup().addTo(map);
      this.renderer = window.L.svg({ pane: "changes", padding: 0.5 });
    }

    setState(state) {
      this.layer.clearLayers();
      this.line = state.dark ? "#ffffff" : "#111418";
      this.halo = state.dark ? "#14171a" : "#ffffff";
      state.marks.forEach(([kind, number, category, at, origin, small]) => {
        const style = state.styles[category];
        if (!style) return;
        if (origin) {
          this.way(origin, at);
          this.put(origin, this.cross(style, 0.75));
        }
        const drawn = kind === "closed" ? this.cross(style, 1) : this.ring(style);
        this.badge(drawn, number);
        if (small) drawn.classList.add("tp-small");
        this.put(at, drawn);
      });
    }

    way(from, to) {
      [[this.halo, 7, null], [this.line, 3, "2 7"]].forEach(([color, weight, dashArray]) => {
        window.L.polyline([from, to], {
          interactive: false, renderer: this.renderer, pane: "changes", color, weight, dashArray, opacity: 1,
        }).addTo(this.layer);
      });
    }

    put(at, drawn) {
      window.L.marker(at, {
        interactive: false, keyboard: false, pane: "changes",
        icon: new (window.L.Icon.extend({ createIcon: () => drawn, createShadow: () => null }))(),
      }).addTo(this.layer);
    }

    frame() {
      const size = 2 * BOX;
      return make(null, "svg", { viewBox: `${-BOX} ${-BOX} ${size} ${size}`, width: size, height: size, class: "tp-change" });
    }

    sign(parent, style, fill) {
      const scale = (DISC * 1.3) / ICON;
      const at = `scale(${scale}) translate(${-ICON / 2} ${-ICON / 2})`;
      if (this.icons[style.icon]) make(parent, "path", { d: this.icons[style.icon], fill, transform: at });
    }

    ring(style) {
      const svg = this.frame();
      make(svg, "circle", { r: RING + 3, fill: this.halo });
      make(svg, "circle", { r: RING, fill: "none", stroke: this.line, "stroke-width": 3, "stroke-dasharray": "6 4.4" });
      make(svg, "circle", { r: DISC, fill: style.colour });
      this.sign(svg, style, "#ffffff");
      return svg;
    }

    cross(style, scale) {
      const svg = this.frame();
      const all = make(svg, "g", { transform: `scale(${scale})` });
      make(all, "circle", { r: DISC + 2, fill: this.halo, stroke: style.colour, "stroke-width": 1.5 });
      this.sign(all, style, style.colour);
      [[this.halo, 7], [this.line, 3.5]].forEach(([stroke, width]) => {
        make(all, "path", { d: "M-13 -13 L13 13 M-13 13 L13 -13", stroke, "stroke-width": width, "stroke-linecap": "round" });
      });
      return svg;
    }

    badge(svg, number) {
      make(svg, "circle", { cx: 13, cy: -13, r: 8.5, fill: this.line, stroke: this.halo, "stroke-width": 1.5 });
      const text = make(svg, "text", {
        x: 13, y: -12.5, fill: this.halo, "font-size": 11.5, "font-weight": 700,
        "text-anchor": "middle", "dominant-baseline": "middle",
      });
      text.textContent = String(number);
    }
  }

  window.trefpunt = window.trefpunt || {};
  window.trefpunt.Changes = Changes;
})();
