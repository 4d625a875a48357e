// Reads drawings and pictures in a thread of its own, so that no pen ever waits for it: a recogniser on LiteRT's WebAssembly runtime, both
// from where this page came from (interface/reader/routes.py). A message is a ReaderRequest
// (types.d.ts), its answer a ReaderAnswer.
//
// A classic worker, not a module: the runtime's loader comes by importScripts, which modules do not have.

/** @import {CompiledModel, Layers, LiteRt, InsideAnswer, InsideRequest, Network, PageNetworks, Pixels, ReaderAnswer, ReaderRequest, Reading} from './types.js' */
/** @import {Recogniser} from './recogniser.js' */

const RUNTIME_NOTES = /^(INFO|WARNING):/; // lines that the runtime prints although nothing is wrong
/** @type {Record<string, string>} by a visitor's model: which input it expects */
const notes = {};
const ONE_READER = 'The network for pages could not be loaded, so this was read in one way only.';

/** @type {Record<string, () => Promise<Recogniser>>} by name, each opened once */
const models = {};
const loadInside = once(openInside);
const loadPages = once(openPages);
const loadTouching = once(async () => openNetwork((await import('./constants.js')).touching_network.file)); // for all models
const loadRuntime = once(startRuntime);

/**
 * What opens something once. What failed is forgotten: a later try may find the network back.
 * @template Value
 * @param {() => Promise<Value>} open
 * @returns {() => Promise<Value>}
 */
function once(open) {
  /** @type {Promise<Value> | null} */
  let found = null;
  return () => {
    found ??= open().catch((error) => {
      found = null;
      throw error;
    });
    return found;
  };
}

/** @type {(file: string) => string} the address of a file below page/engine/ */
const address = (file) => new URL(`../../../engine/${file}`, location.href).href;

addEventListener('message', async (/** @type {MessageEvent<ReaderRequest>} */ {data}) => {
  const {id} = data;
  try {
    reply({id, ...(data.inside ? {inside: await look(data.inside)} : await answer(data))});
  } catch (error) {
    reply({id, error: error instanceof Error ? error.message : String(error)});
  }
});

/** @type {(asked: ReaderRequest) => Promise<Omit<ReaderAnswer, 'id'>>} */
async function answer(asked) {
  const {model, own, drawings, picture, file, longest, witnessed, bytes, images, opinion, why, brief = false, looked, audited} = asked;
  const opened = file && (await open(file));
  const loaded = await (own && drawings ? loadOwn(model, own, drawings) : loadModel(model));
  const recogniser = asked.moving ? loaded.atOneLook() : loaded;
  if (images) return opinion ? {opinion: recogniser.opinion(images)} : recogniser.probabilities(images);
  if (bytes && why) return {saliency: (await import('./saliency.js')).explain(recogniser, bytes)};
  if (bytes) return {reading: recogniser.readImage(bytes)};
  if (opened && audited) {
    const seen = await (await import('./pictures/seen.js')).seenIn(opened);
    return {seen, reading: seen.image ? null : await read(recogniser, opened, brief), note: await about(opened)};
  }
  const pixels = picture ?? opened;
  if (!pixels) return {note: notes[model]};
  const {reading, note} = witnessed ? await readByBoth(recogniser, pixels) : {reading: await read(recogniser, pixels, brief), note: ''};
  if (looked && reading.digits.length) {
    const {bytesOf} = await import('../page/base64.js');
    return {reading, inside: await look({image: bytesOf(reading.digits[0].image)}).catch(problem)};
  }
  if (!opened || !longest) return {reading};
  const {shownAs} = await import('./pictures/shown.js');
  return {
    reading,
    picture: await shownAs(opened, longest),
    size: [opened.width, opened.height],
    note: [await about(opened), note].filter(Boolean).join(' '),
  };
}

/** @type {(error: unknown) => InsideAnswer} */
const problem = (error) => ({problem: error instanceof Error ? error.message : String(error)});

/** @type {(asked: InsideRequest) => Promise<InsideAnswer>} what happens inside the network */
async function look(asked) {
  const {answer: see} = await import('./inside.js');
  return see(await loadInside(), asked);
}

