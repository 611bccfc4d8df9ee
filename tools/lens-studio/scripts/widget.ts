import type { Expression } from '@babel/types';
import { literalOf } from './literal.ts';

const NAMES: Record<string, string> = {
  SliderWidget: 'slider',
  SpinBoxWidget: 'spinbox',
  ColorWidget: 'color',
  TextAreaWidget: 'text_area',
  ComboBoxWidget: 'combobox',
};

/** What `@widget(new …Widget(…))` says, as JSON texts. */
export function widgetOptions(widget: Expression | undefined): [string, string][] {
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
