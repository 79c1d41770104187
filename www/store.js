// The worker that keeps the workspace, started when there is something to keep: it listens as soon as `start_store` has
// said "ready".
import init, { start_store } from "./store_glue.js";

await init({ module_or_path: new URL("./store_glue_bg.wasm", import.meta.url) });
start_store();
