import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { API, type Diagnostic } from 'typescript/unstable/async';
import { withTimeout } from '../../ml/core/async.ts';

/** Where the compiler believes the project to lie. Nothing is there on the disk. */
const ROOT = '/project';
const CONFIG = `${ROOT}/tsconfig.json`;
/** Longer takes no project; a script may send the compiler round in circles. */
const TIMEOUT_MS = 60_000;

/** What the compiler is given: nothing else exists for it. */
export interface Sources {
  /** Paths from the project's folder, with `/`. */
  readonly paths: readonly string[];
  /** Null if the file is not there any more. */
  read(path: string): string | null;
}

/** Something that the compiler says of a file. */
export interface SourceDiagnostic {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/**
 * What the compiler says of sources. It sees a file system in memory that cannot be written and ends at the project's
 * folder, so that no reference in a stranger's script leads out of it.
 * @param config a `tsconfig.json`.
 * @param timeoutMs milliseconds after which it is given up.
 * @returns a text, if the compiler gave up, that says why.
 */
export async function compile(
  sources: Sources,
  config: object,
  timeoutMs = TIMEOUT_MS,
): Promise<SourceDiagnostic[] | string> {
  const tree = new Tree(sources, JSON.stringify(config));
  const api = new API({ cwd: ROOT, fs: tree });
  await api.parseConfigFile(CONFIG);
  const compiler = compilerOf(api);
  try {
    return await withCompilerTimeout(compiler, timeoutMs, async () => {
      const snapshot = await api.updateSnapshot({ openProjects: [CONFIG] });
      const program = snapshot.getProject(CONFIG)!.program;
      const found = [...(await program.getSyntacticDiagnostics()), ...(await program.getSemanticDiagnostics())];
      return found.flatMap((diagnostic) => tree.toSourceDiagnostic(diagnostic));
    });
  } finally {
    // The API would first ask the compiler, which may be busy for ever or gone, and wait for its answer.
    compiler.kill('SIGKILL');
  }
}

/** The process behind the API, which has no other way to stop it. */
function compilerOf(api: API): ChildProcess {
  return (api as unknown as { client: { process: ChildProcess } }).client.process;
}

function withCompilerTimeout<T>(
  compiler: ChildProcess,
  timeoutMs: number,
  work: () => Promise<T>,
): Promise<T | string> {
  const end = once(compiler, 'exit').then(() => 'the compiler crashed');
  return withTimeout(timeoutMs, Promise.race([end, work()]), () => {
    compiler.kill('SIGKILL');
    return `it takes longer than ${timeoutMs / 1000} s`;
  });
}

/** The sources as a file system. */
class Tree {
  readonly #sources: Sources;
  readonly #config: string;
  readonly #files: ReadonlySet<string>;
  readonly #starts = new Map<string, readonly number[]>();
  readonly #folders = new Map<string, { files: string[]; directories: string[] }>();

  constructor(sources: Sources, config: string) {
    this.#sources = sources;
    this.#config = config;
    this.#files = new Set(sources.paths);
    this.#folders.set(ROOT, { files: [], directories: [] });
    for (const path of sources.paths) this.#folder(dirname(`${ROOT}/${path}`)).files.push(nameOf(path));
  }

  #folder(path: string): { files: string[]; directories: string[] } {
    const known = this.#folders.get(path);
    if (known) return known;
    const made = { files: [], directories: [] };
    this.#folders.set(path, made);
    this.#folder(dirname(path)).directories.push(nameOf(path));
    return made;
  }

  readonly readFile = (path: string): string | null | undefined => {
    if (path === CONFIG) return this.#config;
    // Undefined stands for the file on the disk.
    if (isLibrary(path)) return undefined;
    const own = inProject(path);
    return own !== null && this.#files.has(own) ? this.#sources.read(own) : null;
  };

  readonly fileExists = (path: string): boolean => {
    const own = inProject(path);
    return path === CONFIG || isLibrary(path) || (own !== null && this.#files.has(own));
  };

  readonly directoryExists = (path: string): boolean => path === '/' || this.#folders.has(path);

  readonly getAccessibleEntries = (path: string): { files: string[]; directories: string[] } =>
    this.#folders.get(path) ?? { files: [], directories: [] };

  readonly realpath = (path: string): string => path;

  #lineStarts(path: string): readonly number[] {
    const known = this.#starts.get(path);
    if (known) return known;
    const starts = [0, ...[...(this.#sources.read(path) ?? '').matchAll(/\n/g)].map(({ index }) => index + 1)];
    this.#starts.set(path, starts);
    return starts;
  }

  /** None for what concerns no source. */
  toSourceDiagnostic({ fileName = '', pos, code, text, messageChain = [] }: Diagnostic): SourceDiagnostic[] {
    const path = inProject(fileName);
    if (path === null || !this.#files.has(path)) return [];
    const starts = this.#lineStarts(path);
    let line = 1;
    while (starts[line] <= pos) line++;
    return [{ path, line, message: [`TS${code}: ${text}`, ...reasons(messageChain)].join(' ') }];
  }
}

function* reasons(chain: readonly Diagnostic[]): Generator<string> {
  for (const { text, messageChain = [] } of chain) {
    yield text;
    yield* reasons(messageChain);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function inProject(path: string): string | null {
  return path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length + 1) : null;
}

/** The compiler's own declarations of the language lie in the package of its program. */
const LIBRARY = dirname(
  createRequire(createRequire(import.meta.url).resolve('typescript/package.json')).resolve(
    `@typescript/typescript-${process.platform}-${process.arch}/package.json`,
  ),
).replaceAll('\\', '/');

function isLibrary(path: string): boolean {
  return path.toLowerCase().startsWith(`${LIBRARY}/lib/`.toLowerCase()) && /\/lib(\.[\w.]+)?\.d\.ts$/.test(path);
}
