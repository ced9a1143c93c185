import type { Shapes } from "./shape.ts";
import { yamlShapes } from "./yaml-texts.ts";

const head =
  "apiVersion: apiextensions.crossplane.io/v1beta1\nkind: EnvironmentConfig\nmetadata: {name: production}\n";
const manifestHead = /^apiVersion: v1\nkind: ConfigMap\nmetadata: \{name: settings\}\n/;

/** An env.yaml as the plugin takes it, with each hostile text behind its head. */
const ofTexts = Object.fromEntries(
  Object.entries(yamlShapes).map(([name, make]) => [
    name,
    (random: Parameters<typeof make>[0]) => Buffer.from(make(random).replace(manifestHead, head)),
  ]),
);

export const environmentFileShapes: Shapes<Buffer> = {
  ...ofTexts,
  "another kind": () => Buffer.from(head.replace("EnvironmentConfig", "Secret")),
  "a second document": () => Buffer.from(`${head}---\napiVersion: v1\nkind: Secret\n`),
  "bytes that are not UTF-8": () => Buffer.concat([Buffer.from(head), Buffer.alloc(1_000, 0xff)]),
  "more than a megabyte": () => Buffer.concat([Buffer.from(head), Buffer.alloc(1_100_000, "#")]),
  "nothing at all": () => Buffer.alloc(0),
};
