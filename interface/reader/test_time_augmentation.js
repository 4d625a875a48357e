// A second look at what the network is not certain of: model/test_time_augmentation.py in JavaScript, step for step.

import {normalization, test_time_augmentation} from './constants.js';

const {SIDE} = normalization;
const {CERTAIN, LOOKS, TINY} = test_time_augmentation;
const MAPPINGS = LOOKS.map(mapping);

/** What network(image) says of an image of 784 numbers; where it is not certain, which digit it is by six more looks. */
export function twice(network, image) {
  const first = network(image);
  if (Math.max(...first) >= Math.fround(CERTAIN)) return first;
  const every = [first, ...MAPPINGS.map((pixels) => network(moved(image, pixels)))];
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const powers = Array.from({length: 10}, (_, digit) =>
    Math.exp(sum(every.map((outputs) => Math.log(Math.max(outputs[digit], TINY)))) / every.length),
  );
  const share = sum(first.slice(0, 10)) / sum(powers);
  return [...powers.map((power) => power * share), ...first.slice(10)];
}

/** The image as it is seen from a pixel or some degrees away. */
function moved(image, pixels) {
  return image.map((_, pixel) => {
    const {from, u, v} = pixels[pixel];
    return (1 - v) * ((1 - u) * image[from] + u * image[from + 1]) + v * ((1 - u) * image[from + SIDE] + u * image[from + SIDE + 1]);
  });
}

/** For each pixel of a look the first of the four that it is made of, and how far between them it lies. */
function mapping([right, down, degrees]) {
  const middle = (SIDE - 1) / 2;
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  const inside = (at) => Math.min(Math.max(at + middle, 0), SIDE - 1);
  return Array.from({length: SIDE * SIDE}, (_, pixel) => {
    const x = (pixel % SIDE) - middle - right;
    const y = Math.floor(pixel / SIDE) - middle - down;
    const [atX, atY] = [inside(cos * x - sin * y), inside(sin * x + cos * y)];
    const [left, top] = [atX, atY].map((at) => Math.min(Math.floor(at), SIDE - 2));
    return {from: top * SIDE + left, u: atX - left, v: atY - top};
  });
}
