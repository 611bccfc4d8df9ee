// Decorators by which a component declares its inputs in the Inspector panel, and the widgets that edit them.

declare function component(target: new () => BaseScriptComponent): void;
declare function input(target: object, key: string): void;
declare function input(
  typeOverride?: string,
  defaultInitializerOverride?: string,
): (target: object, key: string) => void;
declare function hint(hint: string): (target: object, key: string) => void;
declare function label(label: string): (target: object, key: string) => void;
declare function showIf(showIf: string, showIfValue?: boolean | number | string): (target: object, key: string) => void;
declare function widget(uiWidget: UIWidget): (target: object, key: string) => void;
declare function allowUndefined(target: object, key: string): void;

declare namespace ui {
  function separator(target: object, key: string): void;
  function label(label: string): (target: object, key: string) => void;
  function group_start(label: string): (target: object, key: string) => void;
  function group_end(target: object, key: string): void;
}

declare abstract class UIWidget {
  abstract toString(): string;
}

declare class SliderWidget extends UIWidget {
  constructor(min: number, max: number, step?: number);
  toString(): string;
}

declare class ComboBoxItem {
  constructor(label: string, value?: string | number);
}

declare class ComboBoxWidget extends UIWidget {
  constructor(items?: ComboBoxItem[]);
  toString(): string;
}

declare class ColorWidget extends UIWidget {
  toString(): string;
}
