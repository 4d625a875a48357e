// Where the app's own routes are: below page/, right behind a proxy's sub-path as well.

/** The address of a route, such as `share`, is ROUTES + 'share'. */
export const ROUTES = `${location.pathname.replace(/\/?$/, '/')}page/`;
