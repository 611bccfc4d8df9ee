import { describe, expect, it } from 'vitest';
import { foreignNames } from '../../tools/lens-studio/analysis/foreign-names.ts';

const found = (text: string) => foreignNames(text).map(({ name, line }) => `${name}:${line}`);

describe('foreign globals of a script', () => {
  it('a local variable of the same name hides only the uses in its scope', () => {
    const script =
      'function local(document: string) {\n  return document;\n}\nexport const title = () => document.title;\n';
    expect(found(script)).toEqual(['document:4']);
  });

  it.each([
    ['a function', 'export function f() {\n  setTimeout(f, 10);\n}', ['setTimeout:2']],
    ['only the first use', 'window.a();\nwindow.b();\nalert(window);', ['window:1', 'alert:3']],
    ['a default of a parameter', 'export function f(a = document) {}', ['document:1']],
    ['a shorthand property', 'export const a = { navigator };', ['navigator:1']],
    ['an argument of a decorator', '@component\nexport class A {\n  @hint(process) b = 1;\n}', ['process:3']],
    ['an expression with a type', 'export const b = <Buffer>window as Buffer;', ['window:1']],
    ['a variable after its block', 'if (1) {\n  let fetch = 1;\n  fetch++;\n}\nfetch();', ['fetch:5']],
    ['an error of the same name', 'try {\n} catch (alert) {\n  alert.stack;\n}\nalert();', ['alert:5']],
    ['a name declared in a namespace', 'namespace N {\n  export const process = 1;\n}\nprocess.exit();', ['process:4']],
  ])('finds %s', (_, text, names) => {
    expect(found(text)).toEqual(names);
  });

  it.each([
    ['properties', 'export const a = b.document?.window; export class C { fetch = 1; alert() {} }'],
    ['an import', 'import { fetch } from "./Net";\nimport * as process from "./Env";\nfetch(process);'],
    ['import = require', 'import process = require("./Env");\nprocess.a();'],
    ['a variable above its use', 'f();\nfunction f() {\n  process.a();\n}\nconst process = { a() {} };'],
    ['destructuring', 'export function f({ document: d, window = 1 }, [alert]) { return [d, window, alert]; }'],
    ['a parameter property', 'export class A {\n  constructor(private document = 1) {\n    document++;\n  }\n}'],
    ['a declared variable', 'declare const window: { a(): void };\nwindow.a();'],
    ['a declared function', 'alert();\ndeclare function alert(): void;'],
    ['a declared namespace', 'declare namespace process {\n  const a: number;\n}\nprocess.a;'],
    ['a declared global', 'declare global {\n  const document: { a: number };\n}\ndocument.a;\nexport {};'],
    ['an enumeration', 'enum process {\n  Buffer,\n}\nprocess.Buffer;'],
    ['a function expression of the name', '(function fetch() {\n  fetch();\n})();'],
    ['a label', 'window: for (;;) break window;'],
    ['types', 'let a: Buffer, b: typeof window;\ntype Buffer = 1;\ninterface I { [document: string]: Buffer }'],
    [
      'parameters in types',
      'type F = (document: number, window: string) => void;\ndeclare function f(alert: 1): void;',
    ],
    ['texts and comments', '// document\nexport const a = "window.fetch()";'],
  ])('takes %s for the script’s own', (_, text) => {
    expect(found(text)).toEqual([]);
  });

  it('an import declared again and a chain of thousands of calls give no names, and no error', () => {
    expect(found('import { fetch } from "./a";\nfunction fetch() {}\nfetch();')).toEqual([]);
    expect(found(`window${'.a()'.repeat(20_000)}`)).toEqual([]);
  });

  it('a long script is searched only where it holds such names, and not beyond a million characters', () => {
    const long = Array.from({ length: 40_000 }, (_, at) => `export const a${at} = [1, 2, 3];\n`).join('');
    expect(found(`${long}document.title;`)).toEqual(['document:40001']);
    expect(found(`window(${'1,'.repeat(500_000)});`)).toEqual([]);
  });
});
