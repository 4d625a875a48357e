// Small pictures of the path picture → ink → crop → 28 × 28, painted on canvases.

const TILE = 168; // canvas pixels a tile has: 84 on screen, twice that for fine screens

/** base64 of 28 × 28 bytes as a Uint8Array. */
export const grey = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function fresh(canvas) {
  canvas.width = canvas.height = TILE;
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  return context;
}

/** The whole of `source` fitted into a tile; box: a place to outline, in pixels of a picture `width` wide. */
export function pictureTile(canvas, source, box, width) {
  const [w, h] = [source.naturalWidth ?? source.width, source.naturalHeight ?? source.height];
  const scale = TILE / Math.max(w, h);
  const [left, top] = [(TILE - w * scale) / 2, (TILE - h * scale) / 2];
  const context = fresh(canvas);
  context.drawImage(source, left, top, w * scale, h * scale);
  if (!box) return;
  const each = (w * scale) / width;
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue('--box');
  context.lineWidth = 4;
  context.strokeRect(left + box[0] * each, top + box[1] * each, box[2] * each, box[3] * each);
}

/** What `box` holds of `source`, fitted into a tile with a little air. */
export function cropTile(canvas, source, box, width) {
  const each = (source.naturalWidth ?? source.width) / width;
  const [x, y, w, h] = box.map((value) => value * each);
  const scale = (0.86 * TILE) / Math.max(w, h, 1);
  fresh(canvas).drawImage(source, x, y, w, h, (TILE - w * scale) / 2, (TILE - h * scale) / 2, w * scale, h * scale);
}

/** What `box` holds of `source` with paper around it, as a canvas of at most 280 px: one digit as a picture of its own. */
export function cutOut(source, box, width) {
  const each = (source.naturalWidth ?? source.width) / width;
  const air = 0.2 * Math.max(box[2], box[3]); // paper, so that ink can be told from it
  const right = width;
  const bottom = (source.naturalHeight ?? source.height) / each;
  const [x, y] = [Math.max(0, box[0] - air), Math.max(0, box[1] - air)];
  const [w, h] = [Math.min(right, box[0] + box[2] + air) - x, Math.min(bottom, box[1] + box[3] + air) - y];
  const scale = Math.min(each, 280 / Math.max(w, h));
  const canvas = Object.assign(document.createElement('canvas'), {width: Math.ceil(w * scale), height: Math.ceil(h * scale)});
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, x * each, y * each, w * each, h * each, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** 28 × 28 bytes, each one pixel. */
export function imageTile(canvas, bytes) {
  const context = canvas.getContext('2d');
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => image.data.set([value, value, value, 255], 4 * at));
  context.putImageData(image, 0, 0);
}

/** The image in grey with `weights` (784 numbers in [-1, 1]) on its ink: for the answer in one colour, against in another. */
export function whyTile(canvas, bytes, weights) {
  const style = getComputedStyle(canvas);
  const [pro, con] = ['--for', '--against'].map((name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number));
  const context = canvas.getContext('2d');
  const image = context.createImageData(28, 28);
  bytes.forEach((value, at) => {
    const weight = Math.abs(weights[at]);
    const colour = weights[at] > 0 ? pro : con;
    const base = 0.3 * value;
    const paint = colour.map((part) => Math.round(base * (1 - weight) + weight * part * (0.25 + (0.75 * value) / 255)));
    image.data.set([...paint, 255], 4 * at);
  });
  context.putImageData(image, 0, 0);
}
