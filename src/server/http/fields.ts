type Json = Readonly<Record<string, unknown>>;

/** The body with nothing but the fields that are named: of each item, where it has items. */
export function pickFields(body: object, fields: string): object {
  const paths = fields.split(",").map((path) => path.split("."));
  const { items, nextCursor } = body as Json;
  if (!Array.isArray(items)) return pick(body as Json, paths);
  return {
    items: items.map((item: Json) => pick(item, paths)),
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

function pick(value: Json, paths: readonly (readonly string[])[]): object {
  const picked: Record<string, unknown> = {};
  const byFirst = Map.groupBy(paths, ([first = ""]) => first);
  for (const [name, group] of byFirst) {
    if (!Object.hasOwn(value, name)) continue;
    const rest = group.map((path) => path.slice(1));
    const inner = value[name];
    const isWhole = rest.some((path) => path.length === 0);
    picked[name] = isWhole ? inner : within(inner, rest);
  }
  return picked;
}

function within(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map((item) => within(item, paths));
  return typeof value === "object" && value !== null ? pick(value as Json, paths) : value;
}
