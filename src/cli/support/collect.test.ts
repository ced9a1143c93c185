import { describe, expect, test } from "vitest";
import { KubeError } from "../../../controller/kube/index.ts";
import { Archive } from "./archive.ts";
import { type Collected, collect } from "./collect.ts";

const pod = {
  metadata: { namespace: "forge-system", name: "forge-controller-0" },
  spec: {
    containers: [{ name: "controller", ports: [{ name: "metrics", containerPort: 8080 }] }],
  },
};

/** An API server that has one pod, and its metrics; logs it refuses. */
function client(): Collected["client"] {
  return {
    readText: async (path: string) => {
      if (path.includes("/proxy/metrics")) return `asked ${path}\nforge_leader 1\n`;
      if (path.includes("/log")) throw new KubeError("Forbidden", "no logs", { status: 403 });
      return path.startsWith("/apis") ? '{"items":[]}' : "{}";
    },
    list: async function* (resource: { readonly plural: string }) {
      yield { items: resource.plural === "pods" ? [pod] : [], resourceVersion: "1" };
    },
    listAll: async () => ({ items: [], resourceVersion: "1" }),
  } as unknown as Collected["client"];
}

const about = (signal: AbortSignal): Collected => ({
  client: client(),
  namespace: "team-a",
  systemNamespace: "forge-system",
  signal,
});

describe("what goes into a bundle", () => {
  test("metrics come through the API server, and what fails costs nothing else", async () => {
    const archive = new Archive();
    await collect(about(new AbortController().signal), archive);
    expect(archive.omissions).toEqual([
      { what: "logs/forge-controller-0/controller.log", why: "no logs" },
      { what: "logs/forge-controller-0/controller.previous.log", why: "no logs" },
    ]);
    const tar = (await import("node:zlib")).gunzipSync(archive.pack("bundle")).toString();
    expect(tar).toContain(
      "asked /api/v1/namespaces/forge-system/pods/forge-controller-0%3A8080/proxy/metrics",
    );
    expect(tar).toContain("forge_leader 1");
  });

  test("when time is up nothing more is asked, and each part says so", async () => {
    const archive = new Archive();
    await collect(about(AbortSignal.abort(new Error("time is up"))), archive);
    expect(archive.omissions.length).toBeGreaterThan(8);
    expect(new Set(archive.omissions.map(({ why }) => why))).toContain("time is up");
  });
});
