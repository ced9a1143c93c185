import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Route } from "./route.ts";
import { candidatesOf, encodedPath } from "./router.ts";

const paths = [
  "/v1/releases",
  "/v1/releases/{repository}/{project}",
  "/v1/releases/{repository}/{project}/{release}",
  "/v1/deployments/{environment}/{repository}/{project}",
  "/v1/approvals/{id}/{environment}",
  "/v1/approvals/{id}/{environment}/revoke",
];
const routes = paths.map((path) => ({ path }) as Route);
const found = (pathname: string) =>
  candidatesOf(routes, pathname).map(({ route, params }) => ({ path: route.path, ...params }));

const [, list, one, history, state, revoke] = paths;
const auth = { repository: "company/monorepo", project: "auth" };

describe("candidatesOf", () => {
  test.each([
    {
      path: "/v1/releases/company%2Fmonorepo/auth",
      means: [{ path: list, ...auth }],
      because: "an encoded repository is the whole of it",
    },
    {
      path: "/v1/releases/company%2Fmonorepo/auth/42",
      means: [{ path: one, ...auth, release: "42" }],
      because: "what stands behind is the release",
    },
    {
      path: "/v1/releases/company%2Fmonorepo/auth/auth%2Fv1.2.3",
      means: [{ path: one, ...auth, release: "auth/v1.2.3" }],
      because: "an alias may have slashes",
    },
    {
      path: "/api/v1/releases/company%2Fmonorepo/auth",
      means: [{ path: list, ...auth }],
      because: "the address of before goes on",
    },
    {
      path: "/v1/deployments/staging/%6Donorepo/auth",
      means: [{ path: history, environment: "staging", repository: "monorepo", project: "auth" }],
      because: "a percent sign marks a single word too",
    },
    {
      path: "/v1/approvals/company%2Fmonorepo%2Fauth%2F42/production/revoke",
      means: [
        { path: revoke, environment: "production", ...auth, release: "42" },
        {
          path: revoke,
          environment: "production",
          repository: "company",
          project: "monorepo",
          release: "auth/42",
        },
      ],
      because: "an id may be split in more than one place",
    },
    { path: "/v1/releases/", means: [], because: "an empty segment names nothing" },
    { path: "/v1/releases/%", means: [], because: "it cannot be decoded" },
    { path: `/v1/releases${"/a".repeat(40)}`, means: [], because: "no repository is so deep" },
    { path: "/v1/Releases", means: [], because: "paths have a case" },
  ])("$path, because $because", ({ path, means }) => {
    expect(new Set(found(path))).toEqual(new Set(means));
  });

  test("a plain path is every way to read it", () => {
    expect(found("/v1/releases/company/monorepo/auth")).toEqual(
      expect.arrayContaining([
        { path: list, ...auth },
        { path: one, repository: "company", project: "monorepo", release: "auth" },
      ]),
    );
  });

  test("an approval's id ends before the environment", () => {
    expect(found("/v1/approvals/company/monorepo/auth/42/production")).toContainEqual({
      path: state,
      environment: "production",
      ...auth,
      release: "42",
    });
  });

  test("an encoded path means what it was made from, and nothing else", () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const repository = fc.array(word, { minLength: 1, maxLength: 3 }).map((all) => all.join("/"));
    const release = fc.array(word, { minLength: 1, maxLength: 2 }).map((all) => all.join("/"));
    fc.assert(
      fc.property(repository, word, release, (name, project, identifier) => {
        const params = { repository: name, project, release: identifier };
        const route = routes[2] as Route;
        expect(candidatesOf(routes, encodedPath({ route, params }))).toEqual([{ route, params }]);
      }),
    );
  });
});
