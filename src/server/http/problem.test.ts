import { describe, expect, test } from "vitest";
import { KubeError } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import { problem as schema } from "../../rest/index.ts";
import { ProblemError, problemOf } from "./problem.ts";

const kube = (status: number, reason: string) =>
  new KubeError(reason, "said the server", { status });

describe("problemOf", () => {
  test.each([
    { thrown: new ForgeError("ReleaseNotFound", "x"), status: 404, reason: "ReleaseNotFound" },
    { thrown: new ForgeError("PointerChanged", "x"), status: 409, reason: "PointerChanged" },
    { thrown: kube(403, "Forbidden"), status: 403, reason: "Forbidden" },
    { thrown: kube(409, "AlreadyExists"), status: 409, reason: "AlreadyExists" },
    { thrown: kube(0, "Unreachable"), status: 503, reason: "ClusterUnreachable" },
    { thrown: kube(500, "InternalError"), status: 503, reason: "ClusterUnreachable" },
    { thrown: kube(0, "RequestTimeout"), status: 504, reason: "Timeout" },
    { thrown: new TypeError("x is undefined"), status: 500, reason: "InternalError" },
    { thrown: new ForgeError("GitRejected", "x"), status: 500, reason: "InternalError" },
  ])("$reason is a $status", ({ thrown, status, reason }) => {
    const problem = problemOf(thrown, "id");
    expect(problem).toMatchObject({ status, reason, type: `urn:forge:error:${reason}` });
    expect(schema.parse(problem)).toEqual(problem);
  });

  test("what nobody foresaw tells nothing of itself", () => {
    const problem = problemOf(new TypeError("password is hunter2"), "id");
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  test("fields and rules come along, and no secret", () => {
    const rules = [{ rule: "lock", passed: false, reason: "Locked", message: "It is locked." }];
    const errors = [{ field: "commit", message: "is short" }];
    const thrown = new ProblemError("DeploymentRefused", "token=hunter2", { rules, errors });
    const problem = problemOf(thrown, "id");
    expect(problem.rules).toEqual([{ rule: "lock", reason: "Locked", message: "It is locked." }]);
    expect(problem.errors).toEqual(errors);
    expect(problem.detail).not.toContain("hunter2");
  });
});
