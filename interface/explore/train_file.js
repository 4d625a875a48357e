// A trained network as a NumPy file (`npz`), and the lines that load it (`loading`).

import {zip} from '../page/zip.js';
import {shapes} from './train_network.js';

/** @import {Recipe, Trained} from './train_types.js' */

const [MAJOR, ALIGNED] = [1, 64]; // NumPy's format 1.0: what comes before the numbers is a multiple of 64 bytes

/** @type {(recipe: Recipe) => string} the file's name */
export const fileName = ({network, seed}) => `${network}-${seed}.npz`;

/**
 * The weights in Keras's order, as `layer1_kernel`, `layer1_bias`, `layer2_kernel` …
 * @param {Trained} trained
 * @returns {Blob}
 */
export const npz = ({recipe, weights}) =>
  zip(shapes(recipe).map((shape, at) => [`layer${(at >> 1) + 1}_${at % 2 ? 'bias' : 'kernel'}.npy`, npy(weights[at], shape)]));

/** @type {(values: Float32Array, shape: number[]) => Uint8Array<ArrayBuffer>} https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
function npy(values, shape) {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const magic = 10; // bytes: \x93NUMPY, version, length
  const total = Math.ceil((magic + dictionary.length + 1) / ALIGNED) * ALIGNED;
  const file = new Uint8Array(total + values.byteLength);
  file.set([0x93, ...new TextEncoder().encode('NUMPY'), MAJOR, 0]);
  new DataView(file.buffer).setUint16(8, total - magic, true);
  file.set(new TextEncoder().encode(`${dictionary.padEnd(total - magic - 1)}\n`), magic);
  file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), total);
  return file;
}

/** @type {(recipe: Recipe) => string} Python that loads the file into Keras */
export function loading(recipe) {
  const layers = shapes(recipe).flatMap((shape, at, all) => {
    if (at % 2) return [];
    const [outputs, last] = [shape[shape.length - 1], at === all.length - 2];
    const convolution = shape.length === 4;
    const line = convolution
      ? `keras.layers.Conv2D(${outputs}, ${shape[0]}, strides=2, activation="relu")`
      : `keras.layers.Dense(${outputs}, activation="${last ? 'softmax' : 'relu'}")`;
    const flat = !convolution && (at === 0 || all[at - 2].length === 4);
    return flat ? ['keras.layers.Flatten()', line] : [line];
  });
  const input = recipe.network === 'cnn' ? '(28, 28, 1)' : '(28, 28)';
  return `import keras, numpy as np
weights = np.load("${fileName(recipe)}")
network = keras.Sequential([
    keras.Input(${input}),  # pixels from 0, paper, to 1, ink
${layers.map((layer) => `    ${layer},`).join('\n')}
])
network.set_weights([weights[name] for name in weights.files])
network.save("mine.keras")`;
}

/** @type {(recipe: Recipe) => string} commands that take it into this app */
export const commands = (recipe) => `python -m model.training.from_page ${fileName(recipe)} mine.keras
python demo.py --model mine.keras`;
