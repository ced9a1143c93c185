import { apiErrors } from "./errors/api-errors.ts";
import type { ErrorKind } from "./errors/error-kind.ts";
import { gitErrors } from "./errors/git-errors.ts";
import { ledgerErrors } from "./errors/ledger-errors.ts";
import { pluginErrors } from "./errors/plugin-errors.ts";
import { referenceErrors } from "./errors/reference-errors.ts";
import { registryErrors } from "./errors/registry-errors.ts";
import { releaseErrors } from "./errors/release-errors.ts";
import { requestErrors } from "./errors/request-errors.ts";

export type { Retry } from "./errors/error-kind.ts";

/** Every error forge raises, in one table; docs/errors.md is generated from it. */
export const errorKinds = {
  ...referenceErrors,
  ...releaseErrors,
  ...gitErrors,
  ...registryErrors,
  ...pluginErrors,
  ...requestErrors,
  ...ledgerErrors,
  ...apiErrors,
} as const satisfies Readonly<Record<string, ErrorKind>>;

export type ErrorCode = keyof typeof errorKinds;
