import { type ParseResult, parse } from '@babel/parser';
import type {
  ClassBody,
  ClassDeclaration,
  ClassProperty,
  Decorator,
  Expression,
  File,
  Statement,
  TSType,
} from '@babel/types';
import { UserError } from '../../../ml/core/errors.ts';
import { lensType, literalOf, overriddenDefault, overriddenType } from './input-type.ts';
import type { InspectorItem, LensType, Literal, Options, Script, ScriptInput } from './script.ts';

/**
 * Reads what the Inspector shows for a TypeScript component from its decorators.
 * @param path names the file in errors.
 * @throws UserError with the line if it is no TypeScript.
 */
export function readScript(text: string, path: string): Script {
  const { body } = parseText(text, path).program;
  const imports = body.flatMap((node) => ('source' in node && node.source ? [node.source.value] : []));
  const declared = body.map(declarationOf);
  const component = declared.find(
    (node): node is ClassDeclaration =>
      node?.type === 'ClassDeclaration' &&
      (node.decorators ?? []).some((decorator) => nameOf(decorator) === 'component'),
  );
  if (component === undefined) return { path, imports, component: null, items: [], inputs: [] };
  const items = new ComponentReader(text, ownNames(body)).read(component.body);
  const { superClass } = component;
  return {
    path,
    imports,
    component: {
      className: component.id?.name ?? '',
      baseClass: superClass?.type === 'Identifier' ? superClass.name : undefined,
    },
    items,
    inputs: items.filter((item): item is ScriptInput => item.kind === 'input'),
  };
}

function parseText(text: string, path: string): ParseResult<File> {
  try {
    return parse(text, { sourceType: 'module', plugins: ['typescript', 'decorators-legacy'] });
  } catch (thrown) {
    const { loc, message } = thrown as { loc?: { line: number }; message: string };
    throw new UserError(`${path}:${loc?.line ?? 1}: ${message.replace(/ \(\d+:\d+\)$/, '')}`);
  }
}

function declarationOf(node: Statement): Statement | null | undefined {
  return node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration'
    ? (node.declaration as Statement | null | undefined)
    : node;
}

/** Classes and types that the file imports or declares. */
function ownNames(body: readonly Statement[]): Set<string> {
  const names = new Set<string>();
  for (const statement of body) {
    if (statement.type === 'ImportDeclaration') for (const { local } of statement.specifiers) names.add(local.name);
    const declared = declarationOf(statement);
    if (declared?.type === 'ClassDeclaration' && declared.id) names.add(declared.id.name);
  }
  return names;
}

/** The words of a decorator: `ui.label` of `@ui.label('…')`. */
function nameOf({ expression }: Decorator): string {
  const callee = expression.type === 'CallExpression' ? expression.callee : expression;
  if (callee.type === 'Identifier') return callee.name;
  return callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.property.type === 'Identifier'
    ? `${callee.object.name}.${callee.property.name}`
    : '';
}

function argumentsOf({ expression }: Decorator): Expression[] {
  return expression.type === 'CallExpression' ? (expression.arguments as Expression[]) : [];
}

class ComponentReader {
  #assignable = 0;

  constructor(
    private readonly text: string,
    private readonly own: ReadonlySet<string>,
  ) {}

  read(body: ClassBody): InspectorItem[] {
    return body.body.flatMap((member) => {
      const decorators = 'decorators' in member ? (member.decorators ?? []) : [];
      const items: InspectorItem[] = [];
      for (const [at, decorator] of decorators.entries()) {
        const name = nameOf(decorator);
        const options = optionsOf(optionsBehind(decorators, at));
        if (name.startsWith('ui.')) items.push({ kind: 'decoration', options: decorationOptions(decorator, options) });
        if (name === 'input' && member.type === 'ClassProperty') items.push(this.#input(member, decorator, options));
      }
      return items;
    });
  }

  #input(
    { key, typeAnnotation, value: initial, decorators, optional }: ClassProperty,
    input: Decorator,
    options: Options,
  ): ScriptInput {
    const annotation = typeAnnotation?.type === 'TSTypeAnnotation' ? typeAnnotation.typeAnnotation : undefined;
    const [typeText, defaultText] = argumentsOf(input).map((argument) => literalOf(argument));
    const value = initial ? literalOf(initial) : undefined;
    return {
      kind: 'input',
      name: key.type === 'Identifier' ? key.name : '',
      type: typeof typeText === 'string' ? overriddenType(typeText) : this.#type(annotation, value),
      default: typeof defaultText === 'string' ? overriddenDefault(defaultText) : value,
      defaultText:
        typeof defaultText === 'string'
          ? JSON.stringify(defaultText)
          : lineText(value, initial ? this.text.slice(initial.start!, initial.end!) : ''),
      options,
      allowUndefined:
        optional === true ||
        mayBeUndefined(annotation) ||
        (decorators ?? []).some((decorator) => nameOf(decorator) === 'allowUndefined'),
      line: input.loc!.start.line,
    };
  }

