/** A value that stands in the source: what an input has until the Inspector changes it. */
export type Literal = number | string | boolean | readonly Literal[];

/** Something that the Inspector shows for a component, in the order of the source. */
export type InspectorItem = ScriptInput | Decoration;

/** A separator, a label, or the begin or end of a group. */
export interface Decoration {
  readonly kind: 'decoration';
  readonly options: Options;
}

/** What the decorators of an input or a decoration say, as JSON texts, in the order of the source. */
export type Options = ReadonlyMap<string, string>;

/** A field of a component that the Inspector edits. */
export interface ScriptInput {
  readonly kind: 'input';
  readonly name: string;
  readonly type: LensType;
  /** The value in the source; undefined where there is none, or one that is computed. */
  readonly default: Literal | undefined;
  /** How the source writes it. */
  readonly defaultText: string | undefined;
  readonly options: Options;
  /** Whether it may stay empty. */
  readonly allowUndefined: boolean;
  /** Where it stands in the source, from 1. */
  readonly line: number;
}

/** The type of an input in Lens Studio's words. */
export interface LensType {
  /** `float`, `vec4`, `SceneObject`, `Asset.Texture`, `Component.Text`, `AssignableType` for a component of the project, … */
  readonly name: string;
  readonly isArray: boolean;
  /** The TypeScript class of a component of the project. */
  readonly className: string | undefined;
}

/** What a TypeScript file of a lens declares. */
export interface Script {
  readonly path: string;
  /** What it imports or exports again, as it names it. */
  readonly imports: readonly string[];
  /** The class with `@component`; null for a file without. */
  readonly component: {
    readonly className: string;
    /** The class that it extends; inputs of another than `BaseScriptComponent` stand in that class's file. */
    readonly baseClass: string | undefined;
  } | null;
  readonly items: readonly InspectorItem[];
  /** Those of {@link items} that are inputs. */
  readonly inputs: readonly ScriptInput[];
}
