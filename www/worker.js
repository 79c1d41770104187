// A worker of the page: `start_worker` installs its message handler, then posts "ready". A message sent before that
// would be lost in some browsers.
import init, { start_worker } from "./worker_glue.js";

await init({ module_or_path: new URL("./worker_glue_bg.wasm", import.meta.url) });
start_worker();
