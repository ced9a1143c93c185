/** What goes into cue.wasm and comes out, as JSON; cue/evaluate.go has the other side. */

/** One evaluation: a package, and all that it may read. */
export interface CueRequest {
  /** By path from the root, with slashes. */
  readonly files: Readonly<Record<string, string>>;
  /** Folder of the package; "" is the root. */
  readonly folder: string;
  /** Name of the package, where the folder holds several. */
  readonly package?: string;
  /** As `cue export --inject` takes them. */
  readonly tags?: readonly string[];
  /** Fields of the package to answer with; without any, the package itself, under "". */
  readonly fields?: readonly string[];
  /** What `@artifact("<name>.<field>")` stands for. */
  readonly artifacts?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Limit of the values together. */
  readonly maxBytes: number;
}

/** An `@artifact` that was given its value. */
export interface CueAttribute {
  readonly artifact: string;
  readonly field: string;
  readonly file: string;
  readonly line: number;
}

export interface CueProblem {
  readonly message: string;
  /** Of the value, such as resources.web.spec. */
  readonly path?: string;
  /** Places in the source that have to do with it, the nearest first. */
  readonly places?: readonly CuePlace[];
}

/** Lines and columns count from 1, columns in bytes. */
export interface CuePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Values, or errors. A field that is not there has no value. */
export interface CueAnswer {
  readonly values?: Readonly<Record<string, unknown>>;
  readonly attributes?: readonly CueAttribute[];
  readonly errors?: readonly CueProblem[];
  /** The values would have exceeded maxBytes. */
  readonly tooLarge?: boolean;
}

/** From the pool to a worker; one at a time. */
export interface WorkerTask {
  /** A {@link CueRequest}. */
  readonly request: string;
}

/** From a worker: an answer, or its last words. */
export type WorkerReply =
  | {
      /** A {@link CueAnswer}. */
      readonly answer: string;
      /** Of the instance, after the evaluation. */
      readonly memoryBytes: number;
    }
  | { readonly failure: "memory" | "stack" | "fault"; readonly message: string };
