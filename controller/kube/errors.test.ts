import { describe, expect, test } from "vitest";
import {
  errorFromStatus,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isFromTheFuture,
  isGone,
  isInvalid,
  isNotFound,
} from "./errors.ts";

const from = (status: number, reason?: string, retryAfter?: string) =>
  errorFromStatus(reason === undefined ? {} : { reason, message: "said" }, "get pods a/b", {
    status,
    retryAfter,
  });

describe("what to do after a refusal", () => {
  test.each([
    { because: "an invalid object stays invalid", status: 422, retry: "never" },
    { because: "a malformed request stays malformed", status: 400, retry: "never" },
    { because: "a token may be renewed", status: 401, retry: "backoff" },
    { because: "RBAC may be granted", status: 403, retry: "backoff" },
    { because: "a CRD may yet be installed", status: 404, retry: "backoff" },
    { because: "a conflict passes with the next read", status: 409, retry: "backoff" },
    { because: "a server error passes", status: 500, retry: "backoff" },
    {
      because: "the server says when",
      status: 429,
      retryAfter: "3",
      retry: { afterMs: 3_000 },
    },
    {
      because: "no server is believed for a day",
      status: 503,
      retryAfter: "86400",
      retry: { afterMs: 300_000 },
    },
    {
      because: "a date is not understood, and the usual delays do",
      status: 503,
      retryAfter: "Fri, 31 Dec 1999 23:59:59 GMT",
      retry: "backoff",
    },
    { because: "Retry-After means nothing here", status: 422, retryAfter: "3", retry: "never" },
  ])("$status: $because", ({ status, retryAfter, retry }) => {
    expect(from(status, undefined, retryAfter).retry).toEqual(retry);
  });
});

test("a message names the request; a person is told what to do where that is known", () => {
  expect(from(404, "NotFound").message).toBe("get pods a/b: said");
  expect(from(502).message).toBe("get pods a/b: HTTP 502");
  expect(from(403, "Forbidden").hint).toContain("Grant the permission");
});

test("predicates tell refusals apart", () => {
  expect(isNotFound(from(404))).toBe(true);
  expect(isConflict(from(409, "Conflict"))).toBe(true);
  expect(isAlreadyExists(from(409, "AlreadyExists"))).toBe(true);
  expect(isConflict(from(409, "AlreadyExists"))).toBe(false);
  expect(isInvalid(from(422))).toBe(true);
  expect(isForbidden(from(403))).toBe(true);
  expect([isGone(from(410, "Expired")), isGone(from(410, "Gone"))]).toEqual([true, true]);
  expect(isGone(new Error("410"))).toBe(false);
  const details = { causes: [{ reason: "ResourceVersionTooLarge" }] };
  expect(isFromTheFuture(errorFromStatus({ details }, "watch", { status: 504 }))).toBe(true);
});
