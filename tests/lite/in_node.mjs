// Runs a Python program in Pyodide: node in_node.mjs PYODIDE.mjs PROGRAM.py MLPKIT [WHEEL ...]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, program, root, ...wheels] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodide));
const python = await loadPyodide({ env: { MLPKIT_HEADLESS: "1" } });
for (const wheel of wheels) python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
python.FS.mkdirTree("/root");
python.FS.mount(python.FS.filesystems.NODEFS, { root }, "/root");
try {
  python.runPython(readFileSync(program, "utf-8"));
} catch (error) {
  console.error(error.message); // the whole of it would bring a line of Pyodide's own, a megabyte long
  process.exitCode = 1;
}
