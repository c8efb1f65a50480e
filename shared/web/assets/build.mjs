// Compiles the look of Zanat: node build.mjs [folder], by default ../static.
//
// Only what is written here is made anew; the font is made by font/subset.py, since it changes
// only when the languages do.

import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(process.argv[2] ?? join(here, "..", "static"));
const modules = join(here, "node_modules");
const BROWSERS = ["chrome90", "firefox90", "safari14"];
const SCRIPT = "es2020";

await mkdir(target, { recursive: true });

const style = compile(join(here, "sass", "zanat.scss"), {
  loadPaths: [modules],
  quietDeps: true,
  style: "expanded",
});
const small = await transform(style.css, {
  loader: "css",
  minify: true,
  target: BROWSERS,
});
await writeFile(join(target, "zanat.css"), small.code);

for (const name of ["zanat.js", "grid.js", "offline.js"]) {
  await build({
    entryPoints: [join(here, "scripts", name)],
    bundle: true,
    format: "iife",
    legalComments: "none",
    logLevel: "error",
    minify: true,
    outfile: join(target, name),
    target: SCRIPT,
  });
}

await copyFile(join(modules, "htmx.org", "dist", "htmx.min.js"), join(target, "htmx.min.js"));

for (const name of ["zanat.css", "zanat.js", "grid.js", "offline.js", "htmx.min.js"]) {
  const { length } = await readFile(join(target, name));
  console.error(`${name} ${length} bytes`);
}
