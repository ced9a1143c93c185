/**
 * Who it was: fields that name a person are stamped with the authenticated user by mutating
 * policies, where the API server has them, and checked by validating ones everywhere. So nobody
 * acts in another's name, and what a mutating policy does not do, a person writes themselves.
 */
import { holds, isCreate, sentence, sets, user } from "./cel.ts";
import {
  mutatingPolicy,
  type Operation,
  type Validation,
  type Variable,
  validatingPolicy,
} from "./policy.ts";

interface Stamp {
  /** Path below spec, such as lock.by. */
  readonly field: string;
  /** CEL: the requests that say who it was. */
  readonly when: string;
}

interface Stamps {
  readonly resource: string;
  readonly operations: readonly Operation[];
  readonly stamps: readonly Stamp[];
}

const added = (field: string) => `has(object.spec.${field}) && ${sets(field)}`;

const stamped: readonly Stamps[] = [
  {
    resource: "releases",
    operations: ["CREATE"],
    stamps: [{ field: "trigger.actor", when: isCreate }],
  },
  {
    resource: "environments",
    operations: ["CREATE", "UPDATE"],
    stamps: [{ field: "lock.by", when: added("lock") }],
  },
  {
    resource: "releaseapprovals",
    operations: ["CREATE", "UPDATE"],
    stamps: [
      { field: "approver", when: isCreate },
      { field: "revoked.by", when: added("revoked") },
    ],
  },
  {
    resource: "releasepointers",
    operations: ["CREATE", "UPDATE"],
    stamps: [
      { field: "hold.by", when: added("hold") },
      { field: "lock.by", when: added("lock") },
    ],
  },
];

/**
 * Who asks for a release is said anew with each release: a request that was left from before is
 * nobody's for this one, and whatever it said becomes a plain Deploy.
 */
const requestVariables: readonly Variable[] = [
  {
    name: "asks",
    expression: `${sets("request")} || object.spec.release != oldObject.spec.release`,
  },
  {
    name: "stale",
    expression: `!${sets("request")} && object.spec.release != oldObject.spec.release`,
  },
];

/**
 * A merge patch leaves what it does not name: of an automatic request, that it was one, and forge's
 * reason. Whoever asks for something else now does not mean that.
 */
const inherited: Variable = {
  name: "inherited",
  expression: [
    "request.operation == 'UPDATE' && variables.asks && !variables.stale",
    "object.spec.?request.?automatic.orValue(false)",
    "oldObject.spec.?request.?automatic.orValue(false)",
    `oldObject.spec.?request.?by.orValue('') != ${user}`,
  ].join(" && "),
};

const inheritedMutation = `!variables.inherited ? [] : [JSONPatch{op: 'remove', path: '/spec/request/automatic'}] + (
  has(object.spec.request.reason) && object.spec.request.reason == oldObject.spec.request.?reason.orValue('')
    ? [JSONPatch{op: 'remove', path: '/spec/request/reason'}] : []
)`;

/** An id names one request: who asks for something else without an id of its own has none. */
const idMutation = `request.operation != 'UPDATE' || !variables.asks || variables.stale ? [] : (
  has(object.spec.request) && has(object.spec.request.id) && object.spec.request.id == oldObject.spec.?request.?id.orValue('')
    ? [JSONPatch{op: 'remove', path: '/spec/request/id'}] : []
)`;

const requestMutation = `!variables.asks ? [] : [
  has(object.spec.request) && !variables.stale
    ? JSONPatch{op: 'add', path: '/spec/request/by', value: ${user}}
    : JSONPatch{op: 'add', path: '/spec/request', value: Object.spec.request{type: 'Deploy', by: ${user}}}
]`;

const requestValidations: readonly Validation[] = [
  mustNameUser({ field: "request.by", when: "variables.asks" }),
  {
    expression: "!variables.stale || object.spec.request.type == 'Deploy'",
    messageExpression: sentence(
      "spec.request was left from the release before: say anew what is asked for, as a plain Deploy or with another reason than ",
      { cel: "object.spec.request.?reason.orValue('none')" },
    ),
  },
  {
    expression: `!variables.asks || !object.spec.?request.?automatic.orValue(false) || ${holds("record", "releasedeployments")}`,
    messageExpression: sentence(
      'spec.request.automatic is set by forge alone, and user "',
      { cel: user },
      '" is not forge: remove it',
    ),
  },
];

const isPointers = ({ resource }: Stamps) => resource === "releasepointers";

export const stampingPolicies: object[] = stamped.flatMap((kind) => {
  const { resource, operations, stamps } = kind;
  const mutations = stamps.map(
    ({ field, when }) =>
      `${when} ? [JSONPatch{op: 'add', path: '/spec/${field.replace(".", "/")}', value: ${user}}] : []`,
  );
  return mutatingPolicy(
    { name: `stamp-${resource}.forge.dev`, resource, operations },
    isPointers(kind) ? [...requestVariables, inherited] : [],
    isPointers(kind) ? [...mutations, inheritedMutation, idMutation, requestMutation] : mutations,
  );
});

export const identityPolicies: object[] = stamped.flatMap((kind) => {
  const { resource, operations, stamps } = kind;
  const validations = stamps.map(mustNameUser);
  return validatingPolicy(
    { name: `identity-${resource}.forge.dev`, resource, operations },
    isPointers(kind) ? requestVariables : [],
    isPointers(kind) ? [...validations, ...requestValidations] : validations,
  );
});

function mustNameUser({ field, when }: Stamp): Validation {
  const value = `object.spec.?${field.replace(".", ".?")}.orValue('')`;
  return {
    expression: `!(${when}) || ${value} == ${user}`,
    messageExpression: sentence(
      `spec.${field} names "`,
      { cel: value },
      '", but the request is of user "',
      { cel: user },
      `": nobody acts in another's name; set it to "`,
      { cel: user },
      '"',
    ),
  };
}
