"""Write the product of float32 matrices for a browser tab as WebAssembly: `python -m lite.product`.

WebAssembly has instructions for four numbers at once, which the tab's NumPy does not use. The text is made
here; npm's wabt turns it into mlpkit/core/product.wasm, which core/_product.py calls.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .wheels import ROOT

BINARY = ROOT / "mlpkit" / "core" / "product.wasm"
WABT = "wabt@1.0.39"
ROWS, VECTORS = 4, 2  # a tile of the result that stays in registers: 4 rows of 2 vectors of 4 numbers
NUMBERS = 4 * VECTORS

# a, b and out are addresses; strides in bytes. Rows of b and out lie in one piece, a may lie in any way.
PARAMETERS = (
    "a",
    "b",
    "out",
    "rows",
    "columns",
    "inner",
    "a_row_stride",
    "a_column_stride",
    "b_row_stride",
    "out_row_stride",
)
INTEGERS = ("row", "column", "left", "at_a", "at_b", "at_out")

# wabt reads the text, and writes the binary with an empty section that marks it for Pyodide's loader.
ASSEMBLE = """
const { readFileSync, writeFileSync } = require("fs");
require("wabt")().then((wabt) => {
  const text = wabt.parseWat("product.wat", readFileSync(process.argv[1], "utf8"), { simd: true });
  text.validate();
  const binary = Buffer.from(text.toBinary({}).buffer);
  const mark = Buffer.from([0, 15, 8, ...Buffer.from("dylink.0"), 1, 4, 0, 0, 0, 0]);
  writeFileSync(process.argv[2], Buffer.concat([binary.subarray(0, 8), mark, binary.subarray(8)]));
});
"""


def text() -> str:
    """The module in WebAssembly's text form.

    returns: str
    """
    names = [*(f"(local $b{v} v128)" for v in range(VECTORS)), "(local $one v128)", "(local $sum f32)"]
    names += [f"(local $out{r}{v} v128)" for r in range(ROWS) for v in range(VECTORS)]
    lines = [
        '(module (import "env" "memory" (memory 0))',
        '(func (export "product")',
        *(f"(param ${name} i32)" for name in PARAMETERS),
        *(f"(local ${name} i32)" for name in INTEGERS),
        *names,
        *_while_fits("row", ROWS, "rows", _row_of_tiles(ROWS)),
        *_while_fits("row", 1, "rows", _row_of_tiles(1)),
        "))",
    ]
    return "\n".join(lines) + "\n"


def _row_of_tiles(rows: int) -> Iterator[str]:
    """All columns of some rows: wide tiles, then one vector, then the last columns number by number."""
    yield "(local.set $column (i32.const 0))"
    yield from _while_fits("column", NUMBERS, "columns", _tile(rows, VECTORS))
    yield from _while_fits("column", 4, "columns", _tile(rows, 1))
    yield from _while_fits("column", 1, "columns", _numbers(rows))


def _tile(rows: int, vectors: int) -> Iterator[str]:
    """One tile of the result: out = sum of a's numbers times b's vectors."""
    cells = [(r, v) for r in range(rows) for v in range(vectors)]
    yield from _find()
    yield from (f"(local.set $out{r}{v} (v128.const i32x4 0 0 0 0))" for r, v in cells)
    step = [f"(local.set $b{v} (v128.load offset={16 * v} (local.get $at_b)))" for v in range(vectors)]
    for r in range(rows):
        step.append(f"(local.set $one (v128.load32_splat {_row('at_a', 'a_row_stride', r)}))")
        for v in range(vectors):
            product = f"(f32x4.mul (local.get $one) (local.get $b{v}))"
            step.append(f"(local.set $out{r}{v} (f32x4.add (local.get $out{r}{v}) {product}))")
    yield from _for_each_inner(step)
    for r, v in cells:
        yield f"(v128.store offset={16 * v} {_row('at_out', 'out_row_stride', r)} (local.get $out{r}{v}))"


def _numbers(rows: int) -> Iterator[str]:
    """One column of some rows, number by number."""
    for r in range(rows):
        yield from _find()
        yield "(local.set $sum (f32.const 0))"
        a = f"(f32.load {_row('at_a', 'a_row_stride', r)})"
        product = f"(f32.mul {a} (f32.load (local.get $at_b)))"
        yield from _for_each_inner([f"(local.set $sum (f32.add (local.get $sum) {product}))"])
        yield f"(f32.store {_row('at_out', 'out_row_stride', r)} (local.get $sum))"


def _find() -> Iterator[str]:
    """Where the rows of a, the columns of b and the tile of the result begin."""
    row, column = "(local.get $row)", "(i32.shl (local.get $column) (i32.const 2))"
    yield f"(local.set $at_a (i32.add (local.get $a) (i32.mul {row} (local.get $a_row_stride))))"
    yield f"(local.set $at_b (i32.add (local.get $b) {column}))"
    start = f"(i32.add (local.get $out) (i32.mul {row} (local.get $out_row_stride)))"
    yield f"(local.set $at_out (i32.add {start} {column}))"


def _for_each_inner(step: list[str]) -> Iterator[str]:
    """A loop over a's columns, which are b's rows."""
    yield "(local.set $left (local.get $inner))"
    yield "(block (loop (br_if 1 (i32.eqz (local.get $left)))"
    yield from step
    yield from _advance("at_a", "(local.get $a_column_stride)")
    yield from _advance("at_b", "(local.get $b_row_stride)")
    yield from _advance("left", "(i32.const -1)")
    yield "(br 0)))"


def _while_fits(name: str, step: int, end: str, body: Iterator[str]) -> Iterator[str]:
    """A loop that goes on while `step` more fit before the end; what is left is the next loop's."""
    after = f"(i32.add (local.get ${name}) (i32.const {step}))"
    yield f"(block (loop (br_if 1 (i32.gt_s {after} (local.get ${end})))"
    yield from body
    yield from _advance(name, f"(i32.const {step})")
    yield "(br 0)))"


def _advance(name: str, by: str) -> Iterator[str]:
    yield f"(local.set ${name} (i32.add (local.get ${name}) {by}))"


def _row(start: str, stride: str, row: int) -> str:
    """The address of a row after the first."""
    if row == 0:
        return f"(local.get ${start})"
    return f"(i32.add (local.get ${start}) (i32.mul (local.get ${stride}) (i32.const {row})))"


def build(target: Path = BINARY) -> Path:
    """Make the binary, with npm's wabt.

    target: Path, written
    returns: Path, the same
    raises: OSError or subprocess.CalledProcessError, when npm or node is missing or fails
    """
    with tempfile.TemporaryDirectory() as folder:
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        npm = shutil.which("npm") or "npm"
        subprocess.run(
            [npm, "install", *quiet, "--prefix", folder, WABT], check=True, stdout=subprocess.DEVNULL
        )
        source = Path(folder) / "product.wat"
        source.write_text(text(), "utf-8")
        subprocess.run(["node", "-e", ASSEMBLE, source, target.resolve()], cwd=folder, check=True)
    return target


if __name__ == "__main__":
    print(f"{build()}: {BINARY.stat().st_size} bytes")
