// A drawing as data: what was drawn, how it is painted, how it becomes a link. No page, no events.
//
// A stroke is {width, erase, points: [[x, y], …]} in pad units: the pad is SIDE × SIDE units whatever its size on screen.
// A stylus's points are [x, y, pressure], 0–1.

export const SIDE = 280;

/** How much wider than chosen a line is under a pressure: half pressure, a pen's usual, is the brush as chosen. */
const wider = (pressure) => 0.5 + pressure;

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
  if (points.length === 1) {
    // a tap is a dot; a line of no length is not drawn everywhere
    context.arc(points[0][0], points[0][1], (stroke.width * wider(points[0][2] ?? 0.5)) / 2, 0, 2 * Math.PI);
    context.fill();
  } else if (points[0].length > 2) {
    paintPressed(context, stroke);
  } else {
    context.moveTo(points[0][0], points[0][1]);
    for (let i = 1; i < points.length - 1; i++) {
      const [x, y] = points[i];
      const [nextX, nextY] = points[i + 1];
      context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
    }
    context.lineTo(...points.at(-1));
    context.stroke();
  }
  context.restore();
}

/** The same curve in pieces, one a point, each as wide as the pen was pressed there. */
function paintPressed(context, {width, points}) {
  const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  points.forEach((point, i) => {
    const from = i ? middle(points[i - 1], point) : point;
    const to = i < points.length - 1 ? middle(point, points[i + 1]) : point;
    context.lineWidth = width * wider(point[2]);
    context.beginPath();
    context.moveTo(from[0], from[1]);
    context.quadraticCurveTo(point[0], point[1], to[0], to[1]);
    context.stroke();
  });
}

/** The drawing as every model gets it: a canvas of SIDE × SIDE, black on white, whatever the theme shows. */
export function sheet(strokes) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d', {willReadFrequently: true}); // in memory: no way to and from a graphics card
  for (const stroke of strokes) paintStroke(context, stroke, '#000');
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  return canvas;
}

/** The same as a PNG Blob. Not by toBlob, which waits until the browser is idle: up to a second while someone draws. */
export function picture(strokes) {
  const [, text] = sheet(strokes).toDataURL('image/png').split(',');
  return new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], {type: 'image/png'});
}

// ---- as text for a link: a byte of format, then per stroke: width (top bit: eraser), count, x and y a byte each; the
// second format, for a stylus, has after the count whether there is a pressure, and that as each point's third byte ----

const [PLAIN, PRESSED] = [1, 2];
const MOST_POINTS = 4000; // a link stays under ~11 kB, which every browser and chat program carries
const toByte = (value) => Math.max(0, Math.min(255, Math.round((value * 255) / SIDE)));

/** Drop points closer than `gap` units to the last one kept: a link need not carry what the eye cannot see. */
function thin(points, gap) {
  const kept = [points[0]];
  for (const point of points.slice(1, -1)) {
    if (Math.hypot(point[0] - kept.at(-1)[0], point[1] - kept.at(-1)[1]) >= gap) kept.push(point);
  }
  if (points.length > 1) kept.push(points.at(-1));
  return kept;
}

const pressed = (stroke) => stroke.points[0].length > 2;

/** Strokes as URL-safe text, or '' when the drawing is too long for a link. */
export function encode(strokes) {
  const format = strokes.some(pressed) ? PRESSED : PLAIN;
  const bytes = [format];
  for (const stroke of strokes) {
    let points = thin(stroke.points, 3);
    while (points.length) {
      // a count is one byte: a longer stroke goes on where it was cut
      const part = points.slice(0, 255);
      bytes.push(Math.min(127, Math.round(stroke.width)) | (stroke.erase ? 128 : 0), part.length);
      if (format === PRESSED) bytes.push(Number(pressed(stroke)));
      for (const [x, y, pressure] of part) {
        bytes.push(toByte(x), toByte(y));
        if (pressed(stroke)) bytes.push(Math.round(255 * pressure));
      }
      points = points.length > 255 ? points.slice(254) : [];
    }
  }
  if (bytes.length > 2 * MOST_POINTS) return '';
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Strokes from a link's text; null when it is not one of ours, for a link may come from anybody. */
export function decode(text) {
  if (!text || text.length > 3 * MOST_POINTS || /[^\w-]/.test(text)) return null;
  let bytes;
  try {
    bytes = Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
  const [format] = bytes;
  if (format !== PLAIN && format !== PRESSED) return null;
  const strokes = [];
  for (let at = 1; at < bytes.length; ) {
    const [head, count] = [bytes[at], bytes[at + 1]];
    const size = format === PRESSED && bytes[at + 2] ? 3 : 2; // bytes of a point
    at += format === PRESSED ? 3 : 2;
    if (!count || at + size * count > bytes.length) return null;
    const points = [];
    for (; points.length < count; at += size) {
      const point = [(bytes[at] * SIDE) / 255, (bytes[at + 1] * SIDE) / 255];
      points.push(size === 3 ? [...point, bytes[at + 2] / 255] : point);
    }
    strokes.push({width: Math.max(1, head & 127), erase: head > 127, points});
  }
  return strokes;
}