/** @returns {Promise<PageNetworks>} */
async function openPages() {
  const [{page_files: files, page_writing: card}, {Recogniser}] = await Promise.all([import('./constants.js'), import('./recogniser.js')]);
  const [network, asked, classifier] = await Promise.all([
    openNetwork(files.network),
    openNetwork(card.file),
    fetched(files.classifier).then((stored) => stored.json()),
  ]);
  return {network, asked: new Recogniser(asked, card), classifier};
}

/** @returns {Promise<Layers>} */
async function openInside() {
  const {inside_files: files} = await import('./constants.js');
  const {litert, compiled, shape} = await compile(files['inside.tflite']);
  return (input) => runAll(litert, compiled, input, shape);
}

/** @type {(pixels: Pixels) => Promise<string>} what of its file was not read */
async function about({pages = 1}) {
  if (pages === 1) return '';
  const {pictures} = await import('./constants.js');
  return pictures.SENTENCES.pages.replace('{pages}', String(pages));
}

/** @type {(file: Blob) => Promise<Pixels>} */
async function open(file) {
  const [{openPicture}, {runtime}] = await Promise.all([import('./pictures/open_picture.js'), import('./constants.js')]);
  return openPicture(file, () => {
    if (!self.UTIF) {
      const [inflate, utif] = runtime.tiff.map((name) => address(`${runtime.folder}/${name}`));
      importScripts(inflate);
      self.pako = {inflate: self.fflate.unzlibSync};
      importScripts(utif);
    }
    return self.UTIF;
  });
}

/** @type {(answer: ReaderAnswer) => void} */
const reply = (answer) => postMessage(answer);

/**
 * Read a picture. A plain drawing need not wait for the network for digits that touch.
 * @param {Recogniser} recogniser
 * @param {Pixels} picture
 * @param {boolean} brief
 * @param {string} [expected]
 * @returns {Promise<Reading>}
 */
async function read(recogniser, picture, brief, expected = '') {
  if (!brief && !recogniser.touchingNetwork) {
    const quick = recogniser.read(picture, true, expected);
    if (!quick.brief) return quick;
    recogniser.touchingNetwork = await loadTouching();
  }
  return recogniser.read(picture, brief, expected);
}

/**
 * The reading that counts of a picture that nobody drew; note: a sentence where the network for pages cannot be asked.
 * @param {Recogniser} recogniser
 * @param {Pixels} picture
 * @returns {Promise<{reading: Reading, note: string}>}
 */
async function readByBoth(recogniser, picture) {
  const {doubled, halved, isLarge} = await import('./page_reader/large.js');
  if (isLarge(picture)) {
    const {reading, note} = await readByBoth(recogniser, halved(picture));
    return {reading: doubled(reading), note};
  }
  const {ink} = await import('./constants.js');
  const tiny = Math.max(picture.width, picture.height) <= ink.TINY_SIDE;
  const networks = !tiny && (await loadPages().catch(() => null));
  if (!networks) return {reading: await read(recogniser, picture, false), note: tiny ? '' : ONE_READER};
  const [{readPage}, {expectedOf, judge, settled}, {paperShare}] = await Promise.all([
    import('./page_reader/page_reader.js'),
    import('./page_reader/witness.js'),
    import('./segmentation/ink.js'),
  ]);
  recogniser.touchingNetwork ??= await loadTouching().catch(() => null); // whose second opinions may be missing
  const page = readPage(networks, recogniser, picture);
  const known = settled(page);
  if (known) return {reading: known, note: ''};
  const segmented = await read(recogniser, picture, false, expectedOf(page));
  return {reading: judge(segmented, {...page, plain: paperShare(picture)}), note: ''};
}

/** @type {(name: string) => Promise<Recogniser>} a model that ships, once */
function loadModel(name) {
  models[name] ??= once(() => openModel(name));
  return models[name]();
}

/**
 * A visitor's model, once.
 * @param {string} name
 * @param {ArrayBuffer} file
 * @param {Uint8Array} drawings
 * @returns {Promise<Recogniser>}
 */
