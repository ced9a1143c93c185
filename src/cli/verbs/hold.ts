/** hold, resume, lock and unlock: what stops automation, and what stops everybody. */
import { isDeepStrictEqual } from "node:util";
import { isConflict } from "../../../controller/kube/index.ts";
import { type Environment, ForgeError, type ReleasePointer } from "../../api/index.ts";
import {
  changePointer,
  findPlace,
  type Place,
  pointerOf,
  readEnvironment,
} from "../../requests/index.ts";
import { printObject } from "../output/print.ts";
import { reasonFor } from "../reason.ts";
import { type Call, required, type Session, tell } from "../session.ts";

interface Options {
  readonly reason?: string;
  readonly dryRun?: boolean;
}

type Stop = "hold" | "lock";

export async function hold(session: Session, call: Call<Options>): Promise<void> {
  await stopPointer(session, call, "hold");
}

export async function resume(session: Session, call: Call<Options>): Promise<void> {
  await freePointer(session, call, "hold");
}

/** One project in the environment, or all of them where none is named. */
export async function lock(session: Session, call: Call<Options>): Promise<void> {
  if (call.args["project"] !== undefined) return stopPointer(session, call, "lock");
  const by = await stopBy(session, call);
  const change = (spec: Environment["spec"]) => ({ ...spec, lock: by });
  await changeEnvironment(session, call, change, "is locked");
}

export async function unlock(session: Session, call: Call<Options>): Promise<void> {
  if (call.args["project"] !== undefined) return freePointer(session, call, "lock");
  const change = ({ lock: _, ...spec }: Environment["spec"]) => spec;
  await changeEnvironment(session, call, change, "is not locked");
}

async function stopBy(session: Session, { options }: Call<Options>) {
  const reason = await reasonFor(session, options.reason);
  const { user: by } = await session.backend.whoAmI();
  return { by, reason };
}

const words = { hold: "held", lock: "locked" } as const;

async function stopPointer(session: Session, call: Call<Options>, stop: Stop): Promise<void> {
  const place = await placeOf(session, call);
  const by = await stopBy(session, call);
  const change = (spec: ReleasePointer["spec"]) => ({ ...spec, [stop]: by });
  await writePointer(session, call, place, change, `is ${words[stop]}`);
}

async function freePointer(session: Session, call: Call<Options>, stop: Stop): Promise<void> {
  const place = await placeOf(session, call);
  const change = ({ [stop]: _, ...spec }: ReleasePointer["spec"]) => spec as ReleasePointer["spec"];
  await writePointer(session, call, place, change, `is not ${words[stop]}`);
}

async function placeOf({ backend }: Session, call: Call<Options>): Promise<Place> {
  const place = await findPlace(backend, required(call, "environment"), required(call, "project"));
  pointerOf(place);
  return place;
}

async function writePointer(
  session: Session,
  { options }: Call<Options>,
  place: Place,
  change: (spec: ReleasePointer["spec"]) => ReleasePointer["spec"],
  said: string,
): Promise<void> {
  const dryRun = options.dryRun === true;
  const changed = () => change(pointerOf(place).spec);
  const written = await changePointer(session.backend, place, changed, { dryRun });
  const { project, environment } = place;
  tell(session, `${project} ${said} in ${environment}${dryRun ? " (dry run)" : ""}.`);
  await printObject(session, written, () => "");
}

/** Over what was read; once more where only the status of it had moved. */
async function changeEnvironment(
  session: Session,
  call: Call<Options>,
  change: (spec: Environment["spec"]) => Environment["spec"],
  said: string,
): Promise<void> {
  const { backend } = session;
  const dryRun = call.options.dryRun === true;
  const name = required(call, "environment");
  const seen = await readEnvironment(backend, name);
  const write = (object: Environment) =>
    backend.replace("Environment", { ...object, spec: change(object.spec) }, { dryRun });
  const written = await write(seen).catch(async (error: unknown) => {
    if (!isConflict(error)) throw error;
    const now = await readEnvironment(backend, name);
    if (isDeepStrictEqual(now.spec, seen.spec)) return write(now);
    throw new ForgeError("PointerChanged", `environment ${name} was changed meanwhile`, {
      hint: `Look at what it says now with forge env show ${name}, and ask again.`,
    });
  });
  tell(session, `${name} ${said}${dryRun ? " (dry run)" : ""}.`);
  await printObject(session, written, () => "");
}
