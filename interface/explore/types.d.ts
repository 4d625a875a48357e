// The data that passes between the modules of the Explore tab.

import type {Digit, InsideAnswer} from '../reader/types.js';

/** What is on the pad, as it was read. image: 784 bytes, 0 paper – 255 ink, of the first digit; inside: what the network made of it;
 * several: whether there are more. */
export interface Drawn {
  image: Uint8Array;
  inside: InsideAnswer;
  digit: Digit;
  several: boolean;
}

/** A part of the tab that was started. drawn: the drawing changed, null without one; opened: its panel is shown; closed: it was left;
 * addressed: the page has another address. */
export type Part = object & {drawn?(drawn: Drawn | null): void; opened?(): void; closed?(): void; addressed?(): void};

/** What map.bin holds, by name as in model/inside.py. */
export interface TestMap {
  positions: Uint16Array;
  places: Int8Array;
  labels: Uint8Array;
  answers: Uint8Array;
  certainty: Uint8Array;
  strongest: Uint16Array;
}

/** What head.bin holds. */
export interface Head {
  weights: Float32Array;
  bias: Float32Array;
  moments: Float32Array;
  scale: Float32Array;
  features: Uint8Array;
  labels: Uint8Array;
}

/** A linear layer: weights output by output, and an output's bias each. */
export interface Layer {
  weights: Float32Array;
  bias: Float32Array;
}

/** What teaching adds to the last layer. */
export type Change = Layer;

/** One drawing that somebody made and said the digit of. image: 784 bytes, 0 paper – 255 ink. */
export interface LabelledDrawing {
  digit: number;
  image: Uint8Array;
}

/** What is kept of a hand. on: whether the adapted layer reads; share: 0 as shipped – 1 all of what it learned. */
export interface Kept {
  drawings: LabelledDrawing[];
  on: boolean;
  share: number;
}

/** How many answers are right, of how many, as shipped and adapted. */
export interface Score {
  of: number;
  shipped: number;
  adapted: number;
}

/** A test image that the adapted layer reads otherwise. */
export interface Changed {
  index: number;
  label: number;
  shipped: number;
  adapted: number;
}

/** What a hand brings. judged: drawings kept out; taught: those it learned from; mnist: the test images. */
export interface Brought {
  judged: Score;
  taught: Score;
  mnist: Score;
  changed: Changed[];
}
