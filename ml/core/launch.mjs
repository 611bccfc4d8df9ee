/**
 * Starts the TypeScript programs of this project. A program is bundled by esbuild when it first starts, and kept in the
 * installation's own `node_modules/.cache`, or in the user's cache folder where that cannot be written. Nothing of the
 * folder that a program works on is read: the rules of the compiler are those below, and every module is named by its
 * place in this installation.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { isBuiltin } from 'node:module';
import { uptime } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { userCacheFolder } from './user-cache.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What decides how a program is compiled, apart from its own files; the latter pins the compiler's version. */
const RULES = [fileURLToPath(import.meta.url), join(ROOT, 'package.json')];
/** Packages that start faster as a part of the bundle; all others may look for files next to their own. */
const BUNDLED = /^(commander|picocolors|yaml|zod)(\/|$)/;
/** The folder of an installed package, which its own version describes. */
const PACKAGE = /^.*[\\/]node_modules[\\/][^\\/]+/;
/** What a bundled package written as CommonJS loads from Node.js. */
const REQUIRE = `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`;
/** Compiled files that no program needs any more are kept so long for processes that still run. */
const KEEP_MS = 7 * 24 * 3600 * 1000;

/**
 * Imports a TypeScript program of this project.
 * @param {URL} program its main file.
 */
export async function launch(program) {
  if (process.argv.includes('--verbose')) process.setSourceMapsEnabled(true);
  const path = fs.realpathSync(fileURLToPath(program));
  await import((findCompiled(path) ?? (await compileAndKeep(path))).href);
}

/** Where compiled programs may lie; by writing there the folder is made. */
function* folders(writing) {
  yield join(ROOT, 'node_modules', '.cache', 'emotion-lens');
  const path = userCacheFolder(writing);
  if (path !== undefined) yield path;
}

/** The record of what was compiled; another installation has other records in the same folder. */
const recordOf = (program) => `${basename(program, '.ts')}-${digestOf([program]).slice(0, 16)}.json`;

/** The compiled program, if it was made of the files that are there now and is whole. */
function findCompiled(program) {
  for (const folder of folders(false)) {
    try {
      const path = join(folder, recordOf(program));
      const record = JSON.parse(fs.readFileSync(path, 'utf8'));
      const { main, sources, stamps, modules, packages, digest, time } = record;
      const names = Object.keys(modules);
      if (!names.every((name) => fs.statSync(join(folder, name)).size === modules[name])) continue;
      if (!packages.every((path) => fs.existsSync(path))) continue;
      const now = sources.map(stampOf);
      // A file that was written again may be the same, and after a crash of the system a module may have its size only.
      if (time < Date.now() - 1000 * uptime() || now.some((stamp, i) => stamp !== stamps[i])) {
        const paths = [...sources, ...names.map((name) => join(folder, name))];
        if (digest !== digestOf(paths.map((path) => fs.readFileSync(path)))) continue;
        renew(path, { ...record, stamps: now, time: Date.now() });
      }
      return pathToFileURL(join(folder, main));
    } catch {
      // Missing or damaged: it is compiled again.
    }
  }
  return undefined;
}

function renew(path, record) {
  try {
    write(path, JSON.stringify(record));
  } catch {
    // The next start compares the contents again.
  }
}

/** Differs after every write to a file: no program can set the time at which its entry was last changed. */
function stampOf(path) {
  const { size, ctimeMs } = fs.statSync(path);
  return `${size} ${ctimeMs}`;
}

function digestOf(contents) {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(`${content.length}:`).update(content);
  return hash.digest('hex');
}

async function compileAndKeep(program) {
  const compiled = await compile(program);
  const refused = [];
  for (const folder of folders(true)) {
    try {
      fs.mkdirSync(folder, { recursive: true });
      keep(folder, program, compiled);
      return pathToFileURL(join(folder, compiled.record.main));
    } catch (thrown) {
      refused.push(`${folder} (${thrown.code})`);
    }
  }
  process.stderr.write(
    `error: the compiled program cannot be written to ${refused.join(' or ')}; make one of these folders writable, ` +
      'or name another one as XDG_CACHE_HOME\n',
  );
  process.exit(1);
}

