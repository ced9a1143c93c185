import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "../../../src/api/index.ts";
import { Forge, type RunningProcess, run } from "../../ground/index.ts";
import type { ApiClient } from "../ground/api-client.ts";
import type { CanaryScene } from "./canary-scene.ts";

/** Content of one place, as text. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Everything that a program says or keeps, and that others than its operator may read. */
export async function placesOf(scene: CanaryScene, caller: ApiClient): Promise<Place[]> {
  const { controller, server, plugin, otlp } = scene;
  const programs = { controller, server, plugin };
  return [
    ...Object.entries(programs).map(([name, one]) => placeOfLog(name, one.process)),
    ...Object.entries(programs).map(([name, one]) => placeOfArguments(name, one.process)),
    ...(await Promise.all([
      metricsOf("controller", controller.url),
      metricsOf("server", server.healthUrl),
      metricsOf("plugin", plugin.url),
    ])),
    { name: "traces", text: otlp.bodies.join("\n") },
    ...placesOfLedger(scene),
    ...(await placesOfCluster(scene)),
    ...(await placesOfApi(scene, caller)),
    await placeOfBundle(scene),
    ...(await placesOfGit(scene)),
  ];
}

function placeOfLog(name: string, { logFile }: RunningProcess): Place {
  return { name: `log of the ${name}`, text: readFileSync(logFile, "utf8") };
}

function placeOfArguments(name: string, { pid }: RunningProcess): Place {
  return { name: `arguments of the ${name}`, text: readFileSync(`/proc/${pid}/cmdline`, "utf8") };
}

async function metricsOf(name: string, url: string): Promise<Place> {
  return { name: `metrics of the ${name}`, text: await (await fetch(`${url}/metrics`)).text() };
}

/** SQLite keeps what was written last in a file beside it. */
function placesOfLedger({ folder, ledger }: CanaryScene): Place[] {
  return readdirSync(folder)
    .filter((name) => join(folder, name).startsWith(ledger))
    .map((name) => ({ name: `ledger: ${name}`, text: readFileSync(join(folder, name), "latin1") }));
}

interface Listed {
  readonly items: readonly { readonly kind: string; readonly spec?: unknown }[];
}

/** Events, and objects: what people wrote stands in a spec, what forge writes does not. */
async function placesOfCluster({ journey }: CanaryScene): Promise<Place[]> {
  const list = async (kind: string) =>
    JSON.parse(
      await journey.kubectl.output(["-n", journey.namespace, "get", kind, "-o", "json"]),
    ) as Listed;
  const all = await Promise.all(
    [...kinds.map(({ plural }) => plural), "events"].map(async (plural) => {
      const { items } = await list(plural);
      const isOfPeople = plural === "releases";
      return {
        name: `objects: ${plural}`,
        text: JSON.stringify(
          items.map(({ spec, ...rest }) => (isOfPeople ? rest : { ...rest, spec })),
        ),
      };
    }),
  );
  return all;
}

interface Operation {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}

/** Parameters of a query without which a route is not answered. */
const required: Readonly<Record<string, string>> = {
  "/v1/me/rights": "&verb=list&resource=releases",
};

/** Every route that is read, as its document names them; streams but for the export have no end. */
async function placesOfApi({ server, journey }: CanaryScene, caller: ApiClient): Promise<Place[]> {
  const { paths } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, { readonly get?: Operation }>>;
  };
  const known: Readonly<Record<string, string>> = {
    repository: encodeURIComponent(journey.repository),
    ...{ project: "auth", environment: "production", release: "1", sequence: "1" },
    id: encodeURIComponent(`${journey.repository}/auth/1`),
  };
  const reads = Object.entries(paths).filter(
    ([path, { get }]) => get !== undefined && path !== "/v1/events",
  );
  const places = await Promise.all(
    reads.map(async ([path, { get }]) => {
      const takesNamespace = get?.parameters?.some(({ name }) => name === "namespace");
      const query = takesNamespace
        ? `?namespace=${journey.namespace}${required[path] ?? ""}`
        : (required[path]?.replace("&", "?") ?? "");
      const values: Readonly<Record<string, string>> = path.endsWith("/{name}")
        ? { name: await firstName(caller, path.replace("/{name}", "") + query) }
        : known;
      const asked = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? name);
      const { status, body } = await caller.get(asked + query);
      return { name: `GET ${path}`, text: `${status} ${JSON.stringify(body)}` };
    }),
  );
  return places;
}

/** Name of the first object that a route lists. */
async function firstName(caller: ApiClient, list: string): Promise<string> {
  const { body } = await caller.get(list);
  return body.items?.[0]?.metadata.name ?? "none";
}

async function placeOfBundle({ folder, journey }: CanaryScene): Promise<Place> {
  const file = join(folder, "bundle.tar.gz");
  const forge = new Forge(journey.ground.kubeconfig, journey.namespace);
  const said = await forge.run("support-bundle", "--file", file);
  const { stdout } = await run("tar", ["-xzOf", file]);
  return { name: "support bundle", text: said.stdout + said.stderr + stdout };
}

/** All that forge wrote: what people commit stands in env.yaml alone. */
async function placesOfGit({ git }: CanaryScene): Promise<Place[]> {
  const folder = join(git.root, "gitops.git");
  const patches = ["log", "--patch", "--all", "--format=fuller"];
  const shown = (args: readonly string[]) =>
    run("git", ["-C", folder, ...patches, ...args]).then(({ stdout }) => stdout);
  return [
    { name: "history of the GitOps repository", text: await shown(["--", ":!*/env.yaml"]) },
    { name: "history of env.yaml", text: await shown(["--", "*/env.yaml"]) },
  ];
}
