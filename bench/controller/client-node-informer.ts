// The reference: client-node's own informers over the kinds that forge-controller looks at.
// `node client-node-informer.ts <kubeconfig> <port>`; answers /readyz once all of them are filled.
import { createServer } from "node:http";
import { CustomObjectsApi, KubeConfig, makeInformer } from "@kubernetes/client-node";

const [file = "", port = "0"] = process.argv.slice(2);
const group = "forge.dev";
const version = "v1alpha1";
const plurals = ["releases", "releasepointers", "projects", "environments"];

const config = new KubeConfig();
config.loadFromFile(file);
const api = config.makeApiClient(CustomObjectsApi);
let synced = 0;
createServer((_request, response) => {
  response.writeHead(synced === plurals.length ? 200 : 503).end();
}).listen(Number(port), "127.0.0.1");

for (const plural of plurals) {
  const path = `/apis/${group}/${version}/${plural}`;
  const informer = makeInformer(config, path, () =>
    api.listCustomObjectForAllNamespaces({ group, version, resourcePlural: plural }),
  );
  informer.on("error", (error) => {
    process.stderr.write(`${plural}: ${error}\n`);
    process.exit(1);
  });
  void informer.start().then(() => {
    synced += 1;
  });
}
