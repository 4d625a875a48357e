// The colours of the map's points.

// Ten colours that stay apart for most colour-blind eyes on both grounds; the key names each digit, and words say it again.
export const COLOURS = ['#3d7dd8', '#e07b1f', '#2f9e6b', '#c8463c', '#8b62c9', '#a9783f', '#d75fa6', '#7f8790', '#b0a219', '#1fa8b8'];
export const [RIGHT, WRONG] = ['#8b8f98', '#d1332b'];

/** @type {(certainty: number) => string} of 0–255: certain is grey, doubt is red */
export function doubt(certainty) {
  const share = Math.round((4 * (255 - certainty)) / 255) / 4; // five colours are few enough to be painted one after the other
  return share === 0 ? RIGHT : `rgb(${Math.round(139 + 70 * share)} ${Math.round(143 - 92 * share)} ${Math.round(152 - 109 * share)})`;
}
