// Trains a network in a thread of its own: each message is a TrainRequest, each answer a TrainAnswer. A module; train.js starts it.

import {mnistImages} from '../page/mnist_images.js';
import {runtime} from '../reader/constants.js';
import {randomOf} from './random.js';
import {firstWeights, Network, SIDE, shapes} from './train_network.js';

/** @import {TrainRequest, Jax, Recipe, TrainAnswer} from './train_types.js' */
/** @typedef {Awaited<ReturnType<typeof mnistImages>>} Images */

const REPORTS = 240; // of a training: as many points as the curve has
const LOOK = 400; // ms between two looks at the first layer's weights
const PICTURES = 24; // of them, at most
const AT_ONCE = 500; // test images
const TRIAL = 12; // steps on each device, to see which is the quicker one
const AGREE = 1e-3; // between the devices' losses after them; one that computes something else is not used

const scope = /** @type {DedicatedWorkerGlobalScope} */ (/** @type {unknown} */ (self));
/** @type {{jax: Promise<Jax> | null, network: Network | null, stop: boolean, running: Promise<void>}} */
const held = {jax: null, network: null, stop: false, running: Promise.resolve()};

/** @type {(answer: TrainAnswer, transfer?: Transferable[]) => void} */
const tell = (answer, transfer = []) => scope.postMessage(answer, transfer);

scope.onmessage = ({data}) => {
  const {start, stop, image} = /** @type {TrainRequest} */ (data);
  if (stop) held.stop = true;
  if (image) held.network?.probabilities(image, [0]).then((probabilities) => tell({probabilities}), fail);
  if (start) {
    held.stop = true; // the one before
    held.running = held.running.then(() => train(start)).catch(fail);
  }
};

/** @param {unknown} error */
const fail = (error) => tell({error: error instanceof Error ? error.message : String(error)});

/** @returns {Promise<Jax>} the library, loaded once */
async function library() {
  if (!runtime.there) throw new Error('What trains is not here; fetch it with: python -m interface.reader.runtime');
  const address = new URL(`../../../engine/${runtime.folder}/${runtime.jax}`, import.meta.url).href;
  const jax = /** @type {Jax} */ (await import(address));
  await jax.init('wasm', 'webgpu');
  return jax;
}

/**
 * The device on which a network trains quicker: the graphics card where the browser offers it and it computes the same, else WebAssembly.
 * @param {Jax} jax
 * @param {Recipe} recipe
 * @param {Images} mnist
 */
async function quickest(jax, recipe, {images, labels}) {
  if (!(await jax.init('wasm')).includes('webgpu')) return 'wasm';
  /** @type {Record<string, {loss: number, ms: number}>} */
  const found = {};
  const batch = Array.from({length: Math.min(recipe.batch, recipe.images)}, (_, at) => at);
  try {
    for (const device of ['wasm', 'webgpu']) {
      jax.defaultDevice(device);
      const network = new Network(jax, recipe, firstWeights(recipe, randomOf(recipe.seed)));
      for (let step = 0; step < 2; step++) network.step(images, labels, batch); // the first compiles
      await network.totals();
      const began = performance.now();
      for (let step = 0; step < TRIAL; step++) network.step(images, labels, batch);
      const [losses] = await network.totals();
      found[device] = {loss: losses / (TRIAL * batch.length), ms: performance.now() - began};
      network.dispose();
    }
  } catch {
    return 'wasm'; // this graphics card or its driver cannot
  }
  const {wasm, webgpu} = found;
  return Math.abs(wasm.loss - webgpu.loss) < AGREE && webgpu.ms < wasm.ms ? 'webgpu' : 'wasm';
}

