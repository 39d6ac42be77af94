// A widget's script as Python sends it: what all share first, then its parts if it has some. Its
// exports can be tested without a browser.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

const folder = new URL("../../mlpkit/widgets/", import.meta.url);

export async function load(stem) {
  const names = new Set(["common", "frame", `${stem}/${stem}_parts`, `${stem}/${stem}`]);
  const wanted = [...names].map((name) => new URL(`${name}.js`, folder)).filter(existsSync);
  const parts = await Promise.all(wanted.map((file) => readFile(file, "utf8")));
  return import(`data:text/javascript;base64,${Buffer.from(parts.join("\n")).toString("base64")}`);
}
