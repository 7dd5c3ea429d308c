// Monaco checks documents in workers; these are bundled beside the page (see build.mjs).
const files = { graphql: "graphql.worker.js", json: "json.worker.js" };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(`/graphiql/${files[label] ?? "editor.worker.js"}`, { type: "module" }),
};
