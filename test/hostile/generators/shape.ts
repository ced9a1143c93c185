import type { Random } from "../random.ts";

/** Named makers of one kind of hostile input; a maker gives the same input for the same numbers. */
export type Shapes<Input> = Readonly<Record<string, (random: Random) => Input>>;
