import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { startCue } from "./evaluator.ts";
import { monorepo } from "./monorepo.ts";
import { cueExport, inWordsOfCue } from "./reference.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-cue-"));
const cue = startCue();
const signal = AbortSignal.timeout(600_000);

afterAll(async () => {
  await cue.close();
  rmSync(folder, { recursive: true, force: true });
});

const module = {
  "cue.mod/module.cue": 'module: "company.com/monorepo@v0"\nlanguage: version: "v0.17.0"\n',
};
const lib = { "lib/lib.cue": 'package lib\n\n#Port: int & >0\nname: "lib"\n' };

/** Packages of a repository, each with the folder that is evaluated. */
const cases: Readonly<Record<string, { files: Record<string, string>; of?: string }>> = {
  "files of one package are one": {
    files: { "a.cue": "package x\n\na: b\n", "b.cue": "package x\n\nb: 1\n" },
  },
  "they contradict each other": {
    files: { "a.cue": "package x\n\na: 1\n", "b.cue": "package x\n\na: 2\n" },
  },
  "a folder is part of its parent's package": {
    files: {
      ...module,
      "all.cue": 'package svc\n\n#Team: "shop"\n',
      "svc/a/a.cue": "package svc\n\nteam: #Team\n",
    },
    of: "svc/a",
  },
  "a package of the repository is imported": {
    files: {
      ...module,
      ...lib,
      "svc/a.cue":
        'package svc\n\nimport "company.com/monorepo/lib"\n\np: lib.#Port & 80\nn: lib.name\n',
    },
    of: "svc",
  },
  "with its major version, and another name": {
    files: {
      ...module,
      ...lib,
      "svc/a.cue":
        'package svc\n\nimport other "company.com/monorepo/lib@v0"\n\np: other.#Port & 80\n',
    },
    of: "svc",
  },
  "and is violated": {
    files: {
      ...module,
      ...lib,
      "svc/a.cue": 'package svc\n\nimport "company.com/monorepo/lib"\n\np: lib.#Port & "80"\n',
    },
    of: "svc",
  },
  "a package below cue.mod/pkg is imported": {
    files: {
      ...module,
      "cue.mod/pkg/example.com/base/base.cue": "package base\n\n#B: {n: int}\n",
      "a.cue": 'package x\n\nimport "example.com/base"\n\nb: base.#B & {n: 1}\n',
    },
  },
  "there is no such package": {
    files: { ...module, "a.cue": 'package x\n\nimport "company.com/monorepo/none"\n\nb: none.x\n' },
  },
  "packages import each other": {
    files: {
      ...module,
      "a/a.cue": 'package a\n\nimport "company.com/monorepo/b"\n\nx: b.y\n',
      "b/b.cue": 'package b\n\nimport "company.com/monorepo/a"\n\ny: a.x\n',
    },
    of: "a",
  },
  "an import contradicts itself": {
    files: {
      ...module,
      "lib/lib.cue": "package lib\n\nbroken: 1 & 2\nfine: 3\n",
      "svc/a.cue": 'package svc\n\nimport "company.com/monorepo/lib"\n\nx: lib.fine\n',
    },
    of: "svc",
  },
  "a folder holds two packages": {
    files: { ...module, "a.cue": "package x\n\na: 1\n", "b.cue": "package y\n\nb: 1\n" },
  },
  "a file that its tag leaves out": {
    files: { "a.cue": "package x\n\na: 1\n", "b.cue": "@if(never)\n\npackage x\n\na: 2\n" },
  },
  "a test, a tool and a hidden file are left out": {
    files: {
      "a.cue": "package x\n\na: 1\n",
      "a_test.cue": "package x\n\na: 2\n",
      "a_tool.cue": "package x\n\na: 3\n",
      "_a.cue": "package x\n\na: 4\n",
    },
  },
  "hidden fields belong to their package": {
    files: {
      ...module,
      "lib/lib.cue": "package lib\n\n_h: 1\nshown: _h\n",
      "svc/a.cue": 'package svc\n\nimport "company.com/monorepo/lib"\n\nx: lib & {_h: 2}\n',
    },
    of: "svc",
  },
  "the module file is wrong": {
    files: {
      "cue.mod/module.cue": 'module: 1\nlanguage: version: "v0.17.0"\n',
      "a.cue": "package x\n\na: 1\n",
    },
  },
};

describe("packages and modules are found as `cue export` finds them", () => {
  test.each(Object.entries(cases))("%s", async (name, { files, of = "" }) => {
    const reference = await cueExport(join(folder, name.replaceAll(/\W/g, "-")), files, of);
    const answer = await cue.evaluate({ files, folder: of, maxBytes: 1_000_000 }, signal);
    expect(inWordsOfCue(answer, of)).toEqual(reference);
  });

  test("30 services with shared definitions", async () => {
    const { files, folders } = monorepo({ services: 30, objects: 5 });
    for (const of of folders.filter((_, index) => index % 10 === 0)) {
      const reference = await cueExport(join(folder, "monorepo"), files, of);
      const answer = await cue.evaluate({ files, folder: of, maxBytes: 1_000_000 }, signal);
      expect(reference.value).toBeDefined();
      expect(inWordsOfCue(answer, of)).toEqual(reference);
    }
  });
});

test("every instance gives the same answer, byte for byte, in whatever order the files come", async () => {
  const { files, folders } = monorepo({ services: 5, objects: 20 });
  const request = { folder: folders[3] ?? "", maxBytes: 1_000_000 };
  const answers = new Set<string>();
  for (let run = 0; run < 4; run++) {
    const entries = Object.entries(files);
    const shuffled = Object.fromEntries(run % 2 === 0 ? entries : entries.toReversed());
    const fresh = startCue({ threads: 1 });
    answers.add(JSON.stringify(await fresh.evaluate({ ...request, files: shuffled }, signal)));
    await fresh.close();
  }
  expect(answers.size).toBe(1);
});

describe("what comes from elsewhere says so", () => {
  test("a module of a CUE registry", async () => {
    const files = {
      "cue.mod/module.cue": `${module["cue.mod/module.cue"]}deps: "example.com/far@v0": v: "v0.1.0"\n`,
      "a.cue": 'package x\n\nimport "example.com/far@v0"\n\na: far.x\n',
    };
    const { errors } = await cue.evaluate({ files, folder: "", maxBytes: 1_000 }, signal);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringMatching(
        /example\.com\/far@v0.*CUE registry, which is not supported yet/,
      ),
      places: [{ file: "a.cue", line: 3 }],
    });
  });

  test("a file that is no CUE", async () => {
    const files = { "a.cue": "@extern(embed)\n\npackage x\n\na: _ @embed(file=b.json)\n" };
    const { errors } = await cue.evaluate({ files, folder: "", maxBytes: 1_000 }, signal);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining("@extern is not available"),
      places: [{ file: "a.cue", line: 1 }],
    });
  });
});
