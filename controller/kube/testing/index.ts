/**
 * Doubles for tests of whatever talks to the API server. Nothing here is shipped. `connect.ts` is
 * imported by itself: it loads client-node, which takes a second.
 */
export {
  ApiServerDouble,
  isList,
  isWatch,
  isWholeList,
  refuse,
  type SeenRequest,
  type TlsIdentity,
} from "./api-server.ts";
export { ManualClock } from "./manual-clock.ts";
export { type LoggedLine, recordingLogger } from "./recording-logger.ts";
