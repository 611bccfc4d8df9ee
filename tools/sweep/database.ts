import { mkdir } from 'node:fs/promises';
import pg from 'pg';
import { messageOf, UserError, withoutPasswords } from '../../ml/core/errors.ts';
import { fileError } from '../../ml/core/files.ts';

type Row = Record<string, unknown>;

/** A PostgreSQL database, on a server or inside of this process. It is what pg-boss calls a database too. */
export interface Database {
  /** The rows of a statement; text without values may have several statements, which succeed or fail together. */
  executeSql<R extends Row = Row>(text: string, values?: readonly unknown[]): Promise<{ rows: R[] }>;
  close(): Promise<void>;
}

/** Connections of one process; each trial needs one now and then. */
const MAX_CONNECTIONS = 4;
const CONNECT_MS = 10_000;

/**
 * Connects to a PostgreSQL server. What the URL leaves out is taken from the environment (`PGPASSWORD`, `PGHOST`, …) and
 * `~/.pgpass`; `?sslmode=verify-full&sslrootcert=ca.pem` encrypts the connection and checks the server.
 * @param url `postgres://user@host:5432/database`.
 * @throws UserError if it cannot be reached or refuses; the password is in no message.
 */
export async function openServer(url: string): Promise<Database> {
  const place = redacted(url);
  let pool: pg.Pool;
  try {
    pool = new pg.Pool({
      connectionString: url,
      max: MAX_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      application_name: 'emotion-lens',
    });
  } catch (thrown) {
    // Of the files that TLS options name.
    throw new UserError(`--queue ${place}: ${withoutPassword(messageOf(thrown), url)}`);
  }
  // A connection that breaks while it is idle; the next statement opens another one.
  pool.on('error', () => {});
  try {
    await pool.query('SELECT 1');
  } catch (thrown) {
    await pool.end().catch(() => {});
    throw connectionError(thrown, url);
  }
  return {
    executeSql: async <R extends Row>(text: string, values?: readonly unknown[]) => {
      const result: pg.QueryResult | pg.QueryResult[] = await pool.query(text, values as unknown[]);
      return { rows: (Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows) as R[] };
    },
    close: () => pool.end(),
  };
}

/**
 * Opens the PostgreSQL that comes with npm, PGlite, on a folder. Only one process at a time may have it open.
 * @throws UserError if the folder cannot be written or is no database.
 */
export async function openEmbedded(folder: string): Promise<Database> {
  await mkdir(folder, { recursive: true }).catch((thrown) => {
    throw fileError('write', folder, thrown);
  });
  const { PGlite } = await import('@electric-sql/pglite');
  const lite = await PGlite.create(folder).catch((thrown) => {
    throw new UserError(
      `cannot open the queue in ${folder}: ${messageOf(thrown)}; free some space, or delete the folder: finished trials are kept beside it`,
      { cause: thrown },
    );
  });
  return {
    executeSql: async <R extends Row>(text: string, values: readonly unknown[] = []) => {
      if (values.length > 0) return { rows: (await lite.query<R>(text, [...values])).rows };
      return { rows: ((await lite.exec(text)).at(-1)?.rows ?? []) as R[] };
    },
    close: () => lite.close(),
  };
}

/** A URL without its password, for messages; nothing of one that is not a URL. */
function redacted(url: string): string {
  return URL.canParse(url) ? withoutPasswords(url) : '(not a URL)';
}

/** @throws UserError unless this is the URL of a PostgreSQL server. */
export function checkQueueUrl(url: string): void {
  if (URL.canParse(url) && ['postgres:', 'postgresql:'].includes(new URL(url).protocol)) return;
  throw new UserError(`--queue ${redacted(url)}: expected a URL such as postgres://user@host:5432/database`);
}

function withoutPassword(message: string, url: string): string {
  const password = URL.canParse(url) ? new URL(url).password : '';
  if (password === '') return message;
  return message.replaceAll(password, '***').replaceAll(decodeURIComponent(password), '***');
}

/** Codes of a server that is away for now: it restarts, or the way to it is interrupted. */
const AWAY =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P0[123]|53300|08\w{3})$/;

/** Whether an operation failed only because the server is away; it may be done again later. */
export function isAway(thrown: unknown): boolean {
  const code = String((thrown as { code?: unknown })?.code ?? '');
  return (
    AWAY.test(code) ||
    /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|client was closed/i.test(
      messageOf(thrown),
    )
  );
}

function connectionError(thrown: unknown, url: string): UserError {
  const place = redacted(url);
  const code = (thrown as { code?: string })?.code;
  const because = (text: string) => new UserError(`--queue ${place}: ${text}`);
  if (code === '28P01' || code === '28000')
    return because('the server refuses this user or password; check both, or set PGPASSWORD');
  if (code === '3D000') return because('the server has no such database; create it with createdb');
  if (code === '53300') return because('the server has no free connection; raise its max_connections');
  if (isAway(thrown))
    return because(
      `the server cannot be reached (${code ?? 'no answer'}); check host, port and that PostgreSQL is running`,
    );
  return because(withoutPassword(messageOf(thrown), url));
}
