/** A repository of the size that teams have: services in CUE, on definitions that they share. */
export interface Monorepo {
  readonly files: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
}

const definitions = `package kube

#Labels: {[string]: string, app: string}

#Object: {
	apiVersion: string
	kind:       string
	metadata: {name: string, labels: #Labels}
	...
}

#Deployment: #Object & {
	apiVersion: "apps/v1"
	kind:       "Deployment"
	metadata: labels: app: *metadata.name | string
	spec: {
		replicas: *2 | int & >0 & <=50
		selector: matchLabels: app: metadata.labels.app
		template: {
			metadata: labels: selector.matchLabels
			spec: containers: [...#Container]
		}
	}
}

#Container: {
	name:  string
	image: string & =~"^[a-z0-9.:/-]+"
	env: [...{name: string, value: string}]
	resources: {
		requests: {cpu: *"100m" | string, memory: *"128Mi" | string}
		limits: memory: *requests.memory | string
	}
	ports: [...{name: string, containerPort: int & >0 & <65536}]
}

#Service: #Object & {
	apiVersion: "v1"
	kind:       "Service"
	metadata: labels: app: *metadata.name | string
	spec: {
		selector: app: metadata.labels.app
		ports: [...{name: string, port: int, targetPort: *name | int}]
	}
}

#ConfigMap: #Object & {
	apiVersion: "v1"
	kind:       "ConfigMap"
	metadata: labels: app: *metadata.name | string
	data: [string]: string
}
`;

/** @param objects of each service: a Deployment, a Service, and ConfigMaps for the rest */
export function monorepo({ services, objects }: { services: number; objects: number }): Monorepo {
  const names = Array.from({ length: services }, (_, index) => `service-${index}`);
  const files: Record<string, string> = {
    "cue.mod/module.cue": 'module: "company.com/monorepo@v0"\nlanguage: version: "v0.17.0"\n',
    "lib/kube/kube.cue": definitions,
  };
  for (const [index, name] of names.entries()) {
    files[`services/${name}/${name}.cue`] = service(name, index, objects);
  }
  return { files, folders: names.map((name) => `services/${name}`) };
}

function service(name: string, index: number, objects: number): string {
  const maps = Math.max(objects - 2, 0);
  return `package service

import (
	"list"

	"company.com/monorepo/lib/kube"
)

let settings = {LOG_LEVEL: "info", PORT: "${8000 + index}", NAME: "${name}"}

resources: deployment: kube.#Deployment & {
	metadata: name: "${name}"
	spec: {
		replicas: ${(index % 5) + 1}
		template: spec: containers: [{
			name:  "${name}"
			image: "registry.example.com/company/${name}:1.${index}"
			env: [for k, v in settings {name: k, value: v}]
			ports: [{name: "http", containerPort: ${8000 + index}}]
		}]
	}
}

resources: service: kube.#Service & {
	metadata: name: "${name}"
	spec: ports: [{name: "http", port: 80}]
}

for i in list.Range(0, ${maps}, 1) {
	resources: "config-\\(i)": kube.#ConfigMap & {
		metadata: name: "${name}-\\(i)"
		data: {
			INDEX: "\\(i)"
			for k, v in settings {"\\(k)": v}
		}
	}
}
`;
}
