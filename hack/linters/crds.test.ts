import { describe, expect, test } from "vitest";
import { complaints } from "./crds.ts";

const accepts = [{ what: "NoMaps Project spec.labels", because: "labels are a map" }];
const known = { rule: "NoMaps", kind: "Project", field: "spec.labels" };

describe("what is said of the rules on crds/", () => {
  test("nothing, where all that is found is accepted", () => {
    expect(complaints([known], accepts)).toBe("");
  });

  test("what is new", () => {
    const found = [known, { rule: "NoBools", kind: "Project", field: "spec.enabled" }];
    expect(complaints(found, accepts)).toMatch(/^NoBools Project spec\.enabled: mend it/);
  });

  test("what is accepted and gone, so that the list stays true", () => {
    expect(complaints([], accepts)).toMatch(/^NoMaps Project spec\.labels: accepted .* not found/);
  });
});
