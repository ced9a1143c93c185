import { ForgeError } from "../api/index.ts";

export function imageNotFound(what: string): ForgeError {
  return new ForgeError("ImageNotFound", `${what} does not exist`);
}

export function imageInvalid(why: string, cause?: unknown): ForgeError {
  return new ForgeError("ImageInvalid", why, cause === undefined ? {} : { cause });
}
