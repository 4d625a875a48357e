// The data that passes between the modules of the page. interface/reader/types.d.ts has what the reader makes of a drawing.

import type {Box, Digit, Verdict} from '../reader/types.js';

/** In pad units, 0–280 from left and from top; a stylus also gives its pressure, 0–1. */
export type Point = [x: number, y: number] | [x: number, y: number, pressure: number];

/** One stroke of a pen or an eraser. width: in pad units; points: all with a pressure, or none. */
export interface Stroke {
  width: number;
  erase: boolean;
  points: Point[];
}

/** How the drawing changed: a stroke grew; a stroke ended; or all of it is another one, as after undo. */
export type Change = 'moved' | 'lifted' | 'replaced';

/** What can be painted: a drawing, or a picture that was opened. */
export type Picture = HTMLCanvasElement | HTMLImageElement;

/** What another model says of the same picture; probability: null but for one digit. */
export interface SecondOpinion {
  model: string;
  text: string;
  probability: number | null;
}

/** The answer to a picture, from the server (interface/predict/answer.py) or from the page's reader. */
export interface Answer {
  /** The digits that are sure or unsure; '\n' between lines. */
  text: string;
  verdict: Verdict;
  /** Why it is unsure although its digits are not: 'writing', 'ink' or 'readers' (model/reading.py), else ''. */
  why: string;
  /** The model's name. */
  model: string;
  calibrated: boolean;
  /** Of the picture, px. */
  size: [width: number, height: number];
  /** Every crop's answer in reading order. */
  digits: Digit[];
  /** Where there is writing that is none of these digits. */
  other_writing: Box[];
  /** What other models say; null where none was asked. */
  others: SecondOpinion[] | null;
  /** What was read, light on dark: a data URL or a canvas; null without ink. */
  ink: string | HTMLCanvasElement | null;
  /** The picture as it was understood, a data URL; null where nobody needs it. */
  picture: string | null;
  /** What of the file was not read: further pages, or the other frames of an animation. */
  note?: string;
  /** Whether something was left out that might change the answer. */
  brief?: boolean;
  /** What paints the drawing that was read, where the page read it. */
  drawing?: () => HTMLCanvasElement;
}

export type {Saliency} from '../reader/types.js';

/** The training digits nearest to an image, none where MNIST is missing. image: as in Digit. */
export interface Neighbours {
  digits: {digit: number; image: string}[];
  note: string;
}

declare global {
  interface DocumentEventMap {
    /** The Evaluate tab asks Predict to show an image, 784 bytes. The two tabs know nothing else of each other. */
    'open-image': CustomEvent<number[]>;
  }
}
