/* What Streamlit leaves to the page: its language, a place where news is read aloud, Dutch names for Streamlit's own
   buttons, and the choice between light and dark. `words` are texts of the locale files. */
(function (words) {
  "use strict";
  const shell = (window.trefpuntShell = window.trefpuntShell || {});
  shell.words = words;

  /** Streamlit names its own buttons in English: say the same in the page's language. */
  shell.relabel = function () {
    document.querySelectorAll("[aria-label]").forEach((element) => {
      const now = element.getAttribute("aria-label");
      const first = element.dataset.tpSaid === now ? element.dataset.tpLabel : now;
      const names = Object.keys(shell.words.labels); // one that ends in a space goes before a name of ours
      const english = names.find((name) => (name.endsWith(" ") ? first.startsWith(name) : first === name));
      if (!english) return;
      const said = shell.words.labels[english] + first.slice(english.length);
      if (said === now) return;
      element.dataset.tpLabel = first;
      element.dataset.tpSaid = said;
      element.setAttribute("aria-label", said);
    });
    // Words that a style sheet writes over Streamlit's English ones on a button for files are no name: give it one.
    document.querySelectorAll('[data-testid="stFileUploader"] section[aria-label]').forEach((box) => {
      box.querySelectorAll("button, input").forEach((element) => {
        const seen = getComputedStyle(element, "::after").content.replace(/^(none|normal)$|"/g, "");
        const named = [seen, box.getAttribute("aria-label")].filter(Boolean).join(": ");
        if (element.getAttribute("aria-label") !== named) element.setAttribute("aria-label", named);
      });
    });
    document.querySelectorAll('[role="dialog"] h2').forEach((title) => shell.retell(title));
    const pages = document.querySelector(".st-key-shell_pages");
    if (pages && pages.getAttribute("aria-label") !== shell.words.pages) {
      pages.setAttribute("role", "navigation");
      pages.setAttribute("aria-label", shell.words.pages);
    }
    document.querySelectorAll(".st-key-shell_pages a").forEach((link) => {
      if (link.closest('[class*="st-key-shell_here_"]')) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    });
    // A table that is wider than its place can be moved by keyboard; one that fits is no stop.
    document.querySelectorAll(".tp-scroll").forEach((box) => {
      if (box.scrollWidth > box.clientWidth + 1) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    });
    // A link on the card drew another card: who came by keyboard goes on at its head.
    if (shell.left && !shell.left.isConnected) {
      const card = document.getElementById("tp-card");
      if (card && document.activeElement === document.body) card.focus({ preventScroll: true });
      shell.left = null;
    }
    shell.mark();
  };

  /** Streamlit tells in English, and to whom runs a server, that a page is not there or the connection is gone: say it
      to whom looks at the page. Its own words stay where they are, out of sight, for it takes them away itself. */
  shell.retell = function (title) {
    const said = shell.words.dialogs[title.textContent];
    const body = said && title.nextElementSibling;
    if (!body || !title.firstChild) return;
    title.firstChild.nodeValue = said[0];
    [...body.children].forEach((child) => { child.style.display = "none"; });
    const told = document.createElement("p");
    told.textContent = said[1];
    told.className = "tp-told";
    body.append(told);
  };

  /* Light and dark. Streamlit has no call for this and keeps a visitor's choice per address in the browser; this does
     what its own menu does, for all pages at once. A test sees to it that it still works. */
  const key = (path) => `stActiveTheme-${path}-v2`;
  shell.theme = function () {
    try {
      return JSON.parse(window.localStorage.getItem(key(window.location.pathname))) || "System";
    } catch (blocked) {
      return "System";
    }
  };
  shell.mark = function () {
    document.querySelectorAll("[data-tp-theme]").forEach((button) => {
      const pressed = String(button.dataset.tpTheme === shell.theme());
      if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
    });
  };
  shell.choose = function (theme) {
    const root = window.location.pathname.replace(/[^/]*$/, "");
    try {
      shell.words.paths.forEach((path) => window.localStorage.setItem(key(root + path), JSON.stringify(theme)));
    } catch (blocked) {
      return;
    }
    window.location.reload();
  };

  /** Close the menu of the display; after Escape the focus goes back to where it was opened. */
  shell.close = function (back) {
    const fold = document.querySelector(".tp-display[open]");
    if (!fold) return;
    if (back) fold.querySelector("summary").focus();
    fold.open = false;
  };

  /** Let a screen reader say something; the same text is not said twice. */
  shell.say = function (text) {
    let box = document.getElementById("tp-live");
    if (!box) {
      box = document.createElement("div");
      box.id = "tp-live";
      box.className = "tp-aside";
      box.setAttribute("role", "status");
      document.body.appendChild(box);
    }
    if (box.textContent !== text) box.textContent = text;
  };
  (shell.unsaid || []).forEach(shell.say);
  shell.unsaid = [];

  shell.relabel();
  if (shell.started) return;
  shell.started = true;
  let asked = 0;
  const again = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(shell.relabel);
  };
  const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] };
  new MutationObserver(again).observe(document.body, watched);
  window.addEventListener("resize", again);
  // A server that was away, or a phone that slept, may know nothing of this page any more, and then does not answer to
  // clicks in a part of it: ask for the whole page. The address tells what it shows.
  const app = document.querySelector('[data-testid="stApp"]');
  let away = false;
  new MutationObserver(() => {
    const connected = app.dataset.testConnectionState === "CONNECTED";
    if (away && connected) window.dispatchEvent(new PopStateEvent("popstate"));
    away = !connected;
  }).observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  document.addEventListener("toggle", again, true); // what folds open may be wide
  // A device that turns dark in the evening: Streamlit follows at once, our colours and the map with the next run.
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    if (shell.theme() === "System" && !window.matchMedia("print").matches) window.location.reload();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tp-theme]");
    if (button) shell.choose(button.dataset.tpTheme);
    if (!event.target.closest(".st-key-shell_display")) shell.close();
    // A jump moves the focus; the address, in which Streamlit would see another page, stays as it is.
    const jump = event.target.closest("a.tp-skip");
    const target = jump && document.getElementById(jump.hash.slice(1));
    if (target) {
      event.preventDefault();
      target.focus({ preventScroll: true });
      target.scrollIntoView({ block: "start" });
    }
    // A link to another view of the app: as the browser's own back button goes there, without loading the app anew.
    // With a key held, or without this script, it is a link as any other.
    const link = event.target.closest("a[data-tp-view]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    shell.left = link.closest("#tp-card") ? link : null;
    window.history.pushState(null, "", link.href);
    window.dispatchEvent(new PopStateEvent("popstate"));
    document.querySelector('[data-testid="stMain"]')?.scrollTo(0, 0);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shell.close(true); });
  window.addEventListener("keydown", (event) => {
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    const inside = (selector) => event.target.closest && event.target.closest(selector);
    if (inside('[data-testid="stDataFrame"]')) {
      // In a table Tab goes on to what comes after it, and not through all cells; the space bar chooses a row, for
      // which Streamlit's table wants Shift too.
      if (event.key === "Tab") event.stopImmediatePropagation();
      if (event.key === " " && !event.shiftKey) {
        event.stopImmediatePropagation();
        event.preventDefault();
        const { key, code, keyCode } = event;
        event.target.dispatchEvent(new KeyboardEvent("keydown", { key, code, keyCode, shiftKey: true, bubbles: true }));
      }
      return;
    }
    // Streamlit runs the page anew when somebody types the letter r, and clears its store at c: not with one letter,
    // for who speaks to the computer types many (WCAG 2.1.4).
    if (inside("input, textarea, select, [contenteditable]")) return;
    if (["r", "c"].includes(event.key.toLowerCase())) event.stopImmediatePropagation();
  }, true);
})
