/* The map of Trefpunt. The heavy data (tiles, areas, places) is fetched once; `apply` takes the small state that an
   interaction sends; a click on a place or area goes back to Python as {event: {kind, id, nonce}}, and one on a spot,
   while the state asks to pick one, as {event: {kind: "spot", lon, lat, nonce}}.
   All text arrives escaped, is turned back by `plain` and leaves as text, never as HTML. */
"use strict";

(function () {
  const trefpunt = (window.trefpunt = window.trefpunt || {});
  const frame = Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const MARGIN = 10; // pixels around the whole municipality
  const AROUND = 40; // and around an area
  const STREET_ZOOM = 15;
  const MARKS_ZOOM = 14;
  let clicks = 0;
  let current = null; // the map there is; a frame has one
  let lastRender = null;
  let renders = 0;

  // A state that arrives while the scripts still load would be lost: remember it, and hand it in again after.
  window.Streamlit.events.addEventListener(window.Streamlit.RENDER_EVENT, (event) => {
    lastRender = event.detail;
    renders += 1;
  });

  /** The text that was escaped on the server. */
  function plain(escaped) {
    return new DOMParser().parseFromString(String(escaped || ""), "text/html").documentElement.textContent;
  }

  function element(tag, className, text, parent) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    if (parent) parent.appendChild(made);
    return made;
  }

  class TrefpuntMap {
    constructor(map, settings) {
      this.map = map;
      this.bounds = window.L.latLngBounds(settings.bounds);
      this.touched = false;
      this.state = null;
      this.ready = false;
      this.basemap = new trefpunt.Basemap(map, new URL(settings.data + "basemap.pmtiles", location.href).href);
      this.places = new (trefpunt.buildPlacesLayer())({ pane: "places" }).addTo(map);
      this.addControls();
      this.fit();
      this.listen();
      this.load(settings.data);
    }

    async load(data) {
      const get = (name) => fetch(data + name).then((answer) => {
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
        return answer.json();
      });
      const files = ["areas.geojson", "places.json", "icons.json"].map(get);
      const [areas, places, icons] = await Promise.all([...files, this.styled()]);
      this.areas = new trefpunt.Areas(this.map, areas, icons);
      this.places.setData(places, icons);
      this.changes = new trefpunt.Changes(this.map, icons);
      this.cells = new trefpunt.Cells(this.map);
      this.ready = true;
      if (this.state) this.render();
    }

    /** Stay unseen until both style sheets are there: streamlit-folium loads them after the scripts. */
    async styled() {
      const box = this.map.getContainer();
      const style = getComputedStyle(box);
      box.style.visibility = "hidden";
      while (style.overflow !== "hidden" || !style.getPropertyValue("--tp-styled")) {
        await new Promise((resolve) => { setTimeout(resolve, 10); });
      }
      this.map.invalidateSize({ animate: false, pan: false });
      this.fit();
      box.style.visibility = "";
    }

    addControls() {
      const L = window.L;
      const parent = this;
      this.zoom = L.control.zoom({ position: "topright" }).addTo(this.map);
      this.home = new (L.Control.extend({
        onAdd() {
          const bar = element("div", "leaflet-bar tp-home");
          const button = element("a", "", "", bar);
          button.href = "#";
          button.setAttribute("role", "button");
          L.DomEvent.disableClickPropagation(bar);
          L.DomEvent.on(button, "click", (event) => {
            L.DomEvent.stop(event);
            parent.fit(true);
          });
          return bar;
        },
      }))({ position: "topright" }).addTo(this.map);
      L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
      this.credit = new (L.Control.extend({ onAdd: () => element("div", "tp-credit") }))({ position: "bottomright" })
        .addTo(this.map);
      this.tip = element("div", "tp-tip", "", this.map.getContainer());
      this.hint = element("div", "tp-hint", "", this.map.getContainer());
      this.tip.setAttribute("aria-hidden", "true"); // the table holds the same words
    }

    listen() {
      const { map } = this;
      const box = map.getContainer();
      map.on("click", (event) => this.click(event));
      map.on("mousemove", (event) => this.hover(event));
      map.on("mouseout movestart", () => this.leave());
      map.on("dragstart zoomstart", () => { this.touched = true; });
      new ResizeObserver(() => {
        map.invalidateSize({ animate: false, pan: false });
        if (!this.touched) this.fit();
      }).observe(box);
      // The page scrolls on over the map: the wheel zooms with Ctrl, or after a click in the map; a phone needs two
      // fingers, or the buttons.
      box.addEventListener("wheel", (event) => {
        const zooming = event.ctrlKey || event.metaKey || box.contains(document.activeElement);
        if (zooming) {
          event.preventDefault();
          map.scrollWheelZoom.enable();
        } else {
          map.scrollWheelZoom.disable();
          this.showHint("wheel");
        }
      }, { passive: false, capture: true });
      box.addEventListener("mouseleave", () => map.scrollWheelZoom.disable());
      box.addEventListener("keydown", (event) => { if (event.key === "Escape") this.leave(); });
      let start = null;
      box.addEventListener("touchstart", (event) => {
        map.dragging.disable();
        start = event.touches.length === 1 ? event.touches[0] : null;
      }, { passive: true });
      box.addEventListener("touchmove", (event) => {
        const finger = event.touches[0];
        if (start && event.touches.length === 1 && Math.hypot(finger.clientX - start.clientX, finger.clientY - start.clientY) > 24) {
          this.showHint("touch");
        }
      }, { passive: true });
      box.addEventListener("mousedown", () => {
        // Before Leaflet does: its focus would scroll the page under the finger, and the click would hit elsewhere.
        box.focus({ preventScroll: true });
        if (!window.L.Browser.mobile) map.dragging.enable();
      }, { capture: true });
      if (window.L.Browser.mobile) map.dragging.disable();
    }

    showHint(kind) {
      this.hint.textContent = this.labels ? this.labels["hint_" + kind] : "";
      if (!this.hint.textContent) return;
      this.hint.classList.add("tp-hint-on");
      clearTimeout(this.hintTimer);
      this.hintTimer = setTimeout(() => this.hint.classList.remove("tp-hint-on"), 1200);
    }

    /** Show the whole municipality, as large as it goes. */
    fit(animate) {
      const size = this.map.getSize();
      if (!size.x || !size.y) return;
      const zoom = this.map.getBoundsZoom(this.bounds, false, window.L.point(2 * MARGIN, 2 * MARGIN));
      const part = zoom - Math.floor(zoom);
      // Between these the background is drawn for a zoom that is much closer, and its names get too small to read.
      const readable = part > 0.4 && part < 0.75 ? Math.floor(zoom) + 0.4 : zoom;
      this.map.setView(this.bounds.getCenter(), readable, { animate: Boolean(animate) && !still });
    }

    apply(state) {
      Object.values(state.styles).forEach((style) => {
        style.label = plain(style.label);
        style.letter = plain(style.letter);
      });
      this.state = state;
      if (this.ready) this.render();
    }

    render() {
      const before = this.shown;
      const state = this.state;
      this.shown = state;
      if (!before || before.dark !== state.dark) {
        this.basemap.setTheme(state.dark);
        this.map.getContainer().classList.toggle("tp-dark", state.dark);
      }
      if (!before || JSON.stringify(before.labels) !== JSON.stringify(state.labels)) this.translate(state);
      this.areas.setState(state);
      this.cells.setState(state);
      this.places.setState(state);
      this.changes.setState(state);
      this.follow(before, state);
      this.leave();
      this.map.getContainer().dataset.applied = String(Number(this.map.getContainer().dataset.applied || 0) + 1);
    }

    /** Bring what was selected elsewhere into view: a street, an area or two as large as they go, a place if need be.
        What was clicked in the map is in view already, and the map stays as it is under the visitor's hand. */
    follow(before, state) {
      this.embrace(before, state);
      const chosen = JSON.stringify([state.level, state.place, state.area, state.outlined, state.spot]);
      const same = before && this.chosen === chosen;
      const mine = this.clicked && this.clicked === JSON.stringify([state.place, state.area]);
      this.chosen = chosen;
      this.clicked = null;
      if (same || mine) return;
      const options = { animate: !still };
      const areas = state.area === null ? state.outlined : [state.area];
      if (state.spot) {
        this.map.setView(state.spot, Math.max(this.map.getZoom(), STREET_ZOOM), options);
      } else if (state.place !== null) {
        const { latlng } = this.places.places[state.place];
        if (!this.map.getBounds().pad(-0.08).contains(latlng)) this.map.panTo(latlng, options);
      } else if (areas.length) {
        this.map.fitBounds(this.areas.bounds(areas), { ...options, padding: [AROUND, AROUND], maxZoom: STREET_ZOOM });
      } else {
        return;
      }
      this.touched = true; // a frame that changes its size does not go back to the whole municipality
    }

    /** Marks that are new: several at once, which may lie over one another, as large as they go with what is around
        them; one that is out of sight, zoom out until it is in view. */
    embrace(before, state) {
      const there = new Set(before ? before.marks.map((mark) => JSON.stringify(mark)) : []);
      const fresh = state.marks.filter((mark) => !there.has(JSON.stringify(mark)));
      if (!fresh.length) return;
      if (fresh.length > 1) {
        const around = window.L.latLngBounds(fresh.map((mark) => mark[3])).pad(0.5);
        this.map.fitBounds(around, { animate: !still && !!before, maxZoom: MARKS_ZOOM });
        this.touched = true;
        return;
      }
      const bounds = this.map.getBounds();
      const hidden = state.marks.map((mark) => mark[3]).filter((at) => !bounds.contains(at));
      if (!before || !hidden.length) return;
      hidden.forEach((at) => bounds.extend(at));
      this.map.fitBounds(bounds, { animate: !still, padding: [AROUND, AROUND] });
      this.touched = true;
    }

    translate(state) {
      const labels = (this.labels = Object.fromEntries(
        Object.entries(state.labels).map(([name, text]) => [name, plain(text)])));
      const box = this.map.getContainer();
      document.documentElement.lang = labels.lang;
      document.title = labels.title;
      if (window.frameElement) window.frameElement.title = labels.title;
      box.setAttribute("role", "application");
      box.setAttribute("aria-label", labels.aria);
      const name = (button, text) => {
        button.title = text;
        button.setAttribute("aria-label", text);
      };
      name(this.zoom.getContainer().children[0], labels.zoom_in);
      name(this.zoom.getContainer().children[1], labels.zoom_out);
      name(this.home.getContainer().children[0], labels.reset);
      this.credit.getContainer().textContent = labels.attribution;
    }

    /** What lies under a mouse or finger: a place goes before the area around it. */
    find(event) {
      if (!this.shown) return null;
      // A finger is blunt; but where places crowd, seen from afar, it must still be able to mean the area.
      const finger = Math.min(Math.max(4 * (this.map.getZoom() - 11), 4), 12);
      const slack = window.matchMedia("(pointer: coarse)").matches ? finger : 3;
      const place = this.places.hit(event.layerPoint, slack);
      if (place) return { kind: "place", id: place.id, place };
      const area = this.areas.hit(event.latlng);
      return area < 0 ? null : { kind: "area", id: this.areas.feature(area).id, area, cell: this.cells.hit(event.latlng) };
    }

    send(event) {
      clicks += 1;
      window.Streamlit.setComponentValue({ event: { ...event, nonce: `${frame}-${clicks}` } });
    }

    click(event) {
      if (this.shown && this.shown.pick) {
        const { lng, lat } = event.latlng;
        this.send({ kind: "spot", lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) });
        return;
      }
      const found = this.find(event);
      if (!found) return;
      if (found.place) this.places.select(found.place); // at once; the state that comes back confirms it
      const index = found.place ? this.places.places.indexOf(found.place) : null;
      this.clicked = JSON.stringify([index, found.place ? null : found.area]);
      this.send({ kind: found.kind, id: plain(found.id) });
    }

    hover(event) {
      if (event.originalEvent.sourceCapabilities && event.originalEvent.sourceCapabilities.firesTouchEvents) return;
      const found = this.find(event);
      this.places.hover(found && found.place ? found.place : null);
      this.map.getContainer().style.cursor = this.shown && this.shown.pick ? "crosshair" : found ? "pointer" : "";
      if (!found) return this.leave();
      this.describe(found);
      const size = this.map.getSize();
      const { x, y } = event.containerPoint;
      const [width, height] = [this.tip.offsetWidth, this.tip.offsetHeight];
      const left = x + 16 + width > size.x ? Math.max(x - 12 - width, 4) : x + 16;
      const top = Math.min(Math.max(y - height / 2, 4), Math.max(size.y - height - 4, 4));
      this.tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      this.tip.classList.add("tp-tip-on");
      return undefined;
    }

    describe(found) {
      const key = [found.kind, found.id, found.cell].join(" ");
      if (this.tip.dataset.of === key) return;
      this.tip.dataset.of = key;
      this.tip.replaceChildren();
      if (found.place) {
        const style = this.shown.styles[found.place.category];
        const own = this.shown.placeTips[found.id];
        element("strong", "", plain(found.place.name) || style.label, this.tip);
        if (found.place.name) element("div", "tp-kind", style.label, this.tip);
        if (own) own.split("\n").forEach((line) => element("div", "", plain(line), this.tip));
        const minutes = this.fromHome(found.place);
        if (minutes) element("div", "", minutes, this.tip);
      } else {
        const name = plain(this.areas.feature(found.area).properties.name);
        const inCell = found.cell >= 0;
        element("strong", "", inCell ? plain(this.shown.cells.title) : name, this.tip);
        if (inCell) element("div", "tp-kind", name, this.tip);
        const tip = inCell ? this.shown.cells.tip : this.shown.tips[found.area];
        const said = (line) => (inCell ? this.cells.fill(found.cell, plain(line), this.labels.lang) : plain(line));
        if (tip) tip.split("\n").forEach((line) => element("div", "", said(line), this.tip));
      }
    }

    /** How far a place is from the visitor's own neighbourhood, in words; empty when that is not known. */
    fromHome(place) {
      const { home } = this.shown;
      const digit = home ? home.minutes[this.places.places.indexOf(place)] : "-";
      if (!digit || digit === "-") return "";
      const label = home.bike.includes(place.category) ? this.labels.from_home_cycle : this.labels.from_home_walk;
      return label.replace("#", parseInt(digit, 36));
    }

    leave() {
      this.tip.classList.remove("tp-tip-on");
      delete this.tip.dataset.of;
      this.places.hover(null);
    }
  }

  /** Make the map in the element with this id; called by the script of the folium element. */
  trefpunt.create = function (id, settings) {
    const L = window.L;
    const bounds = L.latLngBounds(settings.bounds);
    const map = L.map(id, {
      zoomControl: false, attributionControl: false, minZoom: 11, maxZoom: 18,
      maxBounds: bounds.pad(0.9), maxBoundsViscosity: 0.7,
      zoomSnap: 0.1, // so that the municipality fills its frame
      doubleClickZoom: false, // a double click would select twice
      scrollWheelZoom: false, boxZoom: false, renderer: L.svg({ padding: 0.5 }),
      zoomAnimation: !still, fadeAnimation: !still, inertia: !still,
    });
    for (const [pane, z] of [["areas", 300], ["veil", 310], ["cells", 340], ["detail", 350], ["fade", 360], ["marks", 380], ["places", 450], ["changes", 460]]) {
      const made = map.createPane(pane);
      made.style.zIndex = z;
      made.style.pointerEvents = "none";
      made.setAttribute("aria-hidden", "true"); // pictures; the table holds the same in words
    }
    map.setView(bounds.getCenter(), 12, { animate: false });
    current = new TrefpuntMap(map, settings);
    const seen = renders;
    setTimeout(() => {
      if (renders > seen || (lastRender && lastRender.args.feature_group !== window.__GLOBAL_DATA__.last_feature_group)) {
        window.Streamlit.events.dispatchEvent(new CustomEvent(window.Streamlit.RENDER_EVENT, { detail: lastRender }));
      }
    });
    return map;
  };

  /** Take a new state; called by the script that each interaction sends. */
  trefpunt.apply = function (state) {
    if (current) current.apply(state);
  };
})();
