// Has the second part of the page's program come. The build cuts the program in two; the first part asks for the second by
// the function below when a person does more than look at the first run.

/** Gives what the first part shares; boot.js says how. */
let shared;
/** The second part on its way, or linked. */
let loading;

/** Takes the way to what the first part shares. */
export function attach(share) {
  shared = share;
}

/** Has it come at the first sign of a person. */
export function expect() {
  for (const sign of ["pointermove", "pointerdown", "keydown", "dragenter"]) {
    // A failure is told to the first part when that asks.
    addEventListener(sign, () => load().catch(() => {}), { once: true, passive: true, capture: true });
  }
}

/** Loads it and links it to the first part: once, unless that fails. */
function load() {
  loading ??= link().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Puts the style of what comes into the page. */
function dress() {
  return new Promise((done, fail) => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = new URL("./rooms.css", import.meta.url).href;
    sheet.onload = done;
    sheet.onerror = () => {
      sheet.remove();
      fail(new Error(`${sheet.href}: not loaded`));
    };
    document.head.append(sheet);
  });
}

async function link() {
  const dressed = dress();
  // Awaited below: until then a failure is nobody's.
  dressed.catch(() => {});
  const answer = await fetch(new URL("./later_bg.wasm", import.meta.url));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const imports = { __wasm_split: shared() };
  // Nothing is shown before it has its style, and nothing is linked twice.
  await dressed;
  // Some hosts do not know what the file is.
  if (answer.headers.get("Content-Type") === "application/wasm") return WebAssembly.instantiateStreaming(answer, imports);
  return WebAssembly.instantiate(await answer.arrayBuffer(), imports);
}

/** What the first part calls, by the name that the cut gives it: tells by a function of its table how it went. */
export async function __wasm_split_load_later(callback, data) {
  const linked = await load().then(
    () => true,
    (error) => (console.warn(error.message), false),
  );
  shared().__indirect_function_table.get(callback)(data, linked);
}
