// The worker that holds a live run, started in the room *Live*: it listens as soon as `start_live` has said "ready".
import init, { start_live } from "./live_glue.js";

await init({ module_or_path: new URL("./live_glue_bg.wasm", import.meta.url) });
start_live();
