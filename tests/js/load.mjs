// A widget's script as Python sends it: common.js first. Its exports can be tested without a browser.
import { readFile } from "node:fs/promises";

const folder = new URL("../../mlpkit/widgets/", import.meta.url);

export async function load(stem) {
  const parts = [await readFile(new URL("common.js", folder), "utf8")];
  if (stem !== "common") parts.push(await readFile(new URL(`${stem}.js`, folder), "utf8"));
  return import(`data:text/javascript;base64,${Buffer.from(parts.join("\n")).toString("base64")}`);
}
