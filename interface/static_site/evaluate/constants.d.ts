// What constants.js exports: Python writes that module (`constants()` in interface/static_site/evaluation.py), so that a word or a number
// that the app and this page share stands in one place.

/** By model: sha256 of its weights. */
export const weights: Record<string, string>;

/** Whether MNIST's images travel with the page. */
export const test_images: boolean;

/** evaluation/galleries.py, model/datasets.py and evaluation/sections.py */
export const KINDS: Record<string, string>;
export const SORTS: Record<string, string>;
export const BANDS: Record<string, string>;
export const LABELS: Record<string, string>;
export const PAGE: number;
export const FIRST: number;
export const MOST_TILES: number;
export const MOST_IMAGES: number;
export const MOST_LISTED: number;
export const LABEL_PROBLEMS: number[];
export const PUBLISHED: Record<string, [loss: number, accuracy: number][]>;
export const SECOND_LOOK: string;
export const MNIST_TEST: string;
export const BINS: number;
export const CURVE_POINTS: number;
export const RESAMPLES: number;
export const SEED: number;
export const SCHEMA: number;

/** interface/evaluate/views.py and evaluation/picture_archive.py */
export const NO_REPORT: string;
export const NO_IMAGES: string;
export const MISSING: string;
export const TEST_SET_GONE: string;
export const MOST_MEMBERS: number;
export const HELD: number;
export const MOST_PACKED: number;
export const MOST_UNPACKED: number;
export const MOST_FILE: number;
export const LONGEST_NAME: number;
export const UNNAMED: string;
export const SENTENCES: Record<string, string>;

/** evaluation/picture_groups.py. name: of the table in a zip; LARGEST_TABLE: bytes; LARGEST_CELL: letters that Python's csv module takes;
 *  of more it says LARGER_CELL. */
export const TABLE: {
  name: string;
  LARGEST_TABLE: number;
  MOST_COLUMNS: number;
  LOWEST: string;
  HIGHEST: string;
  DECIMALS: number;
  LARGEST_CELL: number;
  LARGER_CELL: string;
  SENTENCES: Record<string, string>;
};

/** By kind: what the download's menu calls it, and its MIME type by ending. */
export const FILES: Record<string, string>;
export const DIFFERENCES: Record<string, string>;
export const NO_DIFFERENCE: string;
export const MIME: Record<string, string>;

/** What a report file carries inside: evaluation/templates/sections.css and sections.js. */
export const CSS: string;
export const SCRIPT: string;
export const PLOTS: string;

/** evaluation/plots.py: the light ones, by the variables of the style sheets. */
export const COLOURS: Record<string, string>;

/** The sections of the app's own making, in reports/MODEL-sections.json, and the name of the one that every report has. */
export const SECTIONS: string[];
export const SLICES: string;
export const OTHER_HANDS: string;
export const COST: string;

/** evaluation/slices.py, shapes.py and corruptions.py, and what the app says of the sections that only MNIST's test set has. */
export const MEASURES: {name: string; low: string; high: string; unit: string; decimals: number}[];
export const FINER: number;
export const SLICE_CUTS: number[];
export const SLICE_LEVEL: number;
export const MANY_SLICES: number;
export const MOST_SLICES: number;
export const MOST_SLICES_IN_FILE: number;
export const AUDIT: string;
export const AUDIT_KINDS: Record<string, string>;
export const AUDIT_NUMBERS: {
  BLANK_SCORE: number;
  SEVERAL_SCORE: number;
  CUT_SCORE: number;
  OTHER_LABEL_SCORES: Record<string, number>;
  SAME_LABEL_SCORES: Record<string, number>;
  NONE_SCORE: number;
  DOUBT: number;
  TURNED: number;
  HALF_TURN: Record<number, number>;
  LEAST_INK: number;
  LEAST_CUT: number;
  HASH_SIDE: number;
  MOST_BITS: number;
  MOST_PIXELS: number;
  MOST_OUTPUTS: number;
  CHUNK: number;
  MOST_PAIRS: number;
  SPREAD: number;
};
export const MOST_SUSPECTS: number;
export const WHOSE: {mnist: string; own: string};
export const LOOKING: string;
export const NO_AUDIT: string;
export const KINDS_OF_DAMAGE: number;
export const MNIST_ONLY: string;
export const OWN_UNDAMAGED: string;
