// What templates.js exports: interface/static_site/templates.py writes that module from the Jinja2 templates. j: what jinja.js gives them.

import type {Markup} from './jinja.js';

export const templates: Record<string, (j: object, scope: Record<string, unknown>) => Markup>;
