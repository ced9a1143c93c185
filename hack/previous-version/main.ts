// Records what a version of forge leaves behind, as the fixture of test/system/upgrade/upgrade.test.ts:
//   node hack/previous-version/main.ts <checkout of that version, with its node_modules>
// Its CRDs and its programs run on a real API server, registry, git server and Argo CD.
import { Kubectl, waitForPolicies } from "../../test/ground/index.ts";
import { writeFixture } from "./fixture.ts";
import { Ground } from "./ground.ts";
import { Recording } from "./recording.ts";
import { auth } from "./stories/auth.ts";
import { delivery } from "./stories/delivery.ts";
import { environments } from "./stories/environments.ts";
import { halted, rebuilt } from "./stories/halted.ts";
import { findImage, images, loseImages } from "./stories/images.ts";
import { pointers } from "./stories/pointers.ts";
import { projects } from "./stories/projects.ts";
import { adopted, backUpPointers, restorePointers } from "./stories/restored.ts";
import { sources } from "./stories/sources.ts";

const [checkout] = process.argv.slice(2);
if (checkout === undefined) throw new Error("name the checkout of the previous version");

const ground = await Ground.start(checkout);
try {
  await ground.prepare();
  await waitForPolicies(ground.kubectl);
  await ground.startAgent();
  const person = (name: string) => new Kubectl(ground.plane.kubeconfigFor(name));
  const people = { alice: person("alice"), bob: person("bob") };
  await tell(new Recording(ground.kubectl, people));
  console.log(await writeFixture(ground));
} finally {
  await ground.stop();
}

async function tell(recording: Recording): Promise<void> {
  await ground.startController();
  const stories = [
    auth,
    projects,
    environments,
    sources,
    images,
    pointers,
    halted,
    rebuilt,
    delivery,
  ];
  for (const story of stories) {
    console.log(story.name);
    await story(recording, ground);
  }
  const backup = await backUpPointers(recording, ground);
  await ground.stopController();
  await restorePointers(ground, backup);
  await loseImages(recording, ground);
  await ground.startController();
  await adopted(recording);
  await recording.reported("release", "untagged", "Packaged", "TagMissing");
  await recording.reported("release", "removed", "Packaged", "ImageMissing");
  await recording.reported("release", "found", "Packaged", "TagMissing");
  await ground.stopController();
  await findImage(recording, ground);
  await ground.startController();
  await recording.reported("release", "found", "Packaged", "Found");
  await recording.settled();
  await ground.stopController();
}
