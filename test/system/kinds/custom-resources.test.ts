import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Connection,
  KubeClient,
  KubeError,
  type KubeObject,
} from "../../../controller/kube/index.ts";
import {
  apiVersion,
  customResourceDefinition,
  type Kind,
  kinds,
  parseSpec,
} from "../../../src/api/index.ts";
import { type ControlPlane, Kubectl, startControlPlane } from "../../ground/index.ts";
import { arbitraryOf, type Schema } from "./schema-arbitrary.ts";

/** The kinds as the API server sees them, on one of its own without policies and controller. */

const runs = 100;
const folder = mkdtempSync(join(tmpdir(), "forge-kinds-"));
let plane: ControlPlane;
let kubectl: Kubectl;
let connection: Connection;
let client: KubeClient;

beforeAll(async () => {
  plane = await startControlPlane({ folder });
  kubectl = new Kubectl(plane.kubeconfig);
  const config = new KubeConfig();
  config.loadFromFile(plane.kubeconfig);
  connection = new Connection(config, { userAgent: "custom-resources.test" });
  client = new KubeClient(connection);
  const definitions = kinds.map(customResourceDefinition);
  const list = { apiVersion: "v1", kind: "List", items: definitions };
  await kubectl.output(["apply", "--dry-run=server", "-f", "-"], JSON.stringify(list));
  await kubectl.apply("default", ...definitions);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
});

afterAll(async () => {
  await connection.close();
  await plane.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Node {
  readonly path: string;
  readonly description: string | undefined;
}

interface Served {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Served>>;
  readonly items?: Served;
}

function* nodesOf(path: string, schema: Served): Generator<Node> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    yield { path: `${path}.${name}`, description: child.description };
    yield* nodesOf(`${path}.${name}`, child);
  }
  if (schema.items) yield* nodesOf(`${path}[]`, schema.items);
}

/** A value that is plain JSON: without fields that are undefined. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

/** What the code makes of a spec, or "refused". */
function judge(kind: Kind, spec: unknown): unknown {
  try {
    return plain(parseSpec(kind, spec));
  } catch {
    return "refused";
  }
}

/** What the API server makes of it. */
async function serve(kind: Kind, spec: unknown): Promise<unknown> {
  const metadata = { name: "probe", namespace: "default" };
  const object = { apiVersion, kind: kind.kind, metadata, spec };
  try {
    const made = await client.create<KubeObject & { spec: unknown }>(kind, object, {
      dryRun: true,
    });
    return made.spec;
  } catch (error) {
    if (error instanceof KubeError && error.status === 422) return "refused";
    throw error;
  }
}

describe.each(kinds.map((kind) => ({ name: kind.kind, kind: kind as Kind })))(
  "$name",
  ({ kind }) => {
    test("is established, structural and within the cost budget of its rules", async () => {
      const crd = await kubectl.get<{ status: { conditions: { type: string; status: string }[] } }>(
        ...(["default", "crd", `${kind.plural}.${kind.group}`] as const),
      );
      const conditions = crd.status.conditions.map(({ type, status }) => `${type}=${status}`);
      expect(conditions.toSorted()).toEqual(["Established=True", "NamesAccepted=True"]);
    });

    test("explains itself, and each of its fields", async () => {
      const explained = await kubectl.output(["explain", kind.plural, "--recursive"]);
      expect(explained).toContain(kind.description.slice(0, 30));
      for (const field of ["spec", "status", "conditions"]) expect(explained).toContain(field);
      const document = await kubectl.output([
        ...["get", "--raw", `/openapi/v3/apis/${kind.group}/${kind.version}`],
      ]);
      const { components } = JSON.parse(document) as {
        components: { schemas: Record<string, Served> };
      };
      const served = components.schemas[`dev.forge.${kind.version}.${kind.kind}`];
      const nodes = [...nodesOf(kind.kind, served ?? {})];
      expect(nodes.length).toBeGreaterThan(10);
      const silent = nodes.filter(({ description }) => !description);
      expect(silent.map(({ path }) => path)).toEqual([]);
    });

    test("is filtered by each of its selectable fields", async () => {
      const selector = kind.selectableFields.map((path) => `${path.slice(1)}=1`).join(",");
      const listed = await kubectl.run(["get", kind.plural, `--field-selector=${selector}`]);
      expect(listed.stderr).toBe("No resources found in default namespace.\n");
    });

    test("means the same to the code and to the API server, defaults and all", async () => {
      const { spec } = schemaOf(kind);
      const counts = { accepted: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(arbitraryOf(spec), async (value) => {
          const served = await serve(kind, value);
          counts[served === "refused" ? "refused" : "accepted"] += 1;
          expect(judge(kind, value)).toEqual(served);
        }),
        { numRuns: runs },
      );
      expect(counts.accepted).toBeGreaterThan(0);
      expect(counts.refused).toBeGreaterThan(0);
    });
  },
);

function schemaOf(kind: Kind): { readonly spec: Schema } {
  const definition = customResourceDefinition(kind) as {
    spec: { versions: { schema: { openAPIV3Schema: { properties: { spec: Schema } } } }[] };
  };
  const [served] = definition.spec.versions;
  if (served === undefined) throw new Error(`${kind.kind} has no version`);
  return served.schema.openAPIV3Schema.properties;
}

describe("an object that a newer, stricter schema would not take", () => {
  const environment = (order: number, labels = {}) => ({
    apiVersion,
    kind: "Environment",
    metadata: { name: "old", labels },
    spec: { order, gitOps: { url: "https://git.example.com/a.git" } },
  });

  test("stays valid, and may be changed in all that the schema still takes", async () => {
    await kubectl.apply("default", environment(900));
    const kind = kinds.find(({ plural }) => plural === "environments") as Kind;
    const definition = JSON.stringify(customResourceDefinition(kind));
    const strict = definition.replace(/("order":\{[^}]*"maximum":)1000/, "$110");
    expect(strict).toContain('"maximum":10,');
    await kubectl.output(["apply", "-f", "-"], strict);
    await expect
      .poll(() => serve(kind, environment(900).spec), { timeout: 20_000 })
      .toBe("refused");
    await kubectl.apply("default", environment(900, { team: "a" }));
    await expect(kubectl.apply("default", environment(800))).rejects.toThrow("less than or equal");
    await kubectl.apply("default", environment(5));
  });
});
