// The data that passes between the modules of the Explore tab.

import type {Digit} from '../reader/types.js';

/** What is on the pad, as it was read. image: 784 bytes, 0 paper – 255 ink, of the first digit; several: whether there are more. */
export interface Drawn {
  image: Uint8Array;
  digit: Digit;
  several: boolean;
}

/** A part of the tab that was started. drawn: the drawing changed, null without one; opened: its panel is shown. */
export type Part = object & {drawn?(drawn: Drawn | null): void; opened?(): void};

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
