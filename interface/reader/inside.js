// What happens inside `cnn` for an image (`answer`): its maps, what of the ink drives one of them, which change of ink turns the answer.

import {inside} from './constants.js';

/** @import {InsideAnswer, InsideRequest, Layers, Turned} from './types.js' */

const SIDE = 28;
const {LAYERS, FEATURES} = inside;
const [FEATURE_OUTPUT, PLACE_OUTPUT, PROBABILITIES] = [LAYERS.length, LAYERS.length + 1, LAYERS.length + 2];
const PATCH = 5; // px of the square that is wiped out, softly, to see what that does (Zeiler & Fergus 2014)
const STRIDE = 2; // px between two of them
const BRUSH = 3; // px of the square of ink that one step of a turn adds or wipes out
const MOST_STEPS = 24; // of a turn; beyond that it is another drawing
const INK = 0.1; // mean grey value under a square that is worth wiping out
const TINY = 1e-7;

/** @type {(bytes: Uint8Array) => Float32Array} */
const unit = (bytes) => Float32Array.from(bytes, (value) => value / 255);

/**
 * @param {Layers} network
 * @param {InsideRequest} asked
 * @returns {InsideAnswer}
 */
export function answer(network, {image, channel, turn, images}) {
  if (images) return {features: featuresOf(network, images)};
  if (channel) return {drives: drives(network, unit(image), channel.layer, channel.channel)};
  if (turn !== undefined) return {turned: turned(network, unit(image), turn)};
  const outputs = network(unit(image));
  return {
    maps: outputs.slice(0, LAYERS.length),
    features: outputs[FEATURE_OUTPUT],
    place: outputs[PLACE_OUTPUT],
    probabilities: outputs[PROBABILITIES],
  };
}

/** @type {(network: Layers, images: Uint8Array) => Float32Array} one image's after the other's */
function featuresOf(network, images) {
  const n = images.length / (SIDE * SIDE);
  const found = new Float32Array(n * FEATURES);
  for (let i = 0; i < n; i++) {
    found.set(network(unit(images.subarray(SIDE * SIDE * i, SIDE * SIDE * (i + 1))))[FEATURE_OUTPUT], FEATURES * i);
  }
  return found;
}

/** @type {(maps: Float32Array, channels: number, channel: number) => number} the mean of one channel's map */
function mean(maps, channels, channel) {
  let sum = 0;
  for (let i = channel; i < maps.length; i += channels) sum += maps[i];
  return (sum * channels) / maps.length;
}

/**
 * How much the channel's mean falls where the ink is wiped out.
 * @param {Layers} network
 * @param {Float32Array} image
 * @param {number} layer
 * @param {number} channel
 * @returns {Float32Array} 784 numbers in [-1, 1], on the ink
 */
function drives(network, image, layer, channel) {
  /** @type {(pixels: Float32Array) => number} */
  const strength = (pixels) => mean(network(pixels)[layer], LAYERS[layer], channel);
  const whole = strength(image);
  const [sum, share] = [new Float32Array(SIDE * SIDE), new Float32Array(SIDE * SIDE)];
  for (let y = 0; y < SIDE; y += STRIDE) {
    for (let x = 0; x < SIDE; x += STRIDE) {
      const covered = square(x, y, PATCH);
      if (covered.reduce((ink, i) => ink + image[i], 0) < INK * covered.length) continue;
      const without = Float32Array.from(image);
      for (const i of covered) without[i] = 0;
      const lost = whole - strength(without);
      for (const i of covered) {
        sum[i] += lost;
        share[i] += 1;
      }
    }
  }
  const found = sum.map((value, i) => (share[i] ? (value / share[i]) * image[i] : 0));
  const most = found.reduce((largest, value) => Math.max(largest, Math.abs(value)), TINY);
  return found.map((value) => value / most);
}

/** @type {(x: number, y: number, side: number) => number[]} the pixels of a square around a place, those on the image */
function square(x, y, side) {
  const [found, half] = [/** @type {number[]} */ ([]), (side - 1) / 2];
  for (let row = Math.max(0, y - half); row <= Math.min(SIDE - 1, y + half); row++) {
    for (let column = Math.max(0, x - half); column <= Math.min(SIDE - 1, x + half); column++) found.push(SIDE * row + column);
  }
  return found;
}

/**
 * A small change of ink with which the network says another digit: step by step the square whose ink or absence helps most for the
 * ink it changes. It is a small change that was found, not a proof that no smaller one is there.
 * @param {Layers} network
 * @param {Float32Array} from
 * @param {number} digit
 * @returns {Turned}
 */
function turned(network, from, digit) {
  /** @type {(pixels: Float32Array) => Float32Array} */
  const read = (pixels) => network(pixels)[PROBABILITIES];
  let [image, now] = [from, read(from)];
  const before = now[digit];
  for (let step = 0; step < MOST_STEPS && !wins(now, digit); step++) {
    /** @type {{gain: number, image: Float32Array, outputs: Float32Array} | null} */
    let best = null;
    for (const tried of changes(image)) {
      const outputs = read(tried.image);
      const gain = (margin(outputs, digit) - margin(now, digit)) / Math.sqrt(tried.amount);
      if (!best || gain > best.gain) best = {gain, image: tried.image, outputs};
    }
    if (!best || best.gain <= 0) break;
    [image, now] = [best.image, best.outputs];
  }
  const changed = image.reduce((sum, value, i) => sum + Math.abs(value - from[i]), 0) * 255;
  return {
    image: Uint8Array.from(image, (value) => Math.round(255 * value)),
    changed: Math.round(changed),
    reached: wins(now, digit),
    before,
    after: now[digit],
  };
}

/** @type {(outputs: Float32Array, digit: number) => number} how far a digit is ahead of all others, in logarithms */
function margin(outputs, digit) {
  const others = outputs.reduce((most, value, at) => (at === digit ? most : Math.max(most, value)), 0);
  return Math.log(Math.max(outputs[digit], TINY)) - Math.log(Math.max(others, TINY));
}

/** @type {(outputs: Float32Array, digit: number) => boolean} */
const wins = (outputs, digit) => margin(outputs, digit) > 0;

/** @type {(image: Float32Array) => Generator<{image: Float32Array, amount: number}>} every square wiped out or filled, where that is a change near ink */
function* changes(image) {
  for (let y = 3; y < SIDE - 3; y += 2) {
    for (let x = 3; x < SIDE - 3; x += 2) {
      const covered = square(x, y, BRUSH);
      const ink = covered.reduce((sum, i) => sum + image[i], 0);
      if (ink > 0.2 * covered.length) yield {image: filled(image, covered, 0), amount: ink};
      const near = square(x, y, 7).some((i) => image[i] > 0.5);
      if (near && ink < 0.8 * covered.length) yield {image: filled(image, covered, 1), amount: covered.length - ink};
    }
  }
}

/** @type {(image: Float32Array, covered: number[], value: number) => Float32Array} */
function filled(image, covered, value) {
  const found = Float32Array.from(image);
  for (const i of covered) found[i] = value;
  return found;
}
