// Starts the page. What index.html shows until then is replaced by the app, or by the reason why there is none.
import init from "./app.js";

init({ module_or_path: new URL("./app_bg.wasm", import.meta.url) }).then(
  () => import("./offline.js"),
  (error) => {
    document.getElementById("boot").textContent = `The page could not start: ${error.message}`;
    throw error;
  },
);
