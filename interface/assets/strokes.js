// A drawing as data: what was drawn, how it is painted, how it becomes a link. No page, no events.
//
// A stroke is {width, erase, points: [[x, y], …]} in pad units: the pad is SIDE × SIDE units whatever its size on screen.

export const SIDE = 280;

/** Paint one stroke with round ends and a curve through the points' midpoints; an erasing stroke takes ink away. */
export function paintStroke(context, stroke, colour) {
  const points = stroke.points;
  if (!points.length) return;
  context.save();
  context.globalCompositeOperation = stroke.erase ? 'destination-out' : 'source-over';
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = stroke.width;
  context.lineCap = context.lineJoin = 'round';
  context.beginPath();
  if (points.length === 1) {  // a tap is a dot; a line of no length is not drawn everywhere
    context.arc(points[0][0], points[0][1], stroke.width / 2, 0, 2 * Math.PI);
    context.fill();
  } else {
    context.moveTo(...points[0]);
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i], [nextX, nextY] = points[i + 1];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    context.lineTo(...points.at(-1));
    context.stroke();
  }
  context.restore();
}

/** The drawing as every model gets it: a canvas of SIDE × SIDE, black on white, whatever the theme shows. */
export function sheet(strokes) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  for (const stroke of strokes) paintStroke(context, stroke, '#000');
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  return canvas;
}

/** The same as a PNG Blob. */
export const picture = (strokes) => new Promise((resolve) => sheet(strokes).toBlob(resolve, 'image/png'));

// ---- as text for a link: one format byte, then per stroke: width (top bit: eraser), count, x and y a byte each ----

const FORMAT = 1;
const MOST_POINTS = 4000;  // a link stays under ~11 kB, which every browser and chat program carries
const toByte = (value) => Math.max(0, Math.min(255, Math.round(value * 255 / SIDE)));

/** Drop points closer than `gap` units to the last one kept: a link need not carry what the eye cannot see. */
function thin(points, gap) {
  const kept = [points[0]];
  for (const point of points.slice(1, -1)) {
    if (Math.hypot(point[0] - kept.at(-1)[0], point[1] - kept.at(-1)[1]) >= gap) kept.push(point);
  }
  if (points.length > 1) kept.push(points.at(-1));
  return kept;
}

/** Strokes as URL-safe text, or '' when the drawing is too long for a link. */
export function encode(strokes) {
  const bytes = [FORMAT];
  for (const stroke of strokes) {
    let points = thin(stroke.points, 3);
    while (points.length) {  // a count is one byte: a longer stroke goes on where it was cut
      const part = points.slice(0, 255);
      bytes.push(Math.min(127, Math.round(stroke.width)) | (stroke.erase ? 128 : 0), part.length);
      for (const [x, y] of part) bytes.push(toByte(x), toByte(y));
      points = points.length > 255 ? points.slice(254) : [];
    }
  }
  if (bytes.length > 2 * MOST_POINTS) return '';
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Strokes from a link's text; null when it is not one of ours, for a link may come from anybody. */
export function decode(text) {
  if (!text || text.length > 3 * MOST_POINTS || /[^\w-]/.test(text)) return null;
  let bytes;
  try {
    bytes = Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch { return null; }
  if (bytes[0] !== FORMAT) return null;
  const strokes = [];
  for (let at = 1; at < bytes.length;) {
    const [head, count] = [bytes[at], bytes[at + 1]];
    if (!count || at + 2 + 2 * count > bytes.length) return null;
    const points = [];
    for (at += 2; points.length < count; at += 2) {
      points.push([bytes[at] * SIDE / 255, bytes[at + 1] * SIDE / 255]);
    }
    strokes.push({width: Math.max(1, head & 127), erase: head > 127, points});
  }
  return strokes;
}
