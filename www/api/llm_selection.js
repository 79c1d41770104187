// The simulator as a library, for browsers and node (18 or later). Importing it does nothing yet: the first call loads
// the WebAssembly module that lies beside this file.
import init, * as glue from "./llm_selection_glue.js";

/** Longest stretch of computing, in ms, before the caller's page or program gets a turn. */
const SLICE = 20;

let loading;

/**
 * Runs an experiment to its end.
 * See llm_selection.d.ts for the arguments and the result.
 */
export async function simulate(experiment, files = [], { signal, onProgress } = {}) {
  signal?.throwIfAborted();
  const json = typeof experiment === "string" ? experiment : JSON.stringify(experiment);
  const inputs = await namedBytes(files);
  await load();
  signal?.throwIfAborted();
  const simulation = plain(() => new glue.Simulation(json, inputs));
  try {
    while (!simulation.done()) {
      const progress = plain(() => simulation.advance(SLICE));
      onProgress?.(progress);
      await turn();
      signal?.throwIfAborted();
    }
    return plain(() => simulation.result());
  } finally {
    simulation.free();
  }
}

/**
 * Reads result files and says what is in them: what was recognised, what is missing.
 * See llm_selection.d.ts for the arguments and the result.
 */
export async function audit(files, options) {
  const inputs = await namedBytes(files);
  await load();
  return plain(() => glue.audit_files(inputs, options));
}

function load() {
  loading ??= start().catch((error) => {
    // A lost connection is not for ever: the next call tries again.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start() {
  const url = new URL("./llm_selection_glue_bg.wasm", import.meta.url);
  if (url.protocol === "file:") {
    // node's fetch does not read files.
    const { readFile } = await import(/* webpackIgnore: true */ /* @vite-ignore */ "node:fs/promises");
    await init({ module_or_path: await readFile(url) });
  } else {
    await init({ module_or_path: url });
  }
}

/** Lets the page draw and answer, or the program go on, before the next slice; not slowed down like a timer of 0 ms. */
function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function namedBytes(files) {
  return Promise.all(Array.from(files, async (file) => ({ name: String(file?.name ?? ""), bytes: await bytesOf(file) })));
}

async function bytesOf(file) {
  // A copy, since a sandboxed script's encoder may give an array of another realm, which the module does not know.
  if (typeof file?.text === "string") return new Uint8Array(new TextEncoder().encode(file.text));
  const bytes = file?.bytes;
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (typeof file?.arrayBuffer === "function") return new Uint8Array(await file.arrayBuffer());
  const found = file === null ? "null" : typeof file;
  throw failure({
    kind: "input",
    place: "files",
    found,
    expected: "a File, { name, text } or { name, bytes }",
    message: `files: found ${found}, expected a File, { name, text } or { name, bytes }`,
  });
}

/** Calls into the module; whatever it throws arrives as an Error with kind, place, found and expected. */
function plain(call) {
  try {
    return call();
  } catch (error) {
    throw error instanceof Error ? error : failure(typeof error === "object" && error ? error : { message: String(error) });
  }
}

function failure({ message, ...fields }) {
  return Object.assign(new Error(message), fields);
}
