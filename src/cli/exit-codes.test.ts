import { describe, expect, test } from "vitest";
import { KubeError } from "../../controller/kube/index.ts";
import { ForgeError } from "../api/index.ts";
import { endingOf, exitCodes, exitCodesText } from "./exit-codes.ts";

describe("exit codes", () => {
  test.each([
    { thrown: new ForgeError("DeploymentRefused", "no"), code: 5 },
    { thrown: new ForgeError("DeploymentPending", "later"), code: 8 },
    { thrown: new ForgeError("PointerChanged", "raced"), code: 7 },
    { thrown: new ForgeError("GitRejected", "hook"), code: 1 },
    { thrown: new KubeError("Forbidden", "no", { status: 403 }), code: 4 },
    { thrown: new KubeError("NotFound", "no", { status: 404 }), code: 6 },
    { thrown: new KubeError("Unreachable", "down"), code: 1 },
    { thrown: new TypeError("a fault"), code: 1 },
  ])("$thrown.message ends with $code", ({ thrown, code }) => {
    expect(exitCodes[endingOf(thrown)].code).toBe(code);
  });

  test("each has a line in the help, and none stands for two things", () => {
    const codes = Object.values(exitCodes).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(exitCodesText().match(/^ +\d+ {2}/gm)).toHaveLength(codes.length);
  });
});
