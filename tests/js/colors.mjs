// Colours of the style sheet that all widgets share, and how strongly two colours stand out from each other.
import { readFile } from "node:fs/promises";

const sheet = await readFile(new URL("../../mlpkit/widgets/common.css", import.meta.url), "utf8");

/** "#0072b2" or "#fff" -> [0, 114, 178]. */
const channels = (hex) => (hex.length === 4 ? [...hex.slice(1)].map((c) => c + c) : hex.slice(1).match(/../g)).map((c) => parseInt(c, 16));

/** The colours by name in the first rule whose selector is given; those that the system chooses are left out. */
export function palette(selector) {
  const at = sheet.indexOf(`${selector} {`);
  if (at < 0) throw new Error(`no rule for ${selector}`);
  const rule = sheet.slice(at, sheet.indexOf("}", at));
  const found = rule.matchAll(/--mlp-([\w-]+): (?:var\([\w-]+, )?(#[0-9a-f]+)\)?;/g);
  return Object.fromEntries([...found].map(([, name, color]) => [name, channels(color)]));
}

function luminance(rgb) {
  const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

export const LIGHT = palette(".mlp");
export const DARK = palette('body[data-jp-theme-light="false"] .mlp,\nbody.vscode-dark .mlp');
export const FORCED = palette('.mlp, body[data-jp-theme-light] .mlp, body.vscode-dark .mlp');
