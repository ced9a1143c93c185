// Packs one release of many objects, and prints the digest of its manifest.
import { pack } from "../image/release-image.ts";

const objects = Array.from({ length: 200 }, (_, index) => ({
  kind: "ConfigMap",
  name: `settings-${index}`,
  yaml: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings-${index}\ndata:\n  text: "${"änderung ".repeat(index)}"\n`,
}));
const packed = pack({
  registry: "registry.example.com/releases",
  objects,
  release: { number: 42, aliases: [], trigger: { type: "Tag", tag: "auth/v1.2.3" } },
  source: {
    repository: "company/monorepo",
    project: "auth",
    commit: "a".repeat(40),
    time: "2026-11-21T12:00:00Z",
  },
  artifacts: [],
});
process.stdout.write(`${process.versions.node} ${packed.manifest.digest}\n`);
