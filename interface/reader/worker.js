// Reads drawings in a thread of its own, so that no pen ever waits for it: a recogniser on LiteRT's WebAssembly runtime, both
// from where this page came from (interface/reader/routes.py). {id, model, picture or bytes, brief} is answered by {id, reading} or {id, error}.
//
// Not a module: the runtime's loader comes by importScripts.

const place = (file) => new URL(`../../../engine/${file}`, location).href;
const QUIET = /^(INFO|WARNING):/; // what the runtime tells of itself goes to the console as an error otherwise
const PRACTICE = 8; // readings after which the browser has compiled this code well: the first takes ten times as long
const loaded = {}; // promises, by the model's name, and of the runtime

addEventListener('message', async ({data: {id, model, picture, bytes, brief}}) => {
  try {
    const recogniser = await once(`model ${model}`, () => open(model));
    postMessage({id, reading: picture ? await read(recogniser, picture, brief) : bytes ? recogniser.readImage(bytes) : null});
  } catch (error) {
    postMessage({id, error: error.message});
  }
});

/** What `load` resolves to; it is asked once, but for what failed: a later try may find the network back. */
function once(name, load) {
  return (loaded[name] ??= load().catch((error) => {
    delete loaded[name];
    throw error;
  }));
}

/** What is plain need not wait for the network for digits that touch. */
async function read(recogniser, picture, brief) {
  if (!brief && !recogniser.strips) {
    const quick = recogniser.read(picture, true);
    if (!quick?.brief) return quick;
    recogniser.strips = await strips();
  }
  return recogniser.read(picture, brief);
}

async function open(name) {
  const [{models}, {Recogniser}] = await Promise.all([import('./constants.js'), import('./recogniser.js')]);
  const recogniser = new Recogniser(await network(models[name].file), models[name]);
  practise(recogniser, PRACTICE);
  strips().catch(() => {}); // soon wanted; who wants it then asks again
  return recogniser;
}

/** The network for digits that touch, once for all models. */
function strips() {
  return once('strips', () => import('./constants.js').then(({together}) => network(together.file)));
}

/** A network's file as a function of its input. */
async function network(file) {
  const [response, litert] = await Promise.all([fetched(file), once('runtime', start)]);
  const compiled = await litert.loadAndCompile(new Uint8Array(await response.arrayBuffer()), {accelerator: 'wasm'});
  const shape = [...compiled.getInputDetails()[0].shape];
  return (input) => run(litert, compiled, input, shape);
}

/** Get quick between people's drawings. */
function practise(recogniser, times) {
  setTimeout(() => {
    recogniser.read(corner(), true);
    if (times > 1) practise(recogniser, times - 1);
  });
}

async function fetched(file) {
  const response = await fetch(place(file));
  if (!response.ok) throw new Error(`${file} is missing.`);
  return response;
}

/** What the runtime allocates it does not free by itself. */
function run(litert, compiled, image, shape) {
  const input = new litert.Tensor(image, shape);
  try {
    const [output] = compiled.run([input]);
    try {
      return output.toTypedArray();
    } finally {
      output.delete();
    }
  } finally {
    input.delete();
  }
}

async function start() {
  const {runtime} = await import('./constants.js');
  const response = await fetched(`${runtime.folder}/${runtime.wasm}`);
  // some hosts take .gz for a transfer's encoding, and the browser has unpacked it already
  const packed = !response.headers.get('Content-Encoding');
  const body = packed ? response.body.pipeThrough(new DecompressionStream('gzip')) : response.body;
  const wasm = await WebAssembly.compileStreaming(new Response(body, {headers: {'Content-Type': 'application/wasm'}}));
  self.Module = {
    // what the runtime's own loader looks for
    instantiateWasm: (imports, done) => {
      WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm));
      return {};
    },
    printErr: (line) => {
      if (!QUIET.test(line)) console.error(line);
    },
  };
  const litert = await import(place(`${runtime.folder}/litert.js`));
  await litert.loadLiteRt(place(`${runtime.folder}/${runtime.loader}`));
  return litert;
}

/** A drawing to practise on: a corner, as of a 7. */
function corner(side = 280) {
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let y = 60; y < 220; y++) {
    for (let x = 80; x < 200; x++) if (y < 76 || x > 184) data.fill(0, 4 * (y * side + x), 4 * (y * side + x) + 3);
  }
  return {data, width: side, height: side};
}
