// Makes the page work without a network after one visit, and offers a new version when there is one. Where there are no
// service workers or they are forbidden (plain http, a private window, a sandboxed frame), the page goes without.

/** Longest wait, in ms, for the first run to end: until then network and processors are the run's. */
const PATIENCE = 10_000;

const isBusy = () => document.querySelector("[data-busy]") !== null;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const notice = document.createElement("section");
notice.setAttribute("aria-live", "polite");
notice.className = "update";
document.body.append(notice);

const start = performance.now();
do await pause(1000);
while (isBusy() && performance.now() - start < PATIENCE);
try {
  const workers = navigator.serviceWorker;
  follow(workers, await workers.register("./sw.js", { scope: "./" }));
} catch {
  notice.remove();
}

/** Offers what is ready now, and what will be. */
function follow(workers, registration) {
  let asked = false;
  const takeOver = () => {
    // Gone where another tab was faster.
    if (registration.waiting === null) return location.reload();
    asked = true;
    registration.waiting.postMessage("take over");
  };
  const offerWaiting = () => {
    if (registration.waiting !== null && registration.active !== null) offer(takeOver);
  };
  const watch = (worker) => worker?.addEventListener("statechange", offerWaiting);
  registration.addEventListener("updatefound", () => watch(registration.installing));
  watch(registration.installing);
  offerWaiting();
  if (registration.active !== null) lookForNext(registration);

  let controlled = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    if (asked) location.reload();
    else if (controlled) offer(() => location.reload()); // Another tab has asked.
    controlled = true;
  });
}

/** Browsers look for a new version by themselves, but when is theirs to choose. Without a network there is none. */
async function lookForNext(registration) {
  for (const wait of [2000, 8000, 0]) {
    try {
      return await registration.update();
    } catch {
      // A connection may break once, as when a network has just changed.
      await pause(wait);
    }
  }
}

/** A text in the language of the page, which has those of the notice in a place that nobody sees; until it is there in English. */
const said = (english) => document.querySelector(`#update-words [title="${english}"]`)?.textContent ?? english;

/** Shows the notice. A run is never stopped without a word. */
function offer(reload) {
  notice.setAttribute("aria-label", said("New version"));
  const title = document.createElement("b");
  title.textContent = said("A new version is ready");
  const text = document.createElement("span");
  const go = button(said("Reload"), () => {
    if (isBusy() && text.textContent === "") {
      text.textContent = said("Reloading stops what is running.");
      go.textContent = said("Stop and reload");
    } else {
      go.disabled = true;
      reload();
    }
  });
  notice.replaceChildren(title, text, go, button(said("Later"), () => notice.replaceChildren()));
}

function button(label, onclick) {
  const button = document.createElement("button");
  return Object.assign(button, { type: "button", className: "btn small", textContent: label, onclick });
}
