"""The whole story, by a client that openapi-python-client made from /openapi.json."""

import os
import time

from forge_client import AuthenticatedClient
from forge_client.api.approvals import create_approval, get_approvals, revoke_approvals
from forge_client.api.decisions import get_decision
from forge_client.api.deployments import list_deployments, request_deployment
from forge_client.api.matrix import get_matrix
from forge_client.api.releases import create_release, get_release, list_releases
from forge_client.models import (
    ApprovalRequest,
    DeploymentRequest,
    Problem,
    ReleaseRequest,
    RevokeRequest,
)

base = os.environ["FORGE"]
repository = os.environ["REPOSITORY"]
namespace = os.environ["NAMESPACE"]
project = "auth"
commit = "b1".ljust(40, "0")


def client(person):
    return AuthenticatedClient(base_url=base, token=os.environ[person])


alice, bob, dave = client("ALICE"), client("BOB"), client("DAVE")


def until(what, done):
    deadline = time.monotonic() + 30
    while True:
        answer = what()
        if done(answer):
            return answer
        if time.monotonic() > deadline:
            raise SystemExit(f"never came: {answer}")
        time.sleep(0.25)


made = create_release.sync_detailed(
    client=dave,
    body=ReleaseRequest.from_dict(
        {
            "namespace": namespace,
            "repository": repository,
            "project": project,
            "commit": commit,
            "trigger": {"type": "BranchPush", "branch": "main"},
            "source": {
                "manifests": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
            },
        }
    ),
    idempotency_key="story-1",
)
assert made.status_code == 201, made

ready = until(
    lambda: get_release.sync(repository, project, commit, client=alice),
    lambda answer: not isinstance(answer, Problem) and bool(answer.status and answer.status.image),
)
number = str(ready.status.number)
listed = list_releases.sync(repository, project, client=alice)
assert [item.spec.commit for item in listed.items] == [commit], listed


def ask(**wish):
    body = {"repository": repository, "project": project, "environment": "production", **wish}
    return request_deployment.sync_detailed(client=alice, body=DeploymentRequest.from_dict(body))


judged = ask(release=number, dryRun=True)
assert judged.parsed.state.value == "Judged" and not judged.parsed.decision.allowed, judged
asked = ask(release=number, reason="By a generated client")
assert asked.status_code == 202 and asked.parsed.state.value == "Pending", asked

identifier = f"{repository}/{project}/{number}"
approved = create_approval.sync_detailed(
    client=bob,
    body=ApprovalRequest.from_dict(
        {
            "repository": repository,
            "project": project,
            "environment": "production",
            "release": number,
            "justification": "Read by a person",
        }
    ),
)
assert approved.status_code == 201, approved
history = until(
    lambda: list_deployments.sync("production", repository, project, client=alice),
    lambda answer: any(item.status.outcome == "Active" for item in answer.items),
)
assert history.items[0].spec.request.by == "alice", history
state = get_approvals.sync(identifier, "production", client=bob)
assert state.granted == 1 and state.satisfied, state
decision = get_decision.sync("production", repository, project, client=alice)
assert decision.decision.allowed, decision
matrix = get_matrix.sync(client=alice, namespace=namespace)
assert matrix.items[0].cells[0].by == "alice", matrix
revoked = revoke_approvals.sync(
    identifier, "production", client=bob, body=RevokeRequest(reason="The story is over")
)
assert len(revoked.items) == 1, revoked
unknown = get_release.sync(repository, project, "no-such", client=alice)
assert isinstance(unknown, Problem) and unknown.reason == "ReleaseNotFound", unknown
print("told")
