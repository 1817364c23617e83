/* Runs first in every page that the benchmark looks at: when was clicked, when did the map change, and was there
   a moment without a map? Times are those of the clock, in milliseconds. */
(() => {
  if (window !== window.top) return;
  const now = () => performance.timeOrigin + performance.now();
  const watch = { input: 0, states: 0, changed: 0, shown: 0, blank: 0, watching: false };
  window.trefpuntWatch = watch;

  /** The map got a state, and draws it in the frame that comes now. */
  const changes = () => requestAnimationFrame(() => {
    watch.states += 1;
    watch.changed = now();
  });
  const follow = (page) => {
    for (const kind of ["pointerup", "keydown"]) {
      page.addEventListener(kind, () => {
        watch.input = now();
        watch.blank = 0;
        watch.watching = true;
      }, { capture: true });
    }
    const observer = new MutationObserver(changes);
    observer.observe(page, { subtree: true, attributes: true, attributeFilter: ["data-applied"] });
  };
  follow(document);

  const small = document.createElement("canvas");
  small.width = 160; // fine enough for one marker to be seen
  small.height = 112;
  const ink = small.getContext("2d", { willReadFrequently: true });
  let inside = null; // the page in the frame of the map that is followed
  /** Whether areas and places are there to see. */
  const isMap = () => {
    const frame = document.querySelector('iframe[src*="streamlit_folium"]');
    const page = frame && frame.contentDocument;
    if (page && page !== inside && page.URL !== "about:blank") {
      inside = page;
      follow(page);
      // A new map may have drawn its first state before it was followed.
      if (page.querySelector("[data-applied]")) changes();
    }
    const box = page && page.querySelector(".leaflet-container");
    const places = box && box.querySelector("canvas.tp-places");
    if (!places || !places.width || getComputedStyle(box).visibility === "hidden") return false;
    if (!frame.getBoundingClientRect().height || !box.querySelector(".leaflet-areas-pane path")) return false;
    ink.clearRect(0, 0, small.width, small.height);
    ink.drawImage(places, 0, 0, small.width, small.height);
    return ink.getImageData(0, 0, small.width, small.height).data.some((value) => value > 0);
  };
  let last = now();
  const frame = () => {
    const at = now();
    const map = isMap();
    if (map && watch.shown === 0) watch.shown = at;
    if (watch.watching && !map) watch.blank += at - last;
    last = at;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})();
