import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Changes } from '../../../tools/preview/page/inspector/changes.ts';
import type { InspectorInput, LensProgram } from '../../../tools/simulator/program.ts';

const input = (name: string): InspectorInput => ({
  kind: 'input',
  name,
  label: name,
  hint: null,
  type: 'float',
  isArray: false,
  widget: null,
  showIf: null,
});

const PROGRAM: LensProgram = {
  name: 'Test',
  objects: [
    {
      id: 'object',
      name: 'Object',
      enabled: true,
      parent: null,
      layers: 1,
      position: [0, 0, 0],
      rotation: [0, 0, 0],
      scale: [1, 1, 1],
      components: [{ kind: 'script', id: 'use', enabled: true, script: 'script', inputs: { size: 1, speed: 2 } }],
    },
  ],
  scripts: [{ id: 'script', path: 'X.ts', className: 'X', inspector: [input('size'), input('speed')] }],
  assets: [],
  problems: [],
};

let stored: Map<string, string>;
beforeEach(() => {
  stored = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  });
  return () => vi.unstubAllGlobals();
});

const names = (changes: Changes) => changes.list().map(({ input, value }) => `${input.name} ${value}`);

describe('changed inputs', () => {
  it('are those that differ from the scene, and outlast a reload', () => {
    const changes = new Changes(PROGRAM);
    const [component] = changes.components;
    changes.set(component, 'size', 3);
    changes.set(component, 'speed', 4);
    changes.set(component, 'speed', 2);
    expect(names(changes)).toEqual(['size 3']);
    expect(names(new Changes(PROGRAM))).toEqual(['size 3']);
    expect(changes.overrides).toEqual({ use: { size: 3 } });
  });

  it('are saved as they were sent: what is changed meanwhile is still to be saved', () => {
    const changes = new Changes(PROGRAM);
    const [component] = changes.components;
    changes.set(component, 'size', 3);
    changes.set(component, 'speed', 4);
    const sent = changes.list();
    changes.set(component, 'size', 5);
    changes.markSaved(sent);
    expect(names(changes)).toEqual(['size 5']);
    expect(changes.original(component, 'size')).toBe(3);
    expect(changes.overrides).toEqual({ use: { size: 5, speed: 4 } });
    changes.resetAll();
    expect(changes.value(component, 'size')).toBe(3);
  });
});
