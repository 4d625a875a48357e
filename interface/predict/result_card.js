// A result as a picture to keep or send: the drawing, the answer with its doubt, the images that the model saw.

import {bytesOf} from '../page/base64.js';
import {context2d} from '../page/dom.js';
import {percent} from '../page/percent.js';
import {save} from '../page/save.js';
import {NEARLY_NONE, WHY} from './answer.js';
import {imageTile, sizeOf} from './tiles.js';

/** @import {Answer, Picture} from '../page/types.js' */

const [WIDTH, HEIGHT, EDGE] = [1200, 630, 56]; // px: the shape chat programs show a shared picture in
const SIDE = HEIGHT - 2 * EDGE;
const LEFT = EDGE + SIDE + 64; // where the words start
const SEEN = 104; // px, each 28 × 28
const MOST_SEEN = 4;

/**
 * Save the card of an answer.
 * @param {Element} root  where the theme's colours hold
 * @param {Picture} drawing  what was read
 * @param {Answer} answer  with a digit or more
 */
export async function saveCard(root, drawing, answer) {
  const content = await card(root, drawing, answer);
  if (content) save(content, `digits-${answer.text.replaceAll('\n', '-') || 'none'}.png`);
}

/**
 * The card of an answer.
 * @param {Element} root  where the theme's colours hold
 * @param {Picture} drawing  what was read
 * @param {Answer} answer
 * @returns {Promise<Blob | null>} a PNG
 */
function card(root, drawing, answer) {
  const canvas = Object.assign(document.createElement('canvas'), {width: WIDTH, height: HEIGHT});
  const context = context2d(canvas);
  const style = getComputedStyle(root);
  /** @type {(name: string) => string} */
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  /** @type {(text: string, x: number, y: number, size: number, name: string, weight?: number) => void} name: of the colour */
  const write = (text, x, y, size, name, weight = 400) => {
    context.font = `${weight} ${size}px system-ui, sans-serif`;
    context.fillStyle = colour(name);
    context.fillText(text, x, y);
  };
  context.fillStyle = colour('ground');
  context.fillRect(0, 0, WIDTH, HEIGHT);
  paintDrawing(context, drawing, colour('line'));
  writeAnswer(write, answer);
  answer.digits.slice(0, MOST_SEEN).forEach((digit, at) => {
    const tile = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
    imageTile(tile, bytesOf(digit.image));
    context.imageSmoothingEnabled = false;
    context.drawImage(tile, LEFT + at * (SEEN + 12), HEIGHT - EDGE - SEEN, SEEN, SEEN);
  });
  context.textAlign = 'right';
  write('Digits', WIDTH - EDGE, HEIGHT - EDGE - 32, 32, 'text', 650);
  write(`read by ${answer.model}`, WIDTH - EDGE, HEIGHT - EDGE, 22, 'soft');
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/**
 * The text, as large as it fits, and below it the verdict and why it is unsure, or the runner-up.
 * @param {(text: string, x: number, y: number, size: number, name: string, weight?: number) => void} write
 * @param {Answer} answer
 */
function writeAnswer(write, answer) {
  const [only] = answer.digits.length === 1 ? answer.digits : [];
  const lines = (answer.text || '?').split('\n');
  const letters = Math.max(...lines.map((line) => line.length));
  const size = Math.min(300, (1.55 * (WIDTH - EDGE - LEFT)) / letters, 280 / lines.length);
  lines.forEach((line, at) => {
    write(line, LEFT, EDGE + size * (0.78 + at), size, 'text', 650);
  });
  const none = answer.verdict === 'not a digit';
  const chance = only ? ` · ${percent(none ? only.not_digit : only.probability)}` : '';
  const colour = answer.verdict === 'sure' ? 'good' : answer.verdict === 'unsure' ? 'warn' : 'soft';
  write(answer.verdict + chance, LEFT, 396, 40, colour, 600);
  const why = WHY[answer.why];
  if (why) {
    write(why, LEFT, 440, 25, 'soft');
  } else if (only && !none && only.probabilities[only.runner_up] >= NEARLY_NONE) {
    write(`runner-up ${only.runner_up} · ${percent(only.probabilities[only.runner_up])}`, LEFT, 440, 28, 'soft');
  }
}

/**
 * The drawing whole, on its white sheet.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} drawing
 * @param {string} line  colour of the sheet's edge
 */
function paintDrawing(context, drawing, line) {
  context.fillStyle = '#fff';
  context.strokeStyle = line;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(EDGE, EDGE, SIDE, SIDE, 22);
  context.fill();
  const [w, h] = sizeOf(drawing);
  const scale = SIDE / Math.max(w, h);
  context.save();
  context.clip();
  context.imageSmoothingEnabled = w > 100; // a 28 × 28 image shows its pixels
  context.drawImage(drawing, EDGE + (SIDE - w * scale) / 2, EDGE + (SIDE - h * scale) / 2, w * scale, h * scale);
  context.restore();
  context.stroke();
}