  /** The declared type, or that of the default. */
  #type(annotation: TSType | undefined, value: Literal | undefined): LensType {
    const inferred = { number: 'float', string: 'string', boolean: 'bool' } as Record<string, string>;
    if (annotation === undefined && (typeof value) in inferred) return overriddenType(inferred[typeof value]);
    const type = lensType(annotation, this.own, this.#assignable);
    if (type.className !== undefined) this.#assignable++;
    return type;
  }
}

function mayBeUndefined(type: TSType | undefined): boolean {
  return type?.type === 'TSUnionType' && type.types.some(({ type }) => type === 'TSUndefinedKeyword');
}

/** How an input line writes a default: nothing for what is empty anyway, arrays in braces. */
function lineText(value: Literal | undefined, source: string): string | undefined {
  if (value === undefined || value === false || value === 0 || value === '') return undefined;
  if (typeof value === 'object') return `{${value.map((item) => JSON.stringify(item)).join(',')}}`;
  return typeof value === 'string' ? source : String(value);
}

/**
 * The decorators that say more about the input or decoration at `at`: those up to the next one, and before the first one
 * those that stand before it.
 */
function optionsBehind(decorators: readonly Decorator[], at: number): Decorator[] {
  const begins = decorators.flatMap((decorator, index) => (/^(ui\..*|input)$/.test(nameOf(decorator)) ? [index] : []));
  const next = begins.find((index) => index > at) ?? decorators.length;
  return decorators.slice(at === begins[0] ? 0 : at, next);
}

function decorationOptions(decorator: Decorator, further: Options): Options {
  const options = new Map([['widget', JSON.stringify(nameOf(decorator).slice('ui.'.length))]]);
  const [label] = argumentsOf(decorator);
  if (label) options.set('label', JSON.stringify(literalOf(label) ?? ''));
  return new Map([...options, ...further]);
}

/** Options in the order in which Lens Studio writes them. */
function optionsOf(decorators: readonly Decorator[]): Options {
  const given = (name: string) => {
    const decorator = decorators.find((decorator) => nameOf(decorator) === name);
    return decorator && argumentsOf(decorator);
  };
  const options = new Map<string, string>();
  for (const name of ['label', 'hint']) {
    const text = given(name);
    if (text) options.set(name, JSON.stringify(literalOf(text[0]) ?? ''));
  }
  for (const [key, value] of widgetOptions(given('widget')?.[0])) options.set(key, value);
  const [condition, value] = given('showIf') ?? [];
  if (condition) options.set('showIf', JSON.stringify(literalOf(condition) ?? ''));
  if (value) options.set('showIfValue', JSON.stringify(literalOf(value) ?? null));
  return options;
}

const NAMES: Record<string, string> = {
  SliderWidget: 'slider',
  SpinBoxWidget: 'spinbox',
  ColorWidget: 'color',
  TextAreaWidget: 'text_area',
  ComboBoxWidget: 'combobox',
};

/** What `@widget(new …Widget(…))` says, as JSON texts. */
function widgetOptions(widget: Expression | undefined): [string, string][] {
  const items: string[] = [];
  let node = widget;
  // Items may be added one by one: `new ComboBoxWidget().addItem(label, value).addItem(…)`.
  while (node?.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
    items.unshift(comboBoxItem(node.arguments as Expression[]));
    node = node.callee.object as Expression;
  }
  if (node?.type !== 'NewExpression' || node.callee.type !== 'Identifier') return [];
  const name = NAMES[node.callee.name];
  const given = node.arguments as Expression[];
  if (name === 'combobox') {
    const listed = given[0]?.type === 'ArrayExpression' ? given[0].elements : [];
    const values = listed.map((item) =>
      comboBoxItem(item?.type === 'NewExpression' ? (item.arguments as Expression[]) : []),
    );
    return [
      ['widget', '"combobox"'],
      ['values', `[${[...values, ...items].join(', ')}]`],
    ];
  }
  const bounds = ['min', 'max', 'step'].flatMap((bound, at): [string, string][] =>
    given[at] ? [[bound, JSON.stringify(literalOf(given[at]) ?? null)]] : [],
  );
  return name ? [['widget', JSON.stringify(name)], ...bounds] : [];
}

function comboBoxItem(given: readonly Expression[]): string {
  const [label, value = label] = given.map(literalOf);
  return `{"label":${JSON.stringify(label)}, "value":${JSON.stringify(value)}}`;
}
