import type { InputSource } from '../../lens-studio/files/graph-shader.ts';
import { type PropertyValue, writeMaterial } from '../../lens-studio/files/material.ts';
import { writeGraphShader } from '../../lens-studio/files/write-graph-shader.ts';
import { entityFile } from '../assets.ts';
import { assetId, idOf } from '../ids.ts';
import { MATERIALS, type MaterialDescription, shaderOf } from './materials.ts';

/** Where the files of materials lie. */
export interface MaterialPlaces {
  readonly material: (name: string) => string;
  readonly graph: (name: string) => string;
  readonly screenTexture: string;
  /** What sprites show until a script sets a sheet. */
  readonly sheet: string;
}

/** The materials with their graphs, and the texture of the screen that post effects change, by path from the project's folder. */
export async function materialFiles(places: MaterialPlaces): Promise<[string, string][]> {
  const files = MATERIALS.map(
    async (description): Promise<[string, string][]> => [
      [places.graph(description.name), await graphFile(description)],
      [places.material(description.name), materialFile(description, places)],
    ],
  );
  return [...(await Promise.all(files)).flat(), [places.screenTexture, screenTexture(places.screenTexture)]];
}

/** Inputs of the code are named like the properties, with a capital first. */
async function graphFile(description: MaterialDescription): Promise<string> {
  const { name, kind, parameters } = description;
  const inputs = parameters.map(({ name: parameter }): [string, InputSource] => [
    `${parameter[0].toUpperCase()}${parameter.slice(1)}`,
    { parameter },
  ]);
  const code = await shaderOf(description);
  return writeGraphShader(parameters, { kind, title: name, code, inputs: new Map(inputs), output: 'Result' });
}

function materialFile({ name, blend, parameters }: MaterialDescription, places: MaterialPlaces): string {
  const textures = { screenTexture: places.screenTexture, baseTex: places.sheet };
  const properties = parameters.map((parameter): [string, PropertyValue] => [
    parameter.name,
    parameter.type === 'texture'
      ? { texture: assetId(textures[parameter.name as keyof typeof textures]) }
      : parameter.default,
  ]);
  const path = places.material(name);
  const ids = { asset: assetId(path), pass: idOf(`pass ${path}`) };
  return writeMaterial(ids, { graph: assetId(places.graph(name)), blend, properties: new Map(properties) });
}

/** What the cameras have drawn when a visual that uses it is drawn. */
function screenTexture(path: string): string {
  return entityFile(path, 'ScreenTexture', { UpdateFrequency: 'EveryPass' });
}
