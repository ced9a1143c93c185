import { describe, expect, test } from "vitest";
import { environmentKind, parseSpec, projectKind } from "../api/index.ts";
import { concernsProject } from "./concerns-project.ts";

function environment(projects?: object) {
  const gitOps = { url: "https://git.example.com/gitops.git" };
  return { spec: parseSpec(environmentKind, { gitOps, ...(projects && { projects }) }) };
}

const auth = {
  metadata: {
    name: "auth",
    namespace: "team",
    uid: "1",
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { tier: "backend", team: "identity" },
  },
  spec: parseSpec(projectKind, { repository: "company/monorepo", name: "auth" }),
};

describe("concernsProject", () => {
  test.each<{ projects?: object; concerns: boolean; because: string }>([
    { concerns: true, because: "nothing is said" },
    { projects: {}, concerns: true, because: "nothing is asked for" },
    { projects: { include: [] }, concerns: true, because: "an empty list means all" },
    {
      projects: { matchLabels: { tier: "backend" } },
      concerns: true,
      because: "the label is there",
    },
    {
      projects: { matchLabels: { tier: "backend", team: "payments" } },
      concerns: false,
      because: "one label is another",
    },
    { projects: { matchLabels: { stage: "" } }, concerns: false, because: "a label is missing" },
    { projects: { include: ["company/monorepo/*"] }, concerns: true, because: "the glob matches" },
    { projects: { include: ["company/*"] }, concerns: false, because: "* stops at a slash" },
    { projects: { include: ["x", "**/auth"] }, concerns: true, because: "one glob is enough" },
    {
      projects: { matchLabels: { tier: "frontend" }, include: ["**"] },
      concerns: false,
      because: "both must be met",
    },
  ])("$concerns, because $because", ({ projects, concerns }) => {
    expect(concernsProject(environment(projects), auth)).toBe(concerns);
  });

  test("a project without labels carries none", () => {
    const { labels: _, ...metadata } = auth.metadata;
    const selecting = environment({ matchLabels: { tier: "backend" } });
    expect(concernsProject(selecting, { ...auth, metadata })).toBe(false);
  });
});
