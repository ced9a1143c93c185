import { vi } from "vitest";
import type { Connection } from "../connection.ts";
import { Informer } from "../informer.ts";
import type { InformerOptions } from "../informer-options.ts";
import type { KubeObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { ApiServerDouble } from "./api-server.ts";
import { connect } from "./connect.ts";
import { type LoggedLine, recordingLogger } from "./recording-logger.ts";

export interface Widget extends KubeObject {
  readonly size?: number;
}

const widgets: Resource = {
  group: "example.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};

export function widget(name: string, size = 1): Widget {
  const metadata = { name, namespace: "default" };
  return { apiVersion: "example.dev/v1", kind: "Widget", metadata, size };
}

const noJitter = () => 0;

/** An informer of widgets on a server that breaks on demand, and what it told. */
export class WatchedWidgets {
  server = new ApiServerDouble();
  readonly stop = new AbortController();
  readonly told: string[] = [];
  readonly lines: LoggedLine[] = [];
  #running: Promise<void> | undefined;
  #connection: Connection | undefined;

  start(options: Partial<InformerOptions<Widget>> = {}, url = this.server.url): Informer<Widget> {
    const { client, connection } = connect(url);
    this.#connection = connection;
    const log = recordingLogger(this.lines);
    const informer = new Informer({ client, resource: widgets, log, random: noJitter, ...options });
    informer.addHandler((type, object) => this.told.push(`${type} ${object.metadata.name}`));
    this.#running = informer.run(this.stop.signal);
    return informer;
  }

  put(object: Widget): unknown {
    return this.server.store.put("widgets", { ...object } as never);
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.#running;
    await this.server.stop();
    await this.#connection?.close();
  }
}

export function eventually(check: () => void): Promise<void> {
  return vi.waitFor(check, { timeout: 5_000, interval: 5 });
}
