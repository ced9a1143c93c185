import type { ErrorKind } from "./error-kind.ts";

/** What the Argo CD plugin is asked for. */
export const pluginErrors = {
  EnvironmentFileInvalid: {
    retry: "never",
    hint: "Correct env.yaml: one EnvironmentConfig of apiextensions.crossplane.io.",
  },
  ApplicationInvalid: {
    retry: "never",
    hint: "Correct the Application: its path must be the folder of one pointer file.",
  },
  PluginOverloaded: {
    retry: "backoff",
    hint: "Raise the plugin's --concurrency and its CPU, or lower Argo CD's status processors.",
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;
