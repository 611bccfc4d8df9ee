import { UserError } from '../../ml/core/errors.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { isKind } from '../lens-studio/analysis/kinds.ts';
import { type Asset, faultOf } from '../lens-studio/files/contents.ts';
import { lineOf } from '../lens-studio/files/entity.ts';
import { readGraphShader } from '../lens-studio/files/graph-shader.ts';
import { endingOf } from '../lens-studio/files/importers.ts';
import { readMaterial } from '../lens-studio/files/material.ts';
import type { Esproj } from '../lens-studio/files/project.ts';
import { refuseLongText } from '../lens-studio/files/stored-file.ts';
import { type Finding, finding } from './finding.ts';

/** The first version of Lens Studio whose shader graphs are text. */
const TEXT_GRAPHS_MINOR = 22;

/** Shader graphs that are text, and the textures of materials. What else a material links to is a matter of links. */
export async function checkMaterials(index: AssetIndex): Promise<Finding[]> {
  const graphs = index.assets.filter(({ path, file, pointer }) => isGraph(path) && file !== null && !pointer);
  const findings = index.assets.flatMap((asset) => textureFindings(asset, index));
  for (const graph of graphs) findings.push(...(await graphFindings(graph, index.esproj)));
  return findings;
}

function isGraph(path: string): boolean {
  return endingOf(path) === 'graphshader';
}

async function graphFindings({ path, file }: Asset, esproj: Esproj | null): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (esproj !== null && isOlder(esproj)) {
    const { major, minor, patch } = esproj.studioVersion;
    findings.push(
      finding(
        'graph-version',
        { file: path },
        `a text shader graph in a project of Lens Studio ${major}.${minor}.${patch}`,
      ),
    );
  }
  try {
    refuseLongText(file!);
    readGraphShader(new TextDecoder().decode(await file!.read()), path);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const { line, message } = faultOf(path, thrown.message);
    findings.push(finding('unreadable-graph', { file: path, line }, message.replace(/^: /, '')));
  }
  return findings;
}

function isOlder({ studioVersion: { major, minor } }: Esproj): boolean {
  return major === 5 && minor < TEXT_GRAPHS_MINOR;
}

/** A material names its textures by bare ids, which are no links to the reader of entities. */
function textureFindings({ path, entities }: Asset, { resolve, hasUnreadPackage, folder }: AssetIndex): Finding[] {
  if (entities?.[0]?.type !== 'Material') return [];
  try {
    return readMaterial(entities, path).flatMap(({ properties }, at) => {
      const pass = entities.filter(({ type }) => type === 'PassInfo')[at];
      return [...properties].flatMap(([name, value]) => {
        if (!('texture' in value)) return [];
        const place = { file: path, line: lineOf(pass, 'Properties', name, 'id') };
        const target = resolve(value.texture);
        if (target) {
          if (isKind(target.kind, 'Texture')) return [];
          return [finding('link-kind', place, `the property ${name} links to a ${target.kind}`, 'a Texture')];
        }
        if (hasUnreadPackage) return [];
        const what = `the property ${name} links to ${value.texture}, which does not exist`;
        return [finding(folder === null ? 'outside-link' : 'missing-texture', place, what)];
      });
    });
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const { line, message } = faultOf(path, thrown.message);
    return [finding('unreadable-file', { file: path, line }, message)];
  }
}
