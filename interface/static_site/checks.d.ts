// Checked by tsc: server.js here can stand where interface/predict/server.js does, export for export.

type Fits<Place, One extends Place> = One;

export type ServerFits = Fits<typeof import('../predict/server.js'), typeof import('./server.js')>;
