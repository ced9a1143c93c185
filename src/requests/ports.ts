/**
 * What a request rests on: forge's objects of one namespace, read and written in somebody's name.
 * The command and the server each bring their own; objects are those of the API server, whole.
 */
import type {
  Environment,
  Project,
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
  RequestOrigin,
} from "../api/index.ts";

export interface Kinds {
  readonly Release: Release;
  readonly Environment: Environment;
  readonly ReleasePointer: ReleasePointer;
  readonly ReleaseApproval: ReleaseApproval;
  readonly ReleaseDeployment: ReleaseDeployment;
  readonly Project: Project;
}
export type KindName = keyof Kinds;

/** An object that is about to be created: the server adds the rest. */
export type Draft<K extends KindName> = Pick<Kinds[K], "spec"> & {
  readonly kind: K;
  readonly metadata: {
    readonly name: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
};

/** Selectable fields of the kind, such as spec.environment, with the value that each must have. */
export type Selection = Readonly<Record<string, string>>;

export interface WriteOptions {
  /** The server judges, and keeps nothing. */
  readonly dryRun: boolean;
}

/** One namespace of forge's objects, in the caller's name. Errors are KubeErrors. */
export interface Store {
  readonly namespace: string;
  /** The request that is carried out; what is written carries it. */
  readonly origin?: RequestOrigin;
  get<K extends KindName>(kind: K, name: string): Promise<Kinds[K]>;
  list<K extends KindName>(kind: K, selection?: Selection): Promise<readonly Kinds[K][]>;
  create<K extends KindName>(draft: Draft<K>, options: WriteOptions): Promise<Kinds[K]>;
  /** Over the resource version that the object carries. */
  replace<K extends KindName>(kind: K, object: Kinds[K], options: WriteOptions): Promise<Kinds[K]>;
  /** Who the API server says that the caller is. */
  whoAmI(): Promise<{ readonly user: string }>;
}