async function loadOwn(name, file, drawings) {
  const [{Recogniser}, ownModel, litert] = await Promise.all([import('./recogniser.js'), import('./own_model.js'), loadRuntime()]);
  /** @type {CompiledModel} */
  let compiled;
  try {
    compiled = await litert.loadAndCompile(ownModel.withFixedBatch(new Uint8Array(file)), {accelerator: 'wasm'});
  } catch {
    throw new Error('This is not a LiteRT model that this page can run; export it again as a .tflite file of float32.');
  }
  const {network, card, note} = ownModel.open(
    compiled,
    (of, input) => runAll(litert, of, input, [...of.getInputDetails()[0].shape])[0],
    drawings,
  );
  notes[name] = note;
  const recogniser = new Recogniser(network, card);
  models[name] = async () => recogniser;
  return recogniser;
}

/** @type {(name: string) => Promise<Recogniser>} its code comes while its networks do */
async function openModel(name) {
  const [{Recogniser}, {practise}, {card, network, student}] = await Promise.all([
    import('./recogniser.js'),
    import('./practice.js'),
    openNetworks(name),
  ]);
  const recogniser = new Recogniser(network, card, null, student);
  practise(recogniser);
  loadTouching().catch(() => {}); // soon wanted; who wants it then asks again
  return recogniser;
}

/** @param {string} name  of a model that ships */
async function openNetworks(name) {
  const {models: shipped} = await import('./constants.js');
  const card = shipped[name];
  const [network, student] = await Promise.all([openNetwork(card.file), card.student && openNetwork(card.student.file)]);
  return {card, network, student};
}

/**
 * A network's file as a function of its input.
 * @param {string} file
 * @returns {Promise<Network>}
 */
async function openNetwork(file) {
  const {litert, compiled, shape} = await compile(file);
  return (input) => runAll(litert, compiled, input, shape)[0];
}

/** @type {(file: string) => Promise<{litert: LiteRt, compiled: CompiledModel, shape: number[]}>} */
async function compile(file) {
  const [response, litert] = await Promise.all([fetched(file), loadRuntime()]);
  const compiled = await litert.loadAndCompile(new Uint8Array(await response.arrayBuffer()), {accelerator: 'wasm'});
  return {litert, compiled, shape: [...compiled.getInputDetails()[0].shape]};
}

/** @type {(file: string) => Promise<Response>} */
async function fetched(file) {
  const response = await fetch(address(file));
  if (!response.ok) throw new Error(`${file} is missing.`);
  return response;
}

/**
 * The outputs of a network. What the runtime allocates it does not free by itself.
 * @param {LiteRt} litert
 * @param {CompiledModel} compiled
 * @param {Float32Array} image
 * @param {number[]} shape
 */
function runAll(litert, compiled, image, shape) {
  const input = new litert.Tensor(image, shape);
  try {
    const outputs = compiled.run([input]);
    try {
      return outputs.map((output) => output.toTypedArray());
    } finally {
      for (const output of outputs) output.delete();
    }
  } finally {
    input.delete();
  }
}

/** @returns {Promise<LiteRt>} */
async function startRuntime() {
  const {runtime} = await import('./constants.js');
  const [loader, packedWasm] = WebAssembly.validate(Uint8Array.from(runtime.relaxed_simd)) ? runtime.relaxed : runtime.plain;
  const response = await fetched(`${runtime.folder}/${packedWasm}`);
  // some hosts take .gz for a transfer's encoding, and the browser has unpacked it already
  const packed = response.body && !response.headers.get('Content-Encoding');
  const unpacked = packed ? response.body.pipeThrough(new DecompressionStream('gzip')) : response.body;
  const wasm = await WebAssembly.compileStreaming(new Response(unpacked, {headers: {'Content-Type': 'application/wasm'}}));
  self.Module = {
    instantiateWasm: (imports, done) => {
      WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm));
      return {};
    },
    printErr: (line) => {
      if (!RUNTIME_NOTES.test(line)) console.error(line);
    },
  };
  /** @type {LiteRt} */
  const litert = await import(address(`${runtime.folder}/litert.js`));
  await litert.loadLiteRt(address(`${runtime.folder}/${loader}`));
  return litert;
}
