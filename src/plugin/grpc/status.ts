import { type ServerErrorResponse, status } from "@grpc/grpc-js";
import { type ErrorCode, ForgeError, messageOf } from "../../api/index.ts";

const byCode: Partial<Readonly<Record<ErrorCode, status>>> = {
  ImageNotFound: status.NOT_FOUND,
  ImageNotAllowed: status.PERMISSION_DENIED,
  ImageNotSigned: status.PERMISSION_DENIED,
  RegistryUnauthorized: status.UNAUTHENTICATED,
  RegistryUnreachable: status.UNAVAILABLE,
  RegistryRefused: status.UNAVAILABLE,
  ImageInvalid: status.DATA_LOSS,
  PluginOverloaded: status.RESOURCE_EXHAUSTED,
  SourceTooLarge: status.RESOURCE_EXHAUSTED,
  Timeout: status.DEADLINE_EXCEEDED,
};

/** What Argo CD shows of a failure: the code, what is wrong, and what a person does next. */
export function statusOf(thrown: unknown): ServerErrorResponse {
  if (!(thrown instanceof ForgeError)) {
    return Object.assign(new Error(), { code: status.INTERNAL, details: messageOf(thrown) });
  }
  const code = byCode[thrown.code] ?? status.INVALID_ARGUMENT;
  const details = `forge: ${thrown.code}: ${thrown.message}. ${thrown.hint}`;
  return Object.assign(new Error(), { code, details: details.slice(0, 2_048) });
}
