// The data that passes between the modules of "Train one", and what they use of jax-js.

/** What is trained, and how. images: the first of the 60,000 that it learns from; rate: Adam's learning rate. */
export interface Recipe {
  network: 'tutorial' | 'cnn';
  hidden: number;
  width: number;
  epochs: number;
  rate: number;
  batch: number;
  images: number;
  seed: number;
}

/** What the page asks of the worker. image: 784 bytes, to be answered by the network as it is now. */
export interface TrainRequest {
  start?: Recipe;
  stop?: true;
  image?: Uint8Array;
}

/** Pictures of the first layer's weights. side: px; values: side × side each, row by row. */
export interface Pictures {
  side: number;
  values: Float32Array;
  of: number;
}

/** How far the training is. loss, accuracy: means over the batches since the last report; seconds: of training. */
export interface Progress {
  step: number;
  steps: number;
  epoch: number;
  loss: number;
  accuracy: number;
  seconds: number;
}

/** A network that is trained, or was stopped. weights: as Keras orders them; images: the test images; answers: to them. */
export interface Trained {
  recipe: Recipe;
  weights: Float32Array[];
  images: Uint8Array<ArrayBuffer>;
  answers: Uint8Array;
  labels: Uint8Array;
  accuracy: number;
  seconds: number;
  step: number;
  steps: number;
  device: string;
}

/** What the worker tells the page. doing: a sentence. */
export interface TrainAnswer {
  doing?: string;
  progress?: Progress;
  pictures?: Pictures;
  trained?: Trained;
  probabilities?: Float32Array;
  error?: string;
}

/** An array of jax-js. Whoever is handed one owns it: `ref` makes one more reference, for each further use. */
export interface Tensor {
  readonly ref: Tensor;
  readonly shape: number[];
  add(other: Tensor | number): Tensor;
  sub(other: Tensor | number): Tensor;
  mul(other: Tensor | number): Tensor;
  div(other: Tensor | number): Tensor;
  sum(axis?: number): Tensor;
  greater(other: Tensor | number): Tensor;
  greaterEqual(other: Tensor): Tensor;
  astype(dtype: 'float32'): Tensor;
  reshape(shape: number[]): Tensor;
  slice(...index: (number | [] | [number, number])[]): Tensor;
  data(): Promise<Float32Array<ArrayBuffer>>;
  dispose(): void;
}

/** The module of jax-js, as far as it is used here. */
export interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  jit<F>(compiled: F): F;
  valueAndGrad(
    loss: (weights: Tensor[], ...rest: Tensor[]) => [Tensor, Tensor],
    options: {hasAux: true},
  ): (weights: Tensor[], ...rest: Tensor[]) => [[Tensor, Tensor], Tensor[]];
  nn: {softmax(x: Tensor): Tensor; logSoftmax(x: Tensor): Tensor};
  numpy: {
    array(values: Float32Array | number[]): Tensor;
    zeros(shape: number[]): Tensor;
    dot(a: Tensor, b: Tensor): Tensor;
    sqrt(x: Tensor): Tensor;
    square(x: Tensor): Tensor;
    where(condition: Tensor, x: Tensor, otherwise: number): Tensor;
    max(x: Tensor, axis: number): Tensor;
    stack(parts: Tensor[]): Tensor;
    concatenate(parts: Tensor[], axis: number): Tensor;
  };
}
