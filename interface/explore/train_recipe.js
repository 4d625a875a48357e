// What can be chosen of a training (`Controls`), and how the page's address names it (#train=tutorial-2-128-3-0.001-32-60000-1).

import {element} from './paint.js';

/** @import {Recipe} from './train_types.js' */

/** @type {Record<Recipe['network'], Recipe>} what each network starts with; the first is the tutorial's */
export const RECIPES = {
  tutorial: {network: 'tutorial', hidden: 2, width: 128, epochs: 3, rate: 0.001, batch: 32, images: 60000, seed: 1},
  cnn: {network: 'cnn', hidden: 0, width: 128, epochs: 1, rate: 0.001, batch: 32, images: 60000, seed: 1},
};
const NETWORKS = {tutorial: 'Tutorial: dense layers', cnn: 'Small CNN: two convolutions'};
const MOST_SEED = 999;

/** @type {{name: Exclude<keyof Recipe, 'network' | 'seed'>, label: string, choices: number[]}[]} in the order of the address */
const CHOICES = [
  {name: 'hidden', label: 'Hidden layers', choices: [0, 1, 2, 3]},
  {name: 'width', label: 'Neurons in each', choices: [16, 32, 64, 128, 256]},
  {name: 'epochs', label: 'Epochs', choices: [1, 2, 3, 5, 10]},
  {name: 'rate', label: 'Learning rate', choices: [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]},
  {name: 'batch', label: 'Batch', choices: [16, 32, 64, 128, 256]},
  {name: 'images', label: 'Images to learn from', choices: [500, 1000, 5000, 10000, 30000, 60000]},
];

/** @type {(recipe: Recipe) => string} */
export const encode = (recipe) => [recipe.network, ...CHOICES.map(({name}) => recipe[name]), recipe.seed].join('-');

/**
 * @param {string | null} text
 * @returns {Recipe} the tutorial's where the text names none; what is out of bounds is the network's own
 */
export function decode(text) {
  const [network, ...values] = (text ?? '').split('-');
  const recipe = {...(network === 'cnn' ? RECIPES.cnn : RECIPES.tutorial)};
  for (const [at, {name, choices}] of CHOICES.entries()) {
    if (choices.includes(Number(values[at]))) recipe[name] = Number(values[at]);
  }
  recipe.seed = seedOf(values[CHOICES.length]);
  return recipe;
}

/** @type {(text: string | undefined) => number} 1 to MOST_SEED */
const seedOf = (text) => Math.max(1, Math.min(MOST_SEED, Math.round(Number(text)) || 1));

/** The form. */
export class Controls {
  /**
   * @param {HTMLElement} panel  it is put at its end
   * @param {Recipe} recipe  chosen at first
   * @param {(recipe: Recipe) => void} changed
   */
  constructor(panel, recipe, changed) {
    this.form = panel.appendChild(element('fieldset', '', 'ex-recipe'));
    this.form.append(element('legend', 'What is trained'));
    this.network = this.select('Network', 'network', Object.entries(NETWORKS));
    this.selects = CHOICES.map(({name, label, choices}) =>
      this.select(
        label,
        name,
        choices.map((value) => [String(value), value.toLocaleString('en', {maximumFractionDigits: 4})]),
      ),
    );
    this.seed = Object.assign(document.createElement('input'), {type: 'number', min: '1', max: String(MOST_SEED), step: '1', name: 'seed'});
    this.label('Seed', this.seed);
    this.show(recipe);
    this.form.onchange = ({target}) => {
      if (target === this.network) this.show({...RECIPES[this.network.value === 'cnn' ? 'cnn' : 'tutorial'], seed: this.recipe.seed});
      else this.show(this.recipe);
      changed(this.recipe);
    };
  }

  /**
   * @param {string} text
   * @param {HTMLElement} control
   */
  label(text, control) {
    const label = this.form.appendChild(element('label', text));
    label.append(control);
  }

  /**
   * @param {string} label
   * @param {string} name
   * @param {[value: string, words: string][]} options
   */
  select(label, name, options) {
    const made = document.createElement('select');
    made.name = name;
    made.append(...options.map(([value, words]) => new Option(words, value)));
    this.label(label, made);
    return made;
  }

  /** @param {Recipe} recipe */
  show(recipe) {
    this.network.value = recipe.network;
    for (const [at, {name}] of CHOICES.entries()) this.selects[at].value = String(recipe[name]);
    this.selects[1].disabled = recipe.hidden === 0;
    this.seed.value = String(recipe.seed);
  }

  /** @returns {Recipe} as it is chosen now */
  get recipe() {
    return decode([this.network.value, ...this.selects.map(({value}) => value), this.seed.value].join('-'));
  }

  /** @param {boolean} whether */
  disable(whether) {
    this.form.disabled = whether;
  }
}