/** @param {Recipe} recipe */
async function train(recipe) {
  held.stop = false;
  tell({doing: 'Fetching MNIST …'});
  held.jax ??= library();
  held.jax.catch(() => {
    held.jax = null; // a later try may find it
  });
  const [jax, mnist, test] = await Promise.all([
    held.jax,
    mnistImages('train', (share) => tell({doing: `Fetching MNIST: ${Math.round(100 * share)} % …`})),
    mnistImages('test'),
  ]);
  tell({doing: 'Making the network ready …'});
  const device = await quickest(jax, recipe, mnist);
  jax.defaultDevice(device);
  held.network?.dispose();
  const random = randomOf(recipe.seed);
  const network = new Network(jax, recipe, firstWeights(recipe, random));
  held.network = network;
  const {seconds, steps} = await learn(network, mnist, random);
  tell({doing: 'Testing it on the 10,000 test images …'});
  const answers = await answersOf(network, test.images);
  const right = answers.reduce((sum, answer, at) => sum + Number(answer === test.labels[at]), 0);
  const accuracy = right / answers.length;
  const weights = await network.weights();
  const images = test.images.slice(); // the page would take 40 ms to unpack its own
  const {labels} = test;
  tell({trained: {recipe, weights, images, answers, labels, accuracy, seconds, step: network.steps, steps, device}}, [images.buffer]);
}

/**
 * All epochs, or until it is stopped.
 * @param {Network} network
 * @param {Images} mnist
 * @param {() => number} random
 */
async function learn(network, {images, labels}, random) {
  const {recipe} = network;
  const order = Uint32Array.from({length: Math.min(recipe.images, labels.length)}, (_, at) => at);
  const each = Math.ceil(order.length / recipe.batch);
  const steps = each * recipe.epochs;
  const every = Math.max(1, Math.round(steps / REPORTS));
  const began = performance.now();
  let [looked, seen] = [Number.NEGATIVE_INFINITY, 0];
  for (let step = 0; step < steps && !held.stop; step++) {
    const at = recipe.batch * (step % each);
    if (at === 0) shuffle(order, random);
    const batch = order.subarray(at, at + recipe.batch);
    network.step(images, labels, batch);
    seen += batch.length;
    if ((step + 1) % every && step + 1 < steps) continue;
    const [losses, right] = await network.totals();
    const seconds = (performance.now() - began) / 1000;
    const progress = {step: step + 1, steps, epoch: Math.floor(step / each) + 1, loss: losses / seen, accuracy: right / seen, seconds};
    if (!Number.isFinite(losses))
      throw new Error('The loss is no number any more: with this learning rate nothing is learned. Choose a smaller one.');
    seen = 0;
    tell({progress});
    if (performance.now() - looked > LOOK || step + 1 === steps) {
      looked = performance.now();
      await showWeights(network);
    }
    await new Promise((resolve) => setTimeout(resolve)); // whoever draws or stops it is heard
  }
  return {seconds: (performance.now() - began) / 1000, steps};
}

/**
 * Fisher–Yates.
 * @param {Uint32Array} order
 * @param {() => number} random
 */
function shuffle(order, random) {
  for (let at = order.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other], order[at]];
  }
}

/** @param {Network} network */
async function showWeights(network) {
  const kernel = await network.weight(0);
  const of = shapes(network.recipe)[1][0];
  const side = Math.round(Math.sqrt(kernel.length / of));
  const shown = Math.min(PICTURES, of);
  const values = new Float32Array(shown * side * side);
  for (let at = 0; at < values.length; at++) values[at] = kernel[of * (at % (side * side)) + Math.floor(at / (side * side))];
  tell({pictures: {side, values, of}}, [values.buffer]);
}

/**
 * @param {Network} network
 * @param {Uint8Array} images
 */
async function answersOf(network, images) {
  const answers = new Uint8Array(images.length / (SIDE * SIDE));
  for (let from = 0; from < answers.length; from += AT_ONCE) {
    const n = Math.min(AT_ONCE, answers.length - from);
    const found = await network.probabilities(
      images,
      Array.from({length: n}, (_, at) => from + at),
    );
    for (let at = 0; at < n; at++) {
      const ten = found.subarray(10 * at, 10 * at + 10);
      answers[from + at] = ten.indexOf(Math.max(...ten));
    }
  }
  return answers;
}
