// The data that passes between the modules of the reader, in the terms of model/. interface/page/types.d.ts has what the tabs add.

/** [x, y, width, height] in pixels. */
export type Box = [x: number, y: number, width: number, height: number];

/** What may be said of a digit, and of a whole picture; only a picture is 'empty'. */
export type Verdict = 'sure' | 'unsure' | 'not a digit' | 'empty';

/** A picture's pixels, such as an ImageData: RGBA, 4 × width × height bytes, opaque. */
export interface Pixels {
  data: Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
  /** How many pages the file has, where there may be more than this one. */
  pages?: number;
}

/** How much ink each pixel holds, 0 paper – 255 ink, row by row. */
export interface Ink {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Some connected ink: its box in ink pixels, and the ink inside it without that of other pieces. */
export interface Piece {
  box: Box;
  ink: Ink;
}

/** The ink of digits that touch, as their network sees it: row by row, in [0, 1]; width 0 where there is nothing to read. */
export interface Strip {
  data: Float32Array;
  width: number;
  height: number;
}

/** One digit of a strip. place: a share of the ink's width; probabilities: of 0–9 and of "no digit", sum 1. */
export interface StripDigit {
  place: number;
  probabilities: number[];
}

/** The answer to one crop, as the page and the server both give it. */
export interface Digit {
  /** The most probable digit, 0–9. */
  digit: number;
  /** That this is a digit and this one, in [0, 1]. */
  probability: number;
  /** The second most probable digit, 0–9. */
  runner_up: number;
  verdict: Verdict;
  /** That the crop is no digit, in [0, 1]. */
  not_digit: number;
  /** In pixels of the picture. */
  box: Box;
  /** Of 0–9, four decimals each, sum 1. */
  probabilities: number[];
  /** What the network saw: base64 of 28 × 28 bytes, 0 paper – 255 ink. */
  image: string;
}

/** A digit as the reader makes it. exact: the ten probabilities, float32. */
export interface ExactDigit extends Digit {
  exact: number[];
}

/** What may be said of an image: all of a digit but where it comes from. */
export type Judgement = Omit<ExactDigit, 'box' | 'image'>;

/** What the page network says of a picture: OUTPUTS numbers of each cell of 2 × 2 px, row by row (model/page_reader/network_input.py). */
export interface Maps {
  data: Float32Array;
  /** In cells. */
  width: number;
  height: number;
}

/** Something written, as model/page_reader/instances.py finds it. */
export interface Instance extends Piece {
  /** Of its middle, in [0, 1]. */
  heat: number;
  /** That it is a digit and no other writing, in [0, 1]. */
  digit: number;
  /** The height that the network gives it, px. */
  size: number;
}

/** What the page network has found at one scale. left: px of ink that belong to no instance. */
export interface Found {
  instances: Instance[];
  ink: Ink;
  left: number;
}

/** What was read on a page. other: boxes of other writing; unread: what of it makes the page unsure (model/reading.py), or ''. */
export interface Page {
  lines: Digit[][];
  other: Box[];
  unread: string;
  ink: Ink;
  /** The share of the picture that has the paper's colour, where that is known. */
  plain?: number;
}

/** What reads single digits: a Recogniser. */
export interface DigitReader {
  card: Card;
  touchingNetwork: Network | null;
  readPiece(piece: Piece, oneLook?: boolean): ExactDigit;
  judge(outputs: number[]): Judgement;
}

/** A piece of ink and the digit it was read as. */
export interface ReadPiece {
  digit: ExactDigit;
  piece: Piece;
}

/** The answer to a picture, without what only its page knows. */
export interface Reading {
  /** The digits that are sure or unsure; '\n' between lines. */
  text: string;
  verdict: Verdict;
  /** Why it is unsure although its digits are not (model/reading.py), else ''. */
  why: string;
  /** Every crop's answer in reading order. */
  digits: Digit[];
  /** Where there is writing that is none of these digits. */
  other_writing: Box[];
  /** What was read, null without ink. */
  ink: Ink | null;
  /** Whether something was left out that might change the answer. */
  brief?: boolean;
}

/** Which ink of an image spoke for the answer and which against. weights: 784 numbers in [-1, 1]. */
export interface Saliency {
  weights: number[];
  note: string;
}

/** A trained network: numbers in [0, 1] → its raw outputs. Of digits: 784 → 10 or 11; of strips: 36 × 128 → 64 × 12 logits; of
 *  pages: 96 × 96 × 8 → 96 × 96 × 9. */
export type Network = (input: Float32Array) => Float32Array;

/** What reads pages beside the network of digits: finds writing, says what it may be, and which of it is digits. */
export interface PageNetworks {
  network: Network;
  asked: DigitReader;
  classifier: Perceptron;
}

/** Mean and deviation of each feature, and the layers: weights by what goes in, then by what comes out. */
export interface Perceptron {
  mean: number[];
  deviation: number[];
  layers: {weights: number[][]; bias: number[]}[];
}

/** What the page knows of a model. */
export interface Card {
  /** VERSION/FILE below page/engine/. */
  file: string;
  temperature: number;
  /** Thresholds in [0, 1]: of the confidence, and of the "no digit" output. */
  sure: number;
  not_digit: number;
  /** Whether it reads again what it is not certain of. */
  second_look: boolean;
  /** 10, or 11 with a "no digit" output. */
  outputs: number;
  /** The smaller network that answers what is clear to it; clear: the least confidence, in [0, 1], at which it does; enough: how certain the
   * mean of the other's looks must be for it to take no more. */
  student: {file: string; temperature: number; clear: number; enough: number} | null;
}

/** What worker.js is asked: to load a model, or with `picture`, `file` or `bytes` (784) to read as well. */
export interface ReaderRequest {
  id: number;
  model: string;
  picture?: Pixels;
  /** A picture file; `longest`: px of the longer side with which it comes back. */
  file?: Blob;
  longest?: number;
  bytes?: Uint8Array<ArrayBuffer>;
  /** Images, 784 bytes each, of which only the probabilities are wanted; with `opinion` what they read as. */
  images?: Uint8Array<ArrayBuffer>;
  opinion?: boolean;
  /** With `bytes`: which of its ink spoke for the answer is wanted. */
  why?: boolean;
  /** The file is read by both readers, as a picture that nobody drew (page_reader/witness.js); else by the segmentation alone. */
  witnessed?: boolean;
  /** The file of a visitor's model, the first time that it is asked; `drawings`: labelled ones, to find out what it expects. */
  own?: ArrayBuffer;
  drawings?: Uint8Array;
  brief?: boolean;
  /** The file is looked at for an audit of labels: what is seen in it is wanted, and its reading where it is no image. */
  audited?: boolean;
  /** What happens inside `cnn` for the first digit is wanted too. */
  looked?: boolean;
  /** The pen still moves: there is no time for second looks. */
  moving?: boolean;
  /** What happens inside `cnn` is wanted, and nothing else. */
  inside?: InsideRequest;
}

/** A picture for an audit of labels. key: the same for the same pixels; image: what it is as an image where it is 28 × 28 px, else null. */
export interface SeenPicture {
  width: number;
  height: number;
  key: string;
  image: Uint8Array<ArrayBuffer> | null;
}

/** A network with an output for each layer: 784 numbers in [0, 1] → those of model/inside.py, in its order. */
export type Layers = (input: Float32Array) => Float32Array[];

/** What is asked of the inside of `cnn` for an image (784 bytes): all of it, or with one of the others that alone. */
export interface InsideRequest {
  image: Uint8Array;
  /** What of the ink drives a channel of a layer. */
  channel?: {layer: number; channel: number};
  /** Which small change of ink turns the answer into that digit. */
  turn?: number;
  /** Many images, 784 bytes each, of which the features are wanted. */
  images?: Uint8Array;
}

/** maps: of each layer, row by row, channel by channel; place: where it lies among the others; probabilities: of 0–9 and "no digit". */
export interface InsideAnswer {
  maps?: Float32Array[];
  features?: Float32Array;
  place?: Float32Array;
  probabilities?: Float32Array;
  /** 784 numbers in [-1, 1]: ink that drives the channel is positive. */
  drives?: Float32Array;
  turned?: Turned;
  /** Why nothing is there. */
  problem?: string;
}

/** An image whose answer is another. changed: grey values in 255ths, all changes together; reached: whether the answer turned. */
export interface Turned {
  image: Uint8Array;
  changed: number;
  reached: boolean;
  /** That it is the other digit, before and after, in [0, 1]. */
  before: number;
  after: number;
}

/** Its answer. reading: null where nothing was to be read; picture: the file as it was understood; size: of that, px. */
export interface ReaderAnswer {
  id: number;
  reading?: Reading | null;
  picture?: Blob;
  /** What of the file was not read: further pages; of a visitor's model, which input it expects, in words. */
  note?: string;
  size?: [width: number, height: number];
  /** Ten of each image, and that it is no digit. */
  probabilities?: number[][];
  none?: number[];
  /** What an audit sees in a file. */
  seen?: SeenPicture;
  /** What spoke for the answer. */
  saliency?: Saliency;
  /** What another model says of images. */
  opinion?: {text: string; probability: number | null};
  inside?: InsideAnswer;
  error?: string;
}

declare global {
  interface Window {
    /** A worker that was started before this page's modules (interface/static_site/early.js), until it is taken over. */
    startedReader?: Worker;
  }
  /** What UTIF's code takes its inflate from, and what it leaves behind; fflate's the same. */
  var pako: {inflate(packed: Uint8Array): Uint8Array};
  var fflate: {unzlibSync(packed: Uint8Array): Uint8Array};
  var UTIF: import('./pictures/tiff.js').Utif;
  /** What the runtime's own loader looks for when it starts. */
  var Module: {
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void): object;
    printErr(line: string): void;
  };
}

/** As much of LiteRT.js (interface/reader/runtime.py fetches it) as worker.js uses. */
export interface LiteRt {
  loadLiteRt(loader: string): Promise<void>;
  loadAndCompile(file: Uint8Array, options: {accelerator: 'wasm'}): Promise<CompiledModel>;
  Tensor: new (data: Float32Array, shape: number[]) => Tensor;
}
export interface CompiledModel {
  getInputDetails(): {shape: Int32Array; dtype: string}[];
  run(inputs: Tensor[]): Tensor[];
}
export interface Tensor {
  toTypedArray(): Float32Array;
  delete(): void;
}
