import { type Document, isScalar, parse, Scalar } from "yaml";

/**
 * Sets a string in a document, with what stands around it left alone. It is quoted when a
 * reader of YAML 1.1 (kubectl and Argo CD are) or 1.2 would take it for something else.
 */
export function setText(document: Document, path: readonly string[], value: string): void {
  const present = document.getIn(path, true);
  // Setting the node's value, not the node, keeps its comment and anchor.
  const node = isScalar(present) ? present : new Scalar(value);
  node.value = value;
  if (needsQuotes(value)) node.type = Scalar.QUOTE_DOUBLE;
  else if (node.type !== Scalar.QUOTE_DOUBLE && node.type !== Scalar.QUOTE_SINGLE) {
    node.type = Scalar.PLAIN;
  }
  if (node !== present) document.setIn(path, node);
}

/** Quotes cost nothing: plain are only words of harmless characters that read as strings. */
export function needsQuotes(value: string): boolean {
  if (!/^[A-Za-z0-9][A-Za-z0-9._/@-]*$/.test(value)) return true;
  // No word that stands for something is longer than "false"; numbers begin with a digit, and one
  // in hexadecimal with 0x. To ask the parser costs more than all the rest of an edit.
  if (/^[0-9]+$/.test(value)) return true;
  if (/^[A-Za-z].{5}|^[0-9a-f]*[acdf][0-9a-f]*$/.test(value)) return false;
  return [parse(value, { version: "1.1" }), parse(value)].some((read) => typeof read !== "string");
}
