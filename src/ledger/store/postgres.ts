import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { ForgeError, messageOf } from "../../api/index.ts";
import type { Logger } from "../../telemetry/index.ts";
import { postgresAppendOnly } from "./append-only.ts";
import type { Store } from "./store.ts";
import type { Tables } from "./tables.ts";

/** One for appending, some for readers; replicas times this must fit max_connections. */
const connections = 8;

/** Of forge's ledger alone: the key of the advisory lock under which the schema changes. */
const schemaLock = 0x666f7267;

/** bigint; sequences stay far below 2^53. */
const int8 = 20;

/** @throws ForgeError UsageInvalid when the URL is none; it connects with the first statement. */
export function openPostgres(
  url: string,
  timeoutMs: number,
  log: Pick<Logger, "warn">,
  statementMs = timeoutMs,
): Store {
  if (!/^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new ForgeError("UsageInvalid", "the ledger's URL is not postgres://<host>/<database>", {
      hint: "Write it as postgres://<user>:<password>@<host>:<port>/<database>.",
    });
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: timeoutMs,
    // The server's own limit comes first; the client's finds out about a server that is gone.
    statement_timeout: statementMs,
    lock_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    query_timeout: statementMs + 1_000,
    keepAlive: true,
    application_name: "forge-ledger",
    types: {
      getTypeParser: (id, format) =>
        id === int8 ? Number : pg.types.getTypeParser(id, format as "text"),
    },
  });
  const explain = (thrown: unknown) => explainWithout(secretsOf(url), thrown);
  // The next statement opens another one. A connection that is in use, but between two statements,
  // says so by itself; without a listener that would end the process.
  const lost = (error: Error) =>
    log.warn({ reason: explain(error).message }, "ledger lost a connection");
  pool.on("error", () => undefined);
  pool.on("connect", (client) => void client.on("error", lost));
  return {
    kind: "postgres",
    db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }),
    isShared: true,
    lockSchema: async (transaction) => {
      await sql`select pg_advisory_xact_lock(${sql.lit(schemaLock)})`.execute(transaction);
    },
    lockHead: (transaction) =>
      transaction.selectFrom("ledger_head").selectAll().forUpdate().executeTakeFirstOrThrow(),
    // It keeps statistics, and chooses well by them.
    filterOnly: <T>(column: string) => sql.ref<T>(column),
    textType: 'text collate "C"',
    appendOnly: postgresAppendOnly,
    explain,
  };
}

function secretsOf(url: string): string[] {
  const { password, searchParams } = new URL(url);
  const secrets = [password, decoded(password), searchParams.get("password") ?? ""];
  return secrets.filter((secret) => secret !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without its cause: what the driver throws may hold the settings of the connection. */
function explainWithout(secrets: readonly string[], thrown: unknown): Error {
  if (thrown instanceof ForgeError) return thrown;
  let message = messageOf(thrown);
  if (message === "" && thrown instanceof AggregateError)
    message = thrown.errors.map(messageOf).join("; ");
  for (const secret of secrets) message = message.replaceAll(secret, "***");
  return new ForgeError("LedgerUnavailable", `PostgreSQL: ${message}`);
}
