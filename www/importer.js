// The worker that reads files, started when there are some: it listens as soon as `start_importer` has said "ready".
import init, { start_importer } from "./importer_glue.js";

await init({ module_or_path: new URL("./importer_glue_bg.wasm", import.meta.url) });
start_importer();
