// Bundles GraphiQL into build/graphiql, whole or not at all: the server takes what it finds there.
//
// package.json holds framer-motion at 12.23: later ones move draggable elements when their
// container changes its size, and a tab jumps away from the pointer that presses it.
import { copyFile, rename, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const target = path("../../../build/graphiql");
const draft = `${target}.${process.pid}`;

await build({
  entryPoints: {
    main: path("src/main.jsx"),
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
  outdir: draft,
  absWorkingDir: path("."),
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  define: { "process.env.NODE_ENV": '"production"' },
  loader: { ".ttf": "file" },
  chunkNames: "chunk-[hash]",
  logLevel: "warning",
});
await copyFile(path("src/index.html"), `${draft}/index.html`);
await rm(target, { recursive: true, force: true });
await rename(draft, target);
