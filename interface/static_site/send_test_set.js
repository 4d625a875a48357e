// Takes the place of interface/evaluate/send_test_set.js in the page without a server: nothing is sent, the zip is opened in the page.

export {send} from '../static_site/evaluate/test_sets.js';
