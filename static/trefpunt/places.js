/* The places: one canvas for all of them, so that a phone pans as fast with hundreds of markers as with none. */
"use strict";

(function () {
  // Radius in pixels of the size classes 0 (no figure) to 5, at zoom 13; larger when closer.
  const RADII = [3.2, 3.2, 4, 5, 6.2, 7.6];
  const SCALE = { 11: 0.55, 12: 0.72, 13: 1, 14: 1.3, 15: 1.7, 16: 2, 17: 2.2, 18: 2.4 };
  const ICON_BOX = 15; // the icons are drawn in a square of 15 units
  const ICON_FROM = 7.5; // a smaller marker has no room for its icon
  const SMALLEST_WITH_ICON = 8.5; // from zoom 15 on every marker with a figure has one
  const CALM_BELOW = 14; // zoom under which the places of a calm map are dots, all alike
  const DOT = { radius: 2.3, light: "#3d4650", dark: "#e4e9ee" };

  /** Corners on a circle of radius 1, the first at `turn` (in circles; 0 = right); every second one `inner` in. */
  function corners(count, turn, inner) {
    return Array.from({ length: count }, (_, i) => {
      const angle = 2 * Math.PI * (turn + i / count);
      const far = i % 2 ? inner : 1;
      return [far * Math.cos(angle), far * Math.sin(angle)];
    });
  }

  const CROSS = [[-1, -3], [1, -3], [1, -1], [3, -1], [3, 1], [1, 1], [1, 3], [-1, 3], [-1, 1], [-3, 1], [-3, -1], [-1, -1]]
    .map(([x, y]) => [x / 3, y / 3]);
  // Outlines around (0, 0), with the factor that makes them about as large as the disc of radius 1.
  const SHAPES = {
    square: [corners(4, 0.125, 1), 1.25],
    diamond: [corners(4, 0, 1), 1.25],
    triangle: [corners(3, 0.75, 1), 1.45],
    triangle_down: [corners(3, 0.25, 1), 1.45],
    hexagon: [corners(6, 0.25, 1), 1.1],
    star: [corners(10, 0.75, 0.5), 1.5],
    cross: [CROSS, 1.2],
  };

  /** Trace a marker's outline around (0, 0). */
  function trace(ctx, shape, r) {
    ctx.beginPath();
    if (!SHAPES[shape]) {
      ctx.arc(0, 0, r, 0, 2 * Math.PI);
      return;
    }
    const [points, factor] = SHAPES[shape];
    points.forEach(([x, y]) => ctx.lineTo(x * r * factor, y * r * factor));
    ctx.closePath();
  }

  function build() {
    return window.L.Renderer.extend({
      initialize(options) {
        window.L.Renderer.prototype.initialize.call(this, { padding: 0.25, ...options });
        this.places = [];
        this.icons = {};
        this.shown = [];
        this.hovered = null;
      },

      setData(places, icons) {
        this.places = places.map((place) => ({ ...place, latlng: window.L.latLng(place.lat, place.lon) }));
        this.icons = Object.fromEntries(Object.entries(icons).map(([name, d]) => [name, new Path2D(d)]));
      },

      /** Take sizes, filter, styles and selection from the state; draw. */
      setState(state) {
        const wanted = state.categories && new Set(state.categories);
        this.styles = state.styles;
        this.dark = state.dark;
        this.calm = state.calm;
        this.selected = this.places[state.place] || null;
        this.places.forEach((place, i) => {
          place.hidden = state.sizes[i] === "-";
          place.size = Number(state.sizes[i]) || 0;
        });
        this.shown = this.places
          .filter((place) => !place.hidden && (!wanted || wanted.has(place.category)) && this.styles[place.category])
          .sort((a, b) => b.size - a.size); // small ones over large ones: all stay in reach
        if (this.selected && !this.shown.includes(this.selected)) this.shown.push(this.selected);
        this.hovered = null;
        if (this._map) this._update();
      },

      select(place) {
        this.selected = place;
        this._paint();
      },

      hover(place) {
        if (place === this.hovered) return;
        this.hovered = place;
        this._paint();
      },

      /** The topmost place within `slack` pixels of its marker's edge, or null. */
      hit(point, slack) {
        let best = null;
        let nearest = Infinity;
        for (const place of this.shown) {
          const gap = this._map.latLngToLayerPoint(place.latlng).distanceTo(point) - this._radius(place);
          if (gap <= slack && Math.max(gap, 0) <= nearest) {
            nearest = Math.max(gap, 0);
            best = place;
          }
        }
        return best;
      },

      /** Whether a place is only a dot now. */
      _isDot(place) {
        return this.calm && this._map.getZoom() < CALM_BELOW && place !== this.selected && place !== this.hovered;
      },

      _radius(place) {
        if (this._isDot(place)) return DOT.radius;
        const zoom = Math.min(Math.max(this._map.getZoom(), 11), 18);
        const [below, above] = [SCALE[Math.floor(zoom)], SCALE[Math.ceil(zoom)]];
        const r = RADII[place.size] * (below + (above - below) * (zoom % 1));
        return zoom >= 15 && place.size > 0 ? Math.max(r, SMALLEST_WITH_ICON) : r;
      },

      _drawDot(at) {
        const ctx = this._ctx;
        ctx.beginPath();
        ctx.arc(at.x, at.y, DOT.radius, 0, 2 * Math.PI);
        ctx.lineWidth = 1.4;
        ctx.strokeStyle = this.dark ? "#14171a" : "#ffffff";
        ctx.stroke();
        ctx.fillStyle = DOT[this.dark ? "dark" : "light"];
        ctx.fill();
      },

      _initContainer() {
        this._container = document.createElement("canvas");
        this._container.setAttribute("aria-hidden", "true");
        this._container.className = "tp-places";
        this._ctx = this._container.getContext("2d");
      },

      _destroyContainer() {
        this._container.remove();
        this._container = this._ctx = null;
      },

      _updatePaths() {},

      _update() {
        if (this._map._animatingZoom && this._bounds) return;
        window.L.Renderer.prototype._update.call(this);
        const size = this._bounds.getSize();
        const ratio = window.devicePixelRatio || 1;
        window.L.DomUtil.setPosition(this._container, this._bounds.min);
        this._container.width = Math.round(size.x * ratio);
        this._container.height = Math.round(size.y * ratio);
        this._container.style.width = size.x + "px";
        this._container.style.height = size.y + "px";
        this._ratio = ratio;
        this._paint();
      },

      _paint() {
        const ctx = this._ctx;
        if (!ctx || !this._bounds) return;
        ctx.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
        ctx.clearRect(0, 0, this._container.width, this._container.height);
        for (const place of this.shown) {
          if (place !== this.selected && place !== this.hovered) this._draw(place, 1);
        }
        if (this.hovered && this.hovered !== this.selected) this._draw(this.hovered, 1.2);
        if (this.selected) this._draw(this.selected, 1.25);
      },

      /** The icon of a category, or its letter, on a disc of radius r around (0, 0). */
      _sign(style, r, colour) {
        const ctx = this._ctx;
        const icon = this.icons[style.icon];
        ctx.fillStyle = colour;
        if (icon) {
          const scale = (r * 1.3) / ICON_BOX;
          ctx.scale(scale, scale);
          ctx.translate(-ICON_BOX / 2, -ICON_BOX / 2);
          ctx.fill(icon);
        } else {
          ctx.font = `700 ${r * 1.05}px system-ui, sans-serif`;
          ctx.textAlign = "center";
          ctx.textBaseline = "middle";
          ctx.fillText(style.letter, 0, r * 0.06);
        }
      },

      _draw(place, enlarge) {
        const at = this._map.latLngToLayerPoint(place.latlng).subtract(this._bounds.min);
        const style = this.styles[place.category];
        if (!style) return;
        if (this._isDot(place)) {
          this._drawDot(at);
          return;
        }
        const ctx = this._ctx;
        const chosen = place === this.selected;
        const lifted = chosen || (this.calm && place === this.hovered); // among dots, one under the mouse shows itself
        const r = lifted ? Math.max(this._radius(place) * enlarge, 9) : this._radius(place) * enlarge;
        const rim = this.dark ? "#14171a" : "#ffffff";
        ctx.save();
        ctx.translate(at.x, at.y);
        if (chosen) {
          ctx.beginPath();
          ctx.arc(0, 0, r + 6, 0, 2 * Math.PI);
          ctx.lineWidth = 7;
          ctx.strokeStyle = rim;
          ctx.stroke();
          ctx.lineWidth = 3.5;
          ctx.strokeStyle = this.dark ? "#ffffff" : "#111418";
          ctx.stroke();
        }
        const badge = r >= ICON_FROM && (place.size > 0 || chosen); // large enough to hold its icon
        trace(ctx, badge ? "disc" : style.shape, r);
        ctx.lineJoin = "round";
        if (place.size === 0) {
          ctx.fillStyle = rim;
          ctx.fill();
          ctx.lineWidth = r < 3 ? 1.1 : 1.6;
          ctx.strokeStyle = style.colour;
          ctx.stroke();
        } else {
          ctx.lineWidth = r < 5 ? 1.4 : 2.4;
          ctx.strokeStyle = rim;
          ctx.stroke();
          ctx.fillStyle = style.colour;
          ctx.fill();
        }
        if (badge) this._sign(style, r, place.size === 0 ? style.colour : "#ffffff");
        ctx.restore();
      },
    });
  }

  window.trefpunt = window.trefpunt || {};
  window.trefpunt.buildPlacesLayer = build;
})();
