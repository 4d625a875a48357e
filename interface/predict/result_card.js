// A result as a picture to keep or send: the drawing, the answer with its doubt, the images the model saw.

import {percent} from './answer.js';
import {grey, imageTile} from './tiles.js';

const [WIDTH, HEIGHT, EDGE] = [1200, 630, 56]; // px: the shape chat programs show a shared picture in
const SIDE = HEIGHT - 2 * EDGE;
const LEFT = EDGE + SIDE + 64; // where the words start
const SEEN = 104; // px, each 28 × 28
const MOST_SEEN = 4;

/** root: where the theme's colours hold; drawing: a canvas or <img>; answer: as answer.js has it. Resolves to a PNG Blob. */
export function card(root, drawing, answer) {
  const canvas = Object.assign(document.createElement('canvas'), {width: WIDTH, height: HEIGHT});
  const paper = canvas.getContext('2d');
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const write = (text, x, y, size, name, weight = 400) => {
    paper.font = `${weight} ${size}px system-ui, sans-serif`;
    paper.fillStyle = colour(name);
    paper.fillText(text, x, y);
  };
  paper.fillStyle = colour('ground');
  paper.fillRect(0, 0, WIDTH, HEIGHT);
  drawn(paper, drawing, colour('line'));

  const [only] = answer.digits.length === 1 ? answer.digits : [];
  const lines = (answer.text || '?').split('\n');
  const letters = Math.max(...lines.map((line) => line.length));
  const size = Math.min(300, (1.55 * (WIDTH - EDGE - LEFT)) / letters, 280 / lines.length);
  lines.forEach((line, at) => write(line, LEFT, EDGE + size * (0.78 + at), size, 'text', 650));
  const none = answer.verdict === 'not a digit';
  const chance = only ? ` · ${percent(none ? only.not_digit : only.probability)}` : '';
  write(answer.verdict + chance, LEFT, 396, 40, {sure: 'good', unsure: 'warn'}[answer.verdict] ?? 'soft', 600);
  if (only && !none && only.probabilities[only.runner_up] >= 0.0005) {
    write(`runner-up ${only.runner_up} · ${percent(only.probabilities[only.runner_up])}`, LEFT, 440, 28, 'soft');
  }

  answer.digits.slice(0, MOST_SEEN).forEach((digit, at) => {
    const tile = Object.assign(document.createElement('canvas'), {width: 28, height: 28});
    imageTile(tile, grey(digit.image));
    paper.imageSmoothingEnabled = false;
    paper.drawImage(tile, LEFT + at * (SEEN + 12), HEIGHT - EDGE - SEEN, SEEN, SEEN);
  });
  paper.textAlign = 'right';
  write('Digits', WIDTH - EDGE, HEIGHT - EDGE - 32, 32, 'text', 650);
  write(`read by ${answer.model}`, WIDTH - EDGE, HEIGHT - EDGE, 22, 'soft');
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** The drawing whole, on its white sheet. */
function drawn(paper, drawing, line) {
  paper.fillStyle = '#fff';
  paper.strokeStyle = line;
  paper.lineWidth = 2;
  paper.beginPath();
  paper.roundRect(EDGE, EDGE, SIDE, SIDE, 22);
  paper.fill();
  const [w, h] = [drawing.naturalWidth ?? drawing.width, drawing.naturalHeight ?? drawing.height];
  const scale = SIDE / Math.max(w, h);
  paper.save();
  paper.clip();
  paper.imageSmoothingEnabled = w > 100; // a 28 × 28 image shows its pixels
  paper.drawImage(drawing, EDGE + (SIDE - w * scale) / 2, EDGE + (SIDE - h * scale) / 2, w * scale, h * scale);
  paper.restore();
  paper.stroke();
}
