import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** Who may import whom: a module to the modules that it may use. docs/architecture.md draws it. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  cmd: ["*"],
  "src/reconcilers": [
    "controller",
    "controller/kube",
    "src/api",
    "src/query",
    "src/policy",
    "src/render",
    "src/credentials",
    "src/triggers",
    "src/network",
    "src/oci",
    "src/git",
    "src/gitops",
    "src/delivery",
    "src/argocd",
    "src/flux",
    "src/telemetry",
  ],
  "src/query": ["controller/kube", "src/api", "src/policy", "src/telemetry", "src/triggers"],
  "src/credentials": ["controller/kube", "src/api", "src/git", "src/network"],
  "src/delivery": ["controller/kube", "src/api"],
  "src/argocd": ["controller/kube", "src/api", "src/delivery"],
  "src/flux": ["controller/kube", "src/api", "src/delivery"],
  "src/server": [
    "controller/kube",
    "src/api",
    "src/concurrency",
    "src/ledger",
    "src/network",
    "src/policy",
    "src/query",
    "src/requests",
    "src/rest",
    "src/telemetry",
  ],
  "src/rest": ["src/api"],
  "src/cli": [
    "src/archive",
    "src/credentials",
    "src/git",
    "src/network",
    "src/oci",
    "src/rest",
    "src/triggers",
    "controller/kube",
    "src/api",
    "src/query",
    "src/policy",
    "src/requests",
    "src/telemetry",
  ],
  "src/requests": ["controller/kube", "src/api", "src/query", "src/policy"],
  // Of the reconcilers, the policy and what it is asked with, none: nothing is decided from history.
  "src/ledger": ["src/api", "src/telemetry"],
  "src/plugin": ["src/api", "src/concurrency", "src/oci", "src/telemetry"],
  "src/render": ["src/api"],
  "src/triggers": ["src/api"],
  "src/policy": ["src/api", "src/triggers"],
  "src/oci": ["src/api", "src/archive", "src/concurrency", "src/network", "src/telemetry"],
  "src/gitops": ["src/api", "src/concurrency", "src/git", "src/network", "src/telemetry"],
  "src/git": ["src/api", "src/concurrency", "src/network", "src/telemetry"],
  "src/network": ["src/telemetry"],
  "src/telemetry": ["src/api"],
  "src/archive": [],
  "src/concurrency": [],
  "src/api": [],
  controller: ["controller/kube"],
  "controller/kube": [],
  // What stands around the product may use it, and is used by nothing of it.
  tools: [],
  hack: ["src/api", "src/policy", "src/server", "tools", "test/ground"],
  "hack/image": ["src/api", "src/archive", "src/network", "src/oci"],
  "hack/executables": ["hack", "hack/image", "src/oci", "tools"],
  "test/ground": ["tools"],
  "test/system": ["*"],
  "test/e2e": ["*"],
  "test/contract": ["*"],
  "test/containers": ["*"],
  bench: ["*"],
};

const modules = Object.keys(allowed).toSorted((a, b) => b.length - a.length);

interface SourceFile {
  readonly path: string;
  readonly module: string | undefined;
  readonly text: string;
  readonly imports: readonly string[];
}

function listFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function moduleOf(path: string): string | undefined {
  return modules.find((module) => path.startsWith(`${module}/`));
}

/** Paths that a file imports from within the tree, static and dynamic alike. */
function importsOf(path: string, text: string): string[] {
  const specifiers = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g);
  return [...specifiers].map(([, specifier = ""]) =>
    relative(root, resolve(root, dirname(path), specifier)),
  );
}

const files: SourceFile[] = ["cmd", "controller", "src", "tools", "hack", "test", "bench"]
  .flatMap(listFiles)
  .map((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return { path, module: moduleOf(path), text, imports: importsOf(path, text) };
  });
