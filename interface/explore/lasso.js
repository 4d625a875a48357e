// Which points a line that is drawn around them holds.

/**
 * A line with at most so many of its points, the first and the others evenly.
 * @param {[x: number, y: number][]} line
 * @param {number} most
 */
export const thinned = (line, most) =>
  line.length <= most ? line : Array.from({length: most}, (_, at) => line[Math.floor((at * line.length) / most)]);

/**
 * Whether a place lies within a polygon (a line to the right crosses it an odd number of times).
 * @param {[x: number, y: number][]} polygon
 * @param {[x: number, y: number]} place
 */
export function within(polygon, [x, y]) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [[x1, y1], [x2, y2]] = [polygon[i], polygon[j]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
