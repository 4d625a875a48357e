// What the evaluation of the page without a server passes between its modules, named and shaped as in evaluation/ (metrics.py, report.py),
// because the templates read it.

export type Interval = [low: number, high: number];

export interface Bin {
  low: number;
  high: number;
  n: number;
  confidence: number | null;
  accuracy: number | null;
}

export interface CoveragePoint {
  threshold: number;
  coverage: number;
  accuracy: number;
}

export interface PerClass {
  digit: number;
  support: number;
  accuracy: number | null;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  accuracy_interval: Interval | null;
  precision_interval: Interval | null;
  recall_interval: Interval | null;
  f1_interval: Interval | null;
  read_as: number | null;
  read_as_count: number;
}

export interface SubsetAccuracy {
  n: number;
  errors: number;
  accuracy: number;
  interval: Interval;
}

export interface Metrics {
  n: number;
  errors: number;
  accuracy: number;
  interval: Interval;
  confusion_matrix: number[][];
  no_single_digit: number[];
  per_class: PerClass[];
  macro_f1: number | null;
  top2: number;
  log_loss: number | null;
  ece: number | null;
  calibration: Bin[];
  coverage: CoveragePoint[];
  without_label_problems: SubsetAccuracy | null;
  brier: number | null;
}

export interface Uncalibrated {
  temperature: number;
  log_loss: number;
  ece: number;
  calibration: Bin[];
  brier: number | null;
}

/** Of the images that are read as one digit. */
export interface DigitConfidence {
  digit: number;
  n: number;
  confidence: number | null;
  accuracy: number | null;
  interval: Interval | null;
  ece: number | null;
}

export interface Score {
  corruption: string;
  accuracy: number;
  interval: Interval;
  n: number;
}

/** One way to divide a test set. members: for each image the index of its slice, −1 for none; source: where it is known from. */
export interface Grouping {
  name: string;
  source: string;
  names: string[];
  members: number[];
}

export interface Slice {
  grouping: string;
  name: string;
  n: number;
  errors: number;
  accuracy: number;
  interval: Interval;
  p_value: number | null;
  p_holm: number | null;
  worse: boolean;
}

export interface Slices {
  groupings: Grouping[];
  rows: Slice[];
}

export interface Folder {
  files: string[];
  verdicts: Record<string, number>;
  unreadable: [name: string, reason: string][];
}

export interface Report {
  model: string;
  weights_sha256: string;
  dataset: {name: string; n: number; sha256: string};
  metrics: Metrics;
  labels: number[];
  predicted: number[];
  probabilities: number[][];
  epochs: Record<string, number | null>[];
  seconds: number;
  images_per_second: number;
  versions: Record<string, string>;
  created: string;
  before: Uncalibrated | null;
  robustness: {n: number; seed: number; mean: number; scores: Score[]} | null;
  folder: Folder | null;
  second_look: boolean;
  notes: string[];
  /** What was looked at more closely, as the report's JSON has it; refusal and cost only the app measures. */
  more: {
    ece_interval: Interval | null;
    calibration_by_digit: DigitConfidence[];
    slices: Slices | null;
    refusal: object | null;
    cost: object | null;
  };
}

/** A choice of images (evaluation/galleries.py). */
export interface Query {
  kind: string;
  true: number | null;
  predicted: number | null;
  sort: string;
  sure: string;
  labels: string;
  shown: number;
}

/** How far a run has come. seconds: of work; labels, probabilities: of what has been read. */
export interface Progress {
  done: number;
  total: number;
  seconds: number;
  labels: number[];
  probabilities: number[][];
}
