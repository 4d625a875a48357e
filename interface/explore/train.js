// "Train one": a network is trained in the page while one watches, tested, tried on the drawing and downloaded. The network is train_network.js,
// the loop train_worker.js; this is the view.

import {find, sentence} from '../page/dom.js';
import {button, element} from './paint.js';
import {Chart, percent, showPictures} from './train_chart.js';
import {SIDE} from './train_network.js';
import {Controls, decode, encode} from './train_recipe.js';
import {showResult} from './train_result.js';

/** @import {Drawn, Part} from './types.js' */
/** @import {TrainRequest, Progress, TrainAnswer, Trained} from './train_types.js' */
/** @import {Explore} from './tab.js' */

const SAYS =
  'Press Train, and a network that knows nothing learns from MNIST’s training images, here in your browser. The loss falls, the pictures of its first layer take shape, and at the end it reads the 10,000 test images, which it has never seen. That takes about a minute, on a phone longer. Draw meanwhile or then: it answers at once.';
const NEURONS = 'Blue: ink here speaks for what this neuron looks for. Orange: ink here speaks against it.';
const DIGITS = 'From 0 to 9. Blue: ink here speaks for this digit. Orange: ink here speaks against it.';
const FIRST = 'Press Train first: then your network reads your drawing as well.';
const TWIN = 'The same recipe in Python: ';

/**
 * @param {HTMLElement} panel
 * @param {Explore} tab
 * @returns {Part}
 */
export const start = (panel, tab) => new Train(panel, tab);

