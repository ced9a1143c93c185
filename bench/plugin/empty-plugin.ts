// A plugin that does nothing but answer: what Argo CD itself takes. `empty-plugin.ts <socket>`
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { pluginService } from "../../src/plugin/index.ts";

interface Call {
  resume(): { once(event: "end", listener: () => void): void };
}
type Answer = (error: null, response: object) => void;

const manifests = Array.from({ length: 5 }, (_none, index) =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `app-${index}` } }),
);
const server = new Server();
server.addService(pluginService, {
  checkPluginConfiguration: (_call: unknown, answer: Answer) =>
    answer(null, { isDiscoveryConfigured: false, provideGitCreds: false }),
  generateManifest: (call: Call, answer: Answer) =>
    call.resume().once("end", () => answer(null, { manifests })),
  matchRepository: (_call: unknown, answer: Answer) => answer(null, {}),
  getParametersAnnouncement: (_call: unknown, answer: Answer) => answer(null, {}),
});
server.bindAsync(`unix:${process.argv[2]}`, ServerCredentials.createInsecure(), () => undefined);
