import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withoutSecrets } from "./without-secrets.ts";

const secret = "hunter2-hunter2-hunter2";
const text = (value: unknown) => JSON.stringify(withoutSecrets(value));

describe("an object that leaves the cluster", () => {
  test.each([
    {
      because: "annotations of others hold whatever they like",
      object: { metadata: { annotations: { "example.com/x": secret } } },
    },
    {
      because: "even forge's are looked through",
      object: { metadata: { annotations: { "forge.dev/retry": `token=${secret}` } } },
    },
    {
      because: "manifests may hold Secrets",
      object: { spec: { source: { manifests: `a: ${secret}` } } },
    },
    {
      because: "an environment variable's value is nobody's business",
      object: { spec: { containers: [{ env: [{ name: "A", value: secret }] }] } },
    },
    {
      because: "arguments may be addresses with passwords",
      object: { args: [`--proxy=http://a:${secret}@b`] },
    },
    { because: "a field is named for what it holds", object: { fields: { token: secret } } },
    { because: "a name may be the secret", object: { [`password=${secret}`]: 1 } },
    { because: "managed fields repeat names", object: { managedFields: [{ a: secret }] } },
  ])("keeps no secret: $because", ({ object }) => {
    expect(text(object)).not.toContain(secret);
  });

  test("keeps what tells what is wrong", () => {
    const object = {
      metadata: { name: "a", annotations: { "forge.dev/request-id": "req-00001" } },
      spec: { containers: [{ env: [{ name: "A", value: "x", valueFrom: { secretKeyRef: {} } }] }] },
      status: { conditions: [{ type: "Ready", status: "False", reason: "GitRejected" }] },
    };
    expect(withoutSecrets(object)).toEqual({
      ...object,
      spec: {
        containers: [
          { env: [{ name: "A", value: "(left out)", valueFrom: { secretKeyRef: {} } }] },
        ],
      },
    });
  });

  test("a password in an address is struck out wherever it stands", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 8 }), (path) => {
        const nested = path.reduce<unknown>(
          (inner, name) => ({ [name]: inner }),
          `https://bot:${secret}@git.example.com`,
        );
        expect(text(nested)).not.toContain(secret);
      }),
    );
  });

  test("what is deeper than anything real is left out, and does not end the process", () => {
    let deep: unknown = secret;
    for (let depth = 0; depth < 10_000; depth++) deep = { a: deep };
    expect(text(deep)).not.toContain(secret);
  });
});
