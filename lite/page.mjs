// What a page of the site does before JupyterLite starts: it asks the browser to keep what the learner writes, and
// lets a new edition of the lessons be seen. JupyterLite itself goes on showing the copy that was saved last.

const AHEAD = "mlpkit-ahead"; // the channel on which the kernel names files that will be needed; _site.py knows it too
const NOTED = "mlpkit-lessons"; // in localStorage: the sums of the lessons at the last visit

/**
 * Which saved lessons get another name, since the site has a newer edition of them.
 *   before, now: name -> sum of the site's lessons, at the last visit and today
 *   saved: names of the files that the browser keeps
 * returns: [old name, new name] each
 */
export function renamed(before, now, saved) {
  const taken = new Set(saved);
  return saved.filter((name) => before[name] && now[name] && before[name] !== now[name]).map((name) => {
    const [stem, ending] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
    let [yours, number] = [`${stem} (yours)${ending}`, 1];
    while (taken.has(yours)) yours = `${stem} (yours ${++number})${ending}`;
    taken.add(yours);
    return [name, yours];
  });
}

const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Compare the site's lessons with those of the last visit, and rename what the learner has saved of the old ones. */
export async function makeRoom(storage) {
  const now = await (await fetch(new URL("lessons.json", import.meta.url), { cache: "no-cache" })).json();
  const before = JSON.parse(localStorage.getItem(NOTED) ?? "{}");
  if ((await indexedDB.databases()).some(({ name }) => name === storage)) {
    const database = await answer(indexedDB.open(storage));
    try {
      if (database.objectStoreNames.contains("files")) {
        const files = database.transaction("files", "readwrite").objectStore("files");
        for (const [name, yours] of renamed(before, now, await answer(files.getAllKeys()))) {
          await answer(files.put({ ...(await answer(files.get(name))), name: yours, path: yours }, yours));
          await answer(files.delete(name));
        }
      }
    } finally {
      database.close();
    }
  }
  localStorage.setItem(NOTED, JSON.stringify(now));
}

/** Fetch a file into the browser's cache while nothing else is fetched; from a CDN in the way in which the kernel asks. */
function fetchAhead(href) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", href, crossOrigin: "anonymous" }));
}

if (typeof document !== "undefined") {
  new BroadcastChannel(AHEAD).onmessage = ({ data }) => fetchAhead(data);
  navigator.storage?.persist?.().catch(() => {}); // without it, a browser that is short of space may delete files
  const late = new Promise((resolve) => { setTimeout(resolve, 5000); });
  await Promise.race([makeRoom("mlpkit").catch(() => {}), late]); // the course starts, whatever happens here
}
