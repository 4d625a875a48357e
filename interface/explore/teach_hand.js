// A hand: labelled drawings, the last layer that adapts to them, and what that brings. No page in it.

import {inside as constants} from '../reader/constants.js';
import {inside} from '../reader/reader.js';
import {turned} from '../reader/test_time_augmentation.js';
import {answers, learn, linear, right} from './teach_step.js';

/** @import {Brought, Change, Head, Score, LabelledDrawing} from './types.js' */

const {FEATURES, OUTPUTS, IMAGES} = constants;
const JUDGES = 3; // every third drawing of a digit is kept out
const COPIES = 3; // of a drawing that teaches: as it is, and turned to either side

/** @type {(drawings: LabelledDrawing[]) => boolean[]} which are kept out to judge */
export function keptOut(drawings) {
  const seen = new Array(10).fill(0);
  return drawings.map(({digit}) => {
    seen[digit] += 1;
    return seen[digit] % JUDGES === 0;
  });
}

export class Hand {
  /** @param {Head} head */
  constructor(head) {
    this.head = head;
    /** @type {LabelledDrawing[]} */
    this.drawings = [];
    /** @type {Float32Array[]} of the copies of each drawing */
    this.features = [];
    /** @type {Change | null} what was learned, null without drawings that teach */
    this.change = null;
    this.took = 0; // ms of the last step
    /** @type {Float32Array | null} */
    this.shipped = null;
    /** @type {Float32Array} by how much the change moves the test images' logits */
    this.moved = new Float32Array(IMAGES * OUTPUTS);
  }

  /**
   * Make these the drawings, and adapt to them.
   * @param {LabelledDrawing[]} drawings
   */
  async set(drawings) {
    const known = new Map(this.drawings.map((one, at) => [one, this.features[at]]));
    const features = [];
    for (const one of drawings) features.push(known.get(one) ?? (await featuresOf(one.image)));
    this.drawings = drawings;
    this.features = features;
    this.adapt();
  }

  adapt() {
    const judges = keptOut(this.drawings);
    const teach = [...this.drawings.keys()].filter((at) => !judges[at]);
    if (!teach.length) {
      this.change = null;
      return;
    }
    const began = performance.now();
    const labels = teach.flatMap((at) => new Array(COPIES).fill(this.drawings[at].digit));
    this.change = learn(this.head, joined(teach.map((at) => this.features[at])), labels, COPIES);
    this.took = performance.now() - began;
    const {features, scale} = this.head;
    this.shipped ??= linear(this.head, features, IMAGES, scale);
    this.moved = linear(this.change, features, IMAGES, scale);
  }

  /**
   * What the adapted layer reads in an image.
   * @param {Float32Array} features  its
   * @param {number} share  0 as shipped – 1 all of what was learned
   * @returns {number | null} the digit, null for none
   */
  reads(features, share) {
    const shipped = linear(this.head, features, 1);
    const moved = this.change ? linear(this.change, features, 1) : new Float32Array(OUTPUTS);
    const logits = shipped.map((logit, c) => logit + share * moved[c]);
    const most = logits.indexOf(Math.max(...logits));
    return most < 10 ? most : null;
  }

  /**
   * What a share of it brings, all at one look.
   * @param {number} share
   * @returns {Brought | null} null where nothing was learned
   */
  brings(share) {
    if (!this.change || !this.shipped) return null;
    const {labels} = this.head;
    const before = answers(this.shipped, this.moved, 0, OUTPUTS);
    const after = answers(this.shipped, this.moved, share, OUTPUTS);
    const judges = keptOut(this.drawings);
    return {
      judged: this.score(judges, share),
      taught: this.score(
        judges.map((out) => !out),
        share,
      ),
      mnist: {of: IMAGES, shipped: right(before, labels), adapted: right(after, labels)},
      changed: [...before.keys()]
        .filter((at) => before[at] !== after[at])
        .map((index) => ({index, label: labels[index], shipped: before[index], adapted: after[index]})),
    };
  }

  /**
   * @param {boolean[]} which
   * @param {number} share
   * @returns {Score}
   */
  score(which, share) {
    const chosen = [...this.drawings.keys()].filter((at) => which[at]);
    const features = joined(chosen.map((at) => this.features[at].subarray(0, FEATURES)));
    const labels = chosen.map((at) => this.drawings[at].digit);
    const shipped = linear(this.head, features, chosen.length);
    const moved = this.change ? linear(this.change, features, chosen.length) : new Float32Array(shipped.length);
    const [before, after] = [0, share].map((s) => right(answers(shipped, moved, s, OUTPUTS), labels));
    return {of: chosen.length, shipped: before, adapted: after};
  }
}

/**
 * The features of an image and of its turned copies, one's after the other's.
 * @param {Uint8Array} image
 */
async function featuresOf(image) {
  const copies = turned(Float32Array.from(image, (value) => value / 255)).map((copy) => copy.map((value) => Math.round(255 * value)));
  const images = new Uint8Array(784 * COPIES);
  [image, ...copies].forEach((copy, at) => {
    images.set(copy, 784 * at);
  });
  const {features} = await inside({image, images});
  if (!features) throw new Error('Nothing was found.');
  return features;
}

/** @type {(parts: Float32Array[]) => Float32Array} */
function joined(parts) {
  const found = new Float32Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}
