import { findPlace, pointerOf } from "../../requests/index.ts";
import { awaitDeployment } from "../await-deployment.ts";
import { releaseText } from "../decision-text.ts";
import { printObject } from "../output/print.ts";
import { type Call, required, type Session, tell } from "../session.ts";

/** Waits until what a pointer asks for is committed. */
export async function wait(
  session: Session,
  call: Call<{ readonly timeout: number }>,
): Promise<void> {
  const environment = required(call, "environment");
  const place = await findPlace(session.backend, environment, required(call, "project"));
  const done = await awaitDeployment(session, pointerOf(place), call.options.timeout);
  const { deployed, git } = done.status ?? {};
  tell(session, `${releaseText(deployed ?? {})} is in ${environment}, by commit ${git?.commit}.`);
  await printObject(session, done, () => "");
}
