// What constants.js exports: Python writes that module (`constants()` in interface/reader/routes.py) from the constants of
// model/, so a number that Python and the page share stands in one place. A name here must be one there:
// tests/interface/reader/test_same_answers.py. Units and reasons stand beside each constant in Python.

import type {Card, Verdict} from './types.js';

/** model/normalization.py */
export const normalization: {
  SIDE: number;
  DIGIT: number;
  PEN: number;
  FINE: number;
  MARGIN: number;
  SOLID: number;
  DEEPEST_THINNING: number;
  STRIP: number;
  ABOVE: number;
  BESIDE: number;
  LONGEST: number;
};

/** model/segmentation/segment.py */
export const segment: {MOST_PIECES: number; SPECK: number; FRAGMENT: number; DUST: number};

/** model/segmentation/edges.py */
export const edges: {BAR: number; ACROSS: number; RULE: number; SHADOW: number; FILLS: number; TALL_ENOUGH: number};

/** model/segmentation/ink.py */
export const ink: {
  SMALL_SIDE: number;
  WORKING_SIDE: number;
  TINY_SIDE: number;
  FLAT_SHARE: number;
  FLAT_RANGE: number;
  SQUARE: number;
  FILLED_SIDES: number;
  UNSTRETCHED: number;
  MORE: number;
  FRAME: number;
  FAINTEST: number;
  CLEAREST: number;
  LEAST_STROKE: number;
  ABOVE_NOISE: number;
  SAMPLE: number;
  STROKE_REACHES: number[];
};

/** model/segmentation/touching.py */
export const touching: {
  WIDEST: number;
  STROKES: number;
  ROWS: number;
  STEP: number;
  STRAY: number;
  LEANS: number[];
  SIDEWAYS: number;
  HALF: number;
  ASIDE: number;
};

/** model/segmentation/strip.py */
export const strip: {STEP: number; NONE: number; BLANK: number; WINDOW: number; HOP: number};

/** model/segmentation/line_reader.py */
export const line_reader: {WIDE: number; AMONG: number; UNCUT: number; WINDOW: number; WITH_NONE: number; TINY_PROBABILITY: number};

/** model/test_time_augmentation.py; VARIATIONS: px to the right, px down, degrees. */
export const test_time_augmentation: {CERTAIN: number; VARIATIONS: [number, number, number][]; TOGETHER: number; TINY: number};

/** model/calibration.py */
export const calibration: {TINY: number; SURE: Verdict; UNSURE: Verdict; NOT_A_DIGIT: Verdict; EMPTY: Verdict};

/** model/recogniser.py */
export const recogniser: {GOOD_ENOUGH: number; ALONE: number; CROWD: number; MOST_CUTS: number; ENOUGH: number};

/** model/saliency.py */
export const saliency: {PATCH: number; STRIDE: number; INK: number; FLOOR: number};

/** model/pictures.py; SENTENCES: what is said of a file that is not read, by name, with {gaps}. */
export const pictures: {
  MAX_BYTES: number;
  MAX_PIXELS: number;
  MAX_SIDE: number;
  MAX_SCANS: number;
  SENTENCES: Record<string, string>;
  WORKS_ALONE: string;
  HEIC_BRANDS: string[];
  LOSSLESS: string[];
};

/** model/pixels.py */
export const pixels: {
  TOPS: number[];
  SPECKS: number;
  SPECK_SHARE: number;
  FAINT: number;
  ROUNDED: number;
  SAME: number;
};

/** The models that the page can read with, by name, the default first. */
export const models: Record<string, Card>;

/** The network for digits that touch; file: as in Card. */
export const touching_network: {file: string};

/** model/page_reader/network_input.py; slices are start and end. */
export const network_input: {
  WINDOW: number;
  FAINT: number;
  STRIDE: number;
  INPUTS: number;
  INK: number[];
  KIND: number;
  HEAT: number;
  OFFSET: number[];
  HEIGHT: number;
  OUTPUTS: number;
  REACH: number;
};

/** model/page_reader/network.py */
export const network: {TILE: number; SEAM: number};

/** model/page_reader/instances.py */
export const instances: {
  PEAK: number;
  INK: number;
  NEAR_X: number;
  NEAR_Y: number;
  SPREAD: number;
  FAR: number;
  MOST: number;
  BLOCK: number;
  LEAST: number;
  FEWEST: number;
  HEIGHTS: number[];
  LEAST_SPREAD: number;
  MOST_SPREAD: number;
  BLUR: number;
  AGREED: number;
  AROUND: number;
  NEXT: number;
};

/** model/page_reader/instance_classifier.py */
export const instance_classifier: {LIKELY: number; LEAST: number; SHARED: number; FARTHEST: number};

/** model/page_reader/reader.py */
export const reader: {
  FIRST: number[];
  SEEN: number;
  HIGH: number;
  ENLARGED: number;
  BEST: number;
  READABLE: number[];
  AGAIN: number[];
  LEFT: number;
  MOST: number;
  LARGEST: number;
  COUNTED: number;
  ASKED: number;
  IS_DIGIT: number;
  CERTAIN: number;
  MAYBE: number;
  SAMPLE: number;
  TEXTURE: number;
  SMALLEST: number;
  LARGER: number;
  SAME: number[];
  ON_LINE: number;
  BESIDE: number;
  NEAR: number;
  UNREAD: number;
};

/** model/page_reader/witness.py */
export const witness: {
  HALVED: number;
  MANY: number;
  RING: string;
  ROOM: number;
  WEIGHTS: number[];
  BIAS: number;
};

/** model/reading.py: why a picture is unsure although its digits are not. */
export const reading: {WRITING: string; INK_LEFT: string; READERS: string};

/** VERSION/FILE of the page network and of its classifier's weights. */
/** The network that says what an instance of writing on a page may be (model/page_reader/witness.py). */
export const page_writing: Card;
export const page_files: {network: string; classifier: string};

/** LiteRT's WebAssembly runtime. folder: below page/engine/; relaxed, plain: loader and packed module of the build with relaxed SIMD, and
 * without; relaxed_simd: a module that is valid only where there is that; tiff: the scripts that open TIFF; jax: what trains; there: whether
 * set-up has fetched it. */
export const runtime: {
  folder: string;
  relaxed: [string, string];
  plain: [string, string];
  relaxed_simd: number[];
  tiff: string[];
  jax: string;
  there: boolean;
};

/** model/inside.py */
export const inside: {
  LAYERS: number[];
  SIDES: number[];
  FEATURES: number;
  PLACE: number;
  STRONGEST: number;
  IMAGES: number;
  OUTPUTS: number;
  MAP_LAYOUT: [string, string, number[]][];
  HEAD_LAYOUT: [string, string, number[]][];
};

/** Its files: name → VERSION/FILE below page/engine/, of those that are there. */
export const inside_files: Record<string, string>;

/** model/conventions.py */
export const conventions: {LEAST: number; MEAN: number; DEVIATION: number};

/** model/convention_search.py */
export const convention_search: {
  MIN_ACCURACY: number;
  SOUND: number;
  FLOOR: number;
  TEMPERATURES: number[];
  ODD_TEMPERATURE: number;
  RARE_INPUTS: string[];
  RARER: number;
  EXACT: number;
};