/** Bundles a program and all that it imports, what it imports later as files of their own. */
async function compile(program) {
  const { build, stop } = await import('esbuild');
  const read = new Map(RULES.map((path) => [path, readStamped(path)]));
  const packages = new Set();
  const outdir = join(ROOT, 'compiled');
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [program],
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    define: { 'import.meta': 'importMeta' },
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    outdir,
    entryNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    banner: { js: REQUIRE },
    write: false,
    sourcemap: 'linked',
    sourcesContent: false,
    sourceRoot: `${pathToFileURL(outdir)}/`,
    logLevel: 'silent',
    plugins: [{ name: 'emotion-lens', setup: (hooks) => addHooks(hooks, read, packages) }],
  });
  await stop();
  const files = outputFiles.map(({ path, contents }) => [basename(path), contents]);
  const modules = files.filter(([name]) => name.endsWith('.mjs'));
  return {
    files,
    record: {
      program,
      main: modules.map(([name]) => name).find((name) => name.startsWith(`${basename(program, '.ts')}-`)),
      digest: digestOf([...[...read.values()].map(({ bytes }) => bytes), ...modules.map(([, bytes]) => bytes)]),
      time: Date.now(),
      sources: [...read.keys()],
      stamps: [...read.values()].map(({ stamp }) => stamp),
      modules: Object.fromEntries(modules.map(([name, { length }]) => [name, length])),
      packages: [...packages],
    },
  };
}

/** The stamp first: what is written after it is not taken for what was read. */
const readStamped = (path) => ({ stamp: stampOf(path), bytes: fs.readFileSync(path) });

/** Names packages by their place, which the compiled files do not share, and tells each file where its source lies. */
function addHooks({ onResolve, onLoad }, read, packages) {
  onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
    if (kind === 'entry-point' || isBuiltin(path)) return undefined;
    let url;
    try {
      url = import.meta.resolve(path);
    } catch {
      // It is not installed, which matters only to a command that needs it.
      return { path, external: true };
    }
    const file = fileURLToPath(url);
    if (BUNDLED.test(path)) {
      const version = join(PACKAGE.exec(file)[0], 'package.json');
      read.set(version, readStamped(version));
      return { path: file };
    }
    packages.add(file);
    return { path: url, external: true };
  });
  onLoad({ filter: /\.(ts|js|json)$/ }, ({ path }) => {
    if (PACKAGE.test(path)) return undefined;
    const loader = extname(path).slice(1);
    const file = readStamped(path);
    read.set(path, file);
    // Of a namespace, the parts that nobody uses are left out.
    const text = file.bytes.toString().replace("import { z } from 'zod'", "import * as z from 'zod'");
    if (loader !== 'ts' || !text.includes('import.meta.')) return { contents: text, loader };
    const place = { url: pathToFileURL(path).href, filename: path, dirname: dirname(path) };
    return { contents: `const importMeta = ${JSON.stringify(place)}; ${text}`, loader };
  });
}

/** Writes what was compiled; the record comes last, so that what it names is whole. */
function keep(folder, program, { files, record }) {
  for (const [name, bytes] of files) write(join(folder, name), bytes);
  write(join(folder, recordOf(program)), JSON.stringify(record));
  removeUnused(folder);
}

function write(path, content) {
  // The name of a module tells its content, and another process may have it loaded.
  if (fs.existsSync(path) && fs.readFileSync(path).equals(Buffer.from(content))) return;
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    fs.writeFileSync(temporary, content, { flag: 'wx' });
    fs.renameSync(temporary, path);
  } catch (thrown) {
    fs.rmSync(temporary, { force: true });
    throw thrown;
  }
}

function removeUnused(folder) {
  const names = fs.readdirSync(folder);
  const used = new Set();
  for (const name of names.filter((name) => name.endsWith('.json'))) {
    try {
      const { program, modules } = JSON.parse(fs.readFileSync(join(folder, name), 'utf8'));
      if (fs.existsSync(program)) for (const file of [name, ...Object.keys(modules)]) used.add(file);
    } catch {
      // Damaged, so that it is of no use to anyone.
    }
  }
  const before = Date.now() - KEEP_MS;
  for (const name of names.filter((name) => !used.has(name))) {
    const path = join(folder, name);
    if ((fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? before) < before) fs.rmSync(path, { force: true });
  }
}
