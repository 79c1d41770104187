// Starts the page. What index.html shows until then is replaced by the app, or by the reason why there is none.
import init, { initSync } from "./app.js";
import { attach, expect } from "./later.js";

// With nothing to start it gives what is started.
attach(() => initSync(undefined));
init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) }).then(
  () => {
    expect();
    return import("./offline.js");
  },
  (error) => {
    document.getElementById("boot").textContent = `The page could not start: ${error.message}`;
    throw error;
  },
);
