// Starts the page. What index.html shows until then is replaced by the app, or by the reason why there is none.
import init, { initSync } from "./app.js";
import { attach, expect } from "./later.js";

/** Waits until the page's first text is painted; where the browser does not say so, for a moment; in the background not at all. */
const painted = new Promise((done) => {
  if (document.hidden) done();
  addEventListener("visibilitychange", done, { once: true });
  new PerformanceObserver(done).observe({ type: "paint", buffered: true });
  setTimeout(done, 300);
});

// With nothing to start it gives what is started.
attach(() => initSync(undefined));
painted
  .then(() => init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) }))
  .then(
    () => {
      expect();
      return import("./offline.js");
    },
    (error) => {
      document.getElementById("boot").textContent = `The page could not start: ${error.message}`;
      throw error;
    },
  );
