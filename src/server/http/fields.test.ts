import { expect, test } from "vitest";
import { pickFields } from "./fields.ts";

const item = {
  metadata: { name: "a", uid: "1" },
  status: { aliases: [{ value: "v1", type: "Tag" }] },
};

test.each([
  { fields: "metadata.name", picked: { metadata: { name: "a" } }, because: "a path goes down" },
  {
    fields: "metadata.name,metadata.uid",
    picked: { metadata: { name: "a", uid: "1" } },
    because: "paths of one object meet",
  },
  {
    fields: "status.aliases.value",
    picked: { status: { aliases: [{ value: "v1" }] } },
    because: "a list is gone through",
  },
  {
    fields: "metadata,metadata.name",
    picked: { metadata: item.metadata },
    because: "the whole has the part",
  },
  { fields: "spec.nothing", picked: {}, because: "what is not there is left out" },
  { fields: "constructor", picked: {}, because: "nothing is inherited" },
])("$fields, because $because", ({ fields, picked }) => {
  expect(pickFields(item, fields)).toEqual(picked);
  expect(pickFields({ items: [item], nextCursor: "x", kind: "List" }, fields)).toEqual({
    items: [picked],
    nextCursor: "x",
  });
});
