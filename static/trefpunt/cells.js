/* A surface of hexagons over the areas. The state names them by row and column; where that is on the map is computed
   here, so that hundreds of them take a few kilobytes. */
"use strict";

(function () {
  const OPACITY = 0.82;
  const CORNERS = [0, 1, 2, 3, 4, 5].map((i) => Math.PI / 6 + (i * Math.PI) / 3);

  class Cells {
    constructor(map) {
      this.layer = window.L.layerGroup().addTo(map);
      this.renderer = window.L.svg({ pane: "cells", padding: 0.5 });
      this.rings = [];
    }

    setState({ cells }) {
      const key = JSON.stringify(cells);
      this.state = cells;
      if (key === this.key) return;
      this.key = key;
      this.layer.clearLayers();
      this.rings = [];
      if (!cells) return;
      const classes = cells.colours.map(() => []);
      cells.rows.forEach(([row, first, signs]) => [...signs].forEach((sign, i) => {
        if (sign === "-") return;
        const ring = this.ring(row, first + i);
        this.rings.push(ring);
        classes[Number(sign)].push([ring]);
      }));
      classes.forEach((polygons, i) => {
        if (!polygons.length) return;
        window.L.polygon(polygons, {
          interactive: false, renderer: this.renderer, pane: "cells", fillColor: cells.colours[i], fillOpacity: OPACITY,
          color: cells.line, weight: 0.8, opacity: 0.9,
        }).addTo(this.layer);
      });
    }

    /** The corners of a hexagon, as latitude and longitude. */
    ring(row, column) {
      const { width, lat, lon } = this.state;
      const middle = [(column + (Math.abs(row) % 2) / 2) * width, (row * width * Math.sqrt(3)) / 2];
      return CORNERS.map((angle) => {
        const x = middle[0] + (Math.cos(angle) * width) / Math.sqrt(3);
        const y = middle[1] + (Math.sin(angle) * width) / Math.sqrt(3);
        const degrees = (p) => p[0] + p[1] * x + p[2] * y + p[3] * x * x + p[4] * x * y + p[5] * y * y;
        return [degrees(lat), degrees(lon)];
      });
    }

    /** Index of the hexagon at a place on the map, or -1. */
    hit({ lat, lng }) {
      return this.rings.findIndex((ring) => {
        let odd = false;
        for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
          const [yi, xi] = ring[i];
          const [yj, xj] = ring[j];
          if (yi > lat !== yj > lat && lng < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) odd = !odd;
        }
        return odd;
      });
    }

    /** A line about a hexagon, no longer escaped, with its numbers. */
    fill(index, line, lang) {
      return line.replace(/#([0-9])/g, (_, n) => this.state.figures[index][n - 1].toLocaleString(lang));
    }
  }

  window.trefpunt = window.trefpunt || {};
  window.trefpunt.Cells = Cells;
})();
