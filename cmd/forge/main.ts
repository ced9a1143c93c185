#!/usr/bin/env node
// forge, and as kubectl-forge the same as a plugin of kubectl. It is started anew for each word that
// somebody types: what Node compiles of it is kept, and everything else is loaded after that.
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const { HOME: home, XDG_CACHE_HOME: cacheHome = home && join(home, ".cache") } = process.env;
// Not in the folder for temporary files, where others could put code for us to run.
if (cacheHome) enableCompileCache(join(cacheHome, "forge", "compiled"));
await import("./run.ts");
