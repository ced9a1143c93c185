import type { Shapes } from "../generators/shape.ts";
import type { Random } from "../random.ts";
import type { SurfaceName } from "../settings.ts";

/** One way into the programs, and what is sent there. */
export interface Surface {
  readonly name: SurfaceName;
  readonly shapes: readonly string[];
  /**
   * Sends one input and waits for what comes of it, within a bound.
   * @param id of this input alone
   * @returns a word or two for the report
   */
  send(shape: string, random: Random, id: string): Promise<string>;
}

export function surfaceOf<Input>(
  name: SurfaceName,
  shapes: Shapes<Input>,
  send: (input: Input, id: string) => Promise<string>,
): Surface {
  return {
    name,
    shapes: Object.keys(shapes),
    send: async (shape, random, id) => {
      const make = shapes[shape];
      if (make === undefined) throw new Error(`${name} has no shape ${shape}`);
      return send(make(random), id);
    },
  };
}