const product = files.filter(({ path }) => /^(cmd|controller|src)\//.test(path));
const isTest = (path: string) => path.endsWith(".test.ts") || path.includes("/testing/");

describe("architecture", () => {
  test("imports go only where the table lets them", () => {
    const wrong = files.flatMap(({ path, module, imports }) =>
      imports.flatMap((target) => {
        const to = moduleOf(target);
        if (module === undefined || to === undefined || to === module) return [];
        const may = allowed[module] ?? [];
        return may.includes("*") || may.includes(to) ? [] : [`${path} -> ${target}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("a module is entered by its index.ts alone", () => {
    const wrong = files.flatMap(({ path, module, imports }) =>
      imports
        .filter((target) => {
          const to = moduleOf(target);
          if (to === undefined || to === module || !/^(controller|src)/.test(to)) return false;
          // What a module offers to tests alone stands beside its door.
          if (isTest(path) && target.startsWith(`${to}/testing/`)) return false;
          return basename(target) !== "index.ts" || dirname(target) !== to;
        })
        .map((target) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("a room of the reconcilers looks into rooms before it alone", () => {
    const rooms = [
      "admission",
      "approval",
      "release",
      "project",
      "deployment",
      "pointer",
      "environment",
      "delivery",
    ];
    const roomOf = (path: string) =>
      rooms.findIndex((room) => path.startsWith(`src/reconcilers/${room}/`));
    const wrong = files.flatMap(({ path, imports }) =>
      imports
        .filter((target) => roomOf(path) >= 0 && roomOf(target) > roomOf(path))
        .map((target) => `${path} -> ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no file imports itself by a way round", () => {
    const graph = new Map(files.map(({ path, imports }) => [path, imports]));
    const state = new Map<string, "open" | "closed">();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === "closed") return;
      if (state.get(path) === "open") {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
        return;
      }
      state.set(path, "open");
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      state.set(path, "closed");
    };
    for (const { path } of files) visit(path, []);
    expect(cycles).toEqual([]);
  });

  test("file names are kebab-case, and say what is inside", () => {
    const vague = /(^|-)(utils?|helpers?|common|misc|shared)(-|\.|$)/;
    const wrong = files.filter(({ path }) => {
      const name = basename(path);
      return !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config)?\.ts$/.test(name) || vague.test(name);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("files of the product stay below 400 lines", () => {
    const long = product.filter(({ path, text }) => !isTest(path) && text.split("\n").length > 400);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  test("the environment is read by the programs alone", () => {
    const wrong = product.filter(
      ({ path, text }) => !path.startsWith("cmd/") && !isTest(path) && text.includes("process.env"),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("the policy knows no clock, no chance and no timers", () => {
    const wrong = files.filter(
      ({ module, path, text }) =>
        module === "src/policy" &&
        !isTest(path) &&
        /Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|from "node:/.test(text),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("programs are started by nothing of the product, but for one place", () => {
    // Docker's credential helpers are programs, and there is no other way to ask them.
    const mayStart = ["src/oci/auth/credential-program.ts"];
    const wrong = product.filter(
      ({ path, text }) =>
        !isTest(path) && !mayStart.includes(path) && text.includes("node:child_process"),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  test("nothing connects to anything but by the network's guard, or by settings of its own", () => {
    const mayConnect = [
      // The guard.
      "src/network/connections.ts",
      "src/network/guarded-connect.ts",
      "src/network/resolve.ts",
      // The API server of the kubeconfig, and forge-server as the person names it.
      "controller/kube/connection.ts",
      "src/cli/remote/api-client.ts",
      // The receiver of --otlp-endpoint.
      "src/telemetry/otlp-tracer.ts",
      // The database of --ledger-url-file.
      "src/ledger/store/postgres.ts",
    ];
    const clients =
      /import ([^;]*?) from "(undici|pg|node:(?:https?|http2|net|tls|dns|dns\/promises|dgram)|@opentelemetry\/exporter[^"]*)"/g;
    // Types, errors, servers, certificates and address arithmetic connect to nothing.
    const harmless =
      /^(type \w+|errors|is(IP|IPv4|IPv6)|BlockList|createServer( as \w+)?|STATUS_CODES|rootCertificates)$/;
    const isHarmless = (imported: string, from: string, text: string) => {
      if (imported.startsWith("type ")) return true;
      const named = /\{([^}]*)\}/.exec(imported)?.[1];
      // The whole of node:tls, for the certificates that it knows.
      if (named === undefined)
        return from === "node:tls" && !/[tT]ls\.(connect|TLSSocket)/.test(text);
      const names = named.split(",").map((name) => name.trim());
      return names.every((name) => name === "" || harmless.test(name));
    };
    const connects = ({ path, text }: SourceFile) => {
      if (isTest(path) || mayConnect.includes(path)) return false;
      // The global ones know no guard.
      if (/(?:await|return|[=(,])\s*fetch\(|new (?:WebSocket|EventSource)\(/.test(text))
        return true;
      return [...text.matchAll(clients)].some(
        ([, what = "", from = ""]) => !isHarmless(what, from, text),
      );
    };
    expect(product.filter(connects).map(({ path }) => path)).toEqual([]);
  });

  test("one file knows OpenTelemetry, and is loaded when something is traced", () => {
    const tracer = "src/telemetry/otlp-tracer.ts";
    const knowing = product.filter(({ text }) => /from "@opentelemetry\//.test(text));
    expect(knowing.map(({ path }) => path)).toEqual([tracer]);
    const loaded = product.filter(({ text }) => /from "[^"]*otlp-tracer\.ts"/.test(text));
    expect(loaded.map(({ path }) => path)).toEqual([]);
  });

  test("nothing of the product is imported by nobody", () => {
    const used = new Set(files.filter(({ path }) => !isTest(path)).flatMap((f) => f.imports));
    const isStarted = (path: string) => path.endsWith("/main.ts") || path.endsWith("/worker.ts");
    const unused = product.filter(
      ({ path }) => !isTest(path) && !isStarted(path) && !used.has(path),
    );
    expect(unused.map(({ path }) => path)).toEqual([]);
  });
});
