export { type CommandResult, Kubectl, output, run } from "./command.ts";
export { type ControlPlane, startControlPlane } from "./control-plane.ts";
export { freePort } from "./free-port.ts";
export { type GitServer, startGitServer } from "./git-server.ts";
export { leaveRunning, type RunningProcess, startProcess } from "./process.ts";
export { type Registry, startRegistry } from "./registry.ts";
