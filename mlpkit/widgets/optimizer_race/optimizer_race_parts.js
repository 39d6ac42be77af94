// What the optimiser race draws with: the land, a cross, a ring, and a marker for each lane.

const BANDS = 18; // shades of the surface

/** The shade of a surface at a share of its width and height, between the four ranks around it. */
export function rankAt(ranks, [rows, columns], u, v) {
  const [x, y] = [u * (columns - 1), v * (rows - 1)];
  const [i, k] = [Math.min(rows - 2, Math.floor(y)), Math.min(columns - 2, Math.floor(x))];
  const [a, b] = [x - k, y - i];
  const at = (r, c) => ranks[r * columns + c];
  return (1 - b) * ((1 - a) * at(i, k) + a * at(i, k + 1)) + b * ((1 - a) * at(i + 1, k) + a * at(i + 1, k + 1));
}

/** The land's colours: its lowest place, its highest, and what is added to each where two bands meet. Every lane has at
    least 3:1 against all of them; in forced colours the lanes are darker, so a dark land is darker too. */
export function landColors({ dark, forced }) {
  if (!dark) return [[253, 254, 255], [231, 238, 244], -9];
  return forced ? [[0, 0, 0], [32, 36, 40], 6] : [[22, 25, 28], [60, 73, 86], 10];
}

/** The surface in bands of equal area, with a line where one band meets the next. */
function paintLand(canvas, ranks, w, tall, theme) {
  Object.assign(canvas, { width: w, height: tall });
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(w, tall);
  const [low, high, edge] = landColors(theme);
  const bands = new Uint8Array(w * tall);
  for (let j = 0; j < tall; j++) {
    for (let i = 0; i < w; i++) bands[j * w + i] = Math.min(BANDS - 1, Math.floor(BANDS * rankAt(ranks, ranks.shape, i / (w - 1), 1 - j / (tall - 1))));
  }
  for (let j = 0; j < tall; j++) {
    for (let i = 0; i < w; i++) {
      const at = j * w + i;
      const meets = (i + 1 < w && bands[at] !== bands[at + 1]) || (j + 1 < tall && bands[at] !== bands[at + w]);
      for (let c = 0; c < 3; c++) image.data[4 * at + c] = low[c] + (bands[at] / (BANDS - 1)) * (high[c] - low[c]) + (meets ? edge : 0);
      image.data[4 * at + 3] = 255;
    }
  }
  ctx.putImageData(image, 0, 0);
}

function cross(ctx, x, y, theme) {
  Object.assign(ctx, { strokeStyle: theme.ink, lineWidth: 2.5 });
  ctx.beginPath();
  for (const [dx, dy] of [[8, 0], [0, 8]]) {
    ctx.moveTo(x - dx, y - dy);
    ctx.lineTo(x + dx, y + dy);
  }
  ctx.stroke();
}

function ring(ctx, x, y, theme) {
  Object.assign(ctx, { strokeStyle: theme.ink, lineWidth: 1.5 });
  for (const radius of [4, 9]) {
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.stroke();
  }
}

/** Each lane has its own shape: circle, square, triangle, diamond, triangle down, plus; the learner's are hollow. */
function marker(ctx, i, x, y, color, edge, r) {
  const shapes = [null, [[-1, -1], [1, -1], [1, 1], [-1, 1]], [[0, -1.2], [1.1, 0.9], [-1.1, 0.9]], [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]],
    [[0, 1.2], [1.1, -0.9], [-1.1, -0.9]], [[-0.4, -1.2], [0.4, -1.2], [0.4, -0.4], [1.2, -0.4], [1.2, 0.4], [0.4, 0.4], [0.4, 1.2], [-0.4, 1.2], [-0.4, 0.4], [-1.2, 0.4], [-1.2, -0.4], [-0.4, -0.4]]];
  const shape = shapes[i % 6];
  ctx.save();
  ctx.translate(x, y);
  ctx.beginPath();
  if (!shape) ctx.arc(0, 0, r, 0, 2 * Math.PI);
  else shape.forEach(([a, b], k) => (k ? ctx.lineTo(a * r, b * r) : ctx.moveTo(a * r, b * r)));
  ctx.closePath();
  Object.assign(ctx, i < 6 ? { fillStyle: color, strokeStyle: edge, lineWidth: 1.5 } : { fillStyle: edge, strokeStyle: color, lineWidth: 2.5 });
  ctx.fill();
  ctx.stroke();
  ctx.restore();
}

/** The sample of a lane for the table: its line with its dashes and its marker. */
function sample(canvas, i, { color, dash }, theme) {
  const ctx = canvas.getContext("2d");
  ctx.setTransform(2, 0, 0, 2, 0, 0);
  ctx.clearRect(0, 0, 36, 16);
  drawLine(ctx, [0, 36], [8, 8], (v) => v, (v) => v, { color, dash, width: 2 });
  marker(ctx, i, 18, 8, color, theme.surface, 5);
}