/** @implements {Part} */
class Train {
  /**
   * @param {HTMLElement} panel
   * @param {Explore} tab
   */
  constructor(panel, tab) {
    this.tab = tab;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Drawn | null} */
    this.seen = null;
    this.answering = false;
    this.again = false;
    this.epoch = 0;
    panel.append(element('h2', 'Train a network yourself'), element('p', SAYS, 'soft'));
    this.controls = new Controls(panel, decode(tab.fromAddress('train')), (recipe) => tab.setAddress({train: encode(recipe)}));
    const row = panel.appendChild(element('div', '', 'ex-row'));
    this.button = row.appendChild(button('Train', 'primary'));
    this.stop = row.appendChild(button('Stop'));
    this.button.dataset.testid = 'train';
    this.stop.disabled = true;
    this.button.onclick = () => this.train();
    this.stop.onclick = () => this.ask({stop: true});
    this.state = panel.appendChild(element('p', 'Nothing is trained yet.', 'ex-state'));
    this.spoken = panel.appendChild(element('p', '', 'ex-spoken')); // only for a screen reader: an epoch, not each step
    this.spoken.setAttribute('role', 'status');
    this.bar = panel.appendChild(document.createElement('progress'));
    this.bar.setAttribute('aria-label', 'How far the training is');
    this.bar.hidden = true;
    this.answer = panel.appendChild(element('p', '', 'ex-answered'));
    this.answer.dataset.testid = 'train-answer';
    this.answer.setAttribute('role', 'status');
    this.tested = panel.appendChild(element('section'));
    this.chart = new Chart(panel);
    this.weights = panel.appendChild(element('section'));
    this.weights.hidden = true;
    this.weights.append(element('h3', 'Its first layer, as it forms'), element('canvas', '', 'ex-weights'), element('p', '', 'soft'));
    find(this.weights, '.ex-weights', HTMLCanvasElement).setAttribute('role', 'img');
    this.result = panel.appendChild(element('section', '', 'ex-result')); // below what was watched, which stays where it is
    const twin = panel.appendChild(element('p', TWIN, 'soft'));
    twin.append(
      element('code', 'python mnist_model.py'),
      ', step by step, or ',
      element('code', 'python -m model.training.page_recipe'),
      ', with these choices.',
    );
  }

  /** @param {TrainRequest} asked */
  ask(asked) {
    this.worker ??= this.startWorker();
    this.worker.postMessage(asked);
  }

  startWorker() {
    const worker = new Worker(new URL('train_worker.js', import.meta.url), {type: 'module'});
    worker.onmessage = ({data}) => this.received(data);
    worker.onerror = () => {
      worker.terminate();
      this.worker = null; // the next training starts another
      this.failed('Networks cannot be trained in this browser.');
    };
    return worker;
  }

  train() {
    const recipe = this.controls.recipe;
    this.tab.setAddress({train: encode(recipe)});
    this.tab.showProblem('');
    this.busy(true);
    this.epoch = 0;
    this.chart.clear();
    this.tested.replaceChildren();
    this.result.replaceChildren();
    this.answer.textContent = '';
    this.bar.removeAttribute('value');
    this.ask({start: recipe});
  }

  /** @param {boolean} whether */
  busy(whether) {
    const focused = document.activeElement;
    this.button.disabled = whether;
    this.stop.disabled = !whether;
    this.bar.hidden = !whether;
    this.controls.disable(whether);
    // a button that is disabled loses the focus
    if (whether && focused === this.button) this.stop.focus();
    if (!whether && focused === this.stop) this.button.focus();
  }

  /** @param {string} text */
  failed(text) {
    this.busy(false);
    this.epoch = 0;
    this.answering = false;
    this.answer.textContent = '';
    this.state.textContent = 'Nothing was trained.';
    this.tab.showProblem(text);
  }

  /** @param {TrainAnswer} answer */
  received({doing, progress, pictures, trained, probabilities, error}) {
    if (doing) this.state.textContent = doing;
    if (progress) this.showProgress(progress);
    if (pictures) {
      this.weights.hidden = false;
      find(this.weights, 'p', HTMLElement).textContent = this.controls.recipe.hidden || pictures.side < SIDE ? NEURONS : DIGITS;
      showPictures(find(this.weights, '.ex-weights', HTMLCanvasElement), pictures);
    }
    if (trained) this.showTrained(trained);
    if (probabilities) this.showAnswer(probabilities);
    if (error) this.failed(error);
  }

  /** @param {Progress} progress */
  showProgress(progress) {
    const {step, steps, epoch, loss, accuracy, seconds} = progress;
    this.chart.add(progress);
    this.bar.max = steps;
    this.bar.value = step;
    const left = Math.ceil((seconds / step) * (steps - step));
    const {epochs} = this.controls.recipe;
    this.state.textContent = `Epoch ${epoch} of ${epochs}, step ${step.toLocaleString('en')} of ${steps.toLocaleString('en')}: loss ${loss.toFixed(3)}, ${percent(accuracy)} right. About ${left} s left.`;
    if (epoch !== this.epoch) {
      this.spoken.textContent = this.epoch
        ? `Epoch ${this.epoch} of ${epochs} is over: loss ${loss.toFixed(3)}.`
        : `Training: epoch 1 of ${epochs}.`;
      this.epoch = epoch;
    }
    this.askAgain();
  }

  /** @param {Trained} trained */
  showTrained(trained) {
    const {accuracy, seconds, step, steps, device} = trained;
    this.busy(false);
    const whole = step === steps;
    const count = step.toLocaleString('en');
    this.state.textContent = `${whole ? 'Trained' : `Stopped after ${count} of ${steps.toLocaleString('en')} steps`}: ${count} steps in ${seconds.toFixed(1)} s on ${device === 'webgpu' ? 'the graphics card' : 'the processor'}.`;
    const figure = element('p', '', 'ex-figure');
    const value = figure.appendChild(element('strong', percent(accuracy)));
    value.dataset.testid = 'train-accuracy';
    value.dataset.done = '';
    figure.append(' of the 10,000 test images are read right.');
    this.spoken.textContent = `${whole ? 'Trained' : 'Stopped'}. ${percent(accuracy)} of the test images are read right.`;
    this.tested.replaceChildren(element('h3', 'Tested'), figure);
    showResult(this.result, trained).catch((error) => this.tab.showProblem(sentence(error)));
    this.askAgain();
  }

  /** @param {Drawn | null} drawn */
  drawn(drawn) {
    this.seen = drawn;
    if (!drawn) this.answer.textContent = '';
    this.askAgain();
  }

  /** Choose what the address names, unless a training is under way. */
  addressed() {
    if (!this.button.disabled) this.controls.show(decode(this.tab.fromAddress('train')));
  }

  /** What does the network as it is now read in the drawing? Asked again only when the answer is there. */
  askAgain() {
    if (!this.seen) return;
    if (!this.epoch) {
      this.answer.textContent = this.button.disabled ? '' : FIRST; // no network to ask: an answer would never come
      return;
    }
    this.again = this.answering;
    if (this.answering) return;
    this.answering = true;
    this.ask({image: this.seen.image});
  }

  /** @param {Float32Array} probabilities */
  showAnswer(probabilities) {
    this.answering = false;
    const sorted = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]);
    const words = sorted.slice(0, 2).map((digit) => `${digit} at ${(100 * probabilities[digit]).toFixed(1)} %`);
    if (this.seen) this.answer.textContent = `Your network reads your drawing as ${words[0]}; next is ${words[1]}.`;
    if (this.again) this.askAgain();
  }
}
