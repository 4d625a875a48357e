// MNIST's images in the page: fetched when they are first wanted (`mnistImages`), from the app or from beside the page that needs no server.

export const SIZE = 784; // bytes of an image

/** @typedef {{images: Uint8Array<ArrayBuffer>, labels: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>}} Images  784 bytes each; bytes: both */

/** @type {Record<string, Promise<Images>>} by name */
const loaded = {};

/**
 * The images of a part of MNIST, once. What failed is forgotten: a later try may find the network back.
 * @param {'test' | 'train'} part
 * @param {(share: number) => void} [progress]  of the first call: how much of it has come, 0–1
 */
export function mnistImages(part, progress) {
  loaded[part] ??= load(part, progress).catch((error) => {
    delete loaded[part];
    throw error;
  });
  return loaded[part];
}

/** @type {(images: Uint8Array[]) => Uint8Array<ArrayBuffer>} SIZE bytes each → one's after the other's */
export function joined(images) {
  const all = new Uint8Array(SIZE * images.length);
  for (const [at, image] of images.entries()) all.set(image, SIZE * at);
  return all;
}

/**
 * @param {string} part
 * @param {(share: number) => void} [progress]
 * @returns {Promise<Images>}
 */
async function load(part, progress) {
  const missing = `MNIST’s ${part === 'test' ? 'test' : 'training'} images are not here.`;
  const response = await fetch(new URL(`../../../mnist/${part}-images.gz`, import.meta.url)).catch(() => null);
  if (!response) throw new Error('MNIST’s images could not be loaded: there is no network. Please try again.');
  if (!response.ok || !response.body) throw new Error(missing);
  // some hosts take .gz for a transfer's encoding, and the browser has unpacked it already
  const encoded = response.headers.get('Content-Encoding');
  const total = encoded ? 0 : Number(response.headers.get('Content-Length'));
  let come = 0;
  const counted = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        come += chunk.length;
        if (total) progress?.(Math.min(1, come / total));
        controller.enqueue(chunk);
      },
    }),
  );
  const unpacked = encoded ? counted : counted.pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(unpacked).arrayBuffer());
  const n = bytes.length / (SIZE + 1);
  if (!Number.isInteger(n)) throw new Error(missing);
  return {images: bytes.subarray(0, SIZE * n), labels: bytes.subarray(SIZE * n), bytes};
}
