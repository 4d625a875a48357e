// Checked by tsc: what is here can stand where another module does, export for export.

type Fits<Place, One extends Place> = One;

export type TestSetsFit = Fits<typeof import('../evaluate/send_test_set.js'), typeof import('./send_test_set.js')>;
export type ServerFits = Fits<typeof import('../predict/server.js'), typeof import('./server.js')>;
