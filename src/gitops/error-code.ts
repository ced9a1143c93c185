import { type ErrorCode, ForgeError } from "../api/index.ts";

export function isErrorCode(error: unknown, ...codes: readonly ErrorCode[]): error is ForgeError {
  return error instanceof ForgeError && codes.includes(error.code);
}
