// The worker that trains and judges query-aware selection, started when that is asked for. Its module is the one that
// reads files: it has to read them again, with their texts.
import init, { start_query_aware } from "./importer_glue.js";

await init({ module_or_path: new URL("./importer_glue_bg.wasm", import.meta.url) });
start_query_aware();
