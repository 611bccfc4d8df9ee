import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SHIPPED_LENS } from '../../../tools/lens-build/shipped.ts';
import type { Finding } from '../../../tools/lens-validate/finding.ts';
import { validateProject } from '../../../tools/lens-validate/validate.ts';

/** A copy of the shipped lens, which is valid, to put faults into. */
export class SeededProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'lens-'));

  constructor() {
    // Without tsconfig.json, which is found to be missing.
    for (const part of ['Assets', 'EmotionLens.esproj', 'icon.png'])
      cpSync(join(SHIPPED_LENS, part), join(this.folder, part), { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, content: string | Uint8Array): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  /** Copies a file of the shipped lens anew. */
  add(path: string, from: string): void {
    cpSync(from, join(this.folder, path), { recursive: true });
  }

  /** @throws Error if `from` does not stand there, so that no fault is seeded by mistake. */
  edit(path: string, from: string | RegExp, to: string): void {
    const text = this.read(path);
    const edited = text.replace(from, to);
    if (edited === text) throw new Error(`${path} has no ${from}`);
    this.write(path, edited);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** The first line that holds `marker`, from 1, behind the line `after`. */
  line(path: string, marker: string, after = 0): number {
    const at = this.read(path)
      .split('\n')
      .findIndex((line, index) => index >= after && line.includes(marker));
    if (at < 0) throw new Error(`${path} has no ${marker}`);
    return at + 1;
  }

  /** The id of an entity of the scene by its type and name. */
  idOf(type: string, name: string): string {
    const [, id] =
      this.read(SCENE).match(new RegExp(`- !<${type}/([^>]*)>\\n  PrefabRemaps:\\n    \\[\\]\\n  Name: ${name}\\n`)) ??
      [];
    if (id === undefined) throw new Error(`the scene has no ${type} ${name}`);
    return id;
  }

  /** What is found, but that there is no tsconfig.json. */
  async findings(publishing = false): Promise<Finding[]> {
    const { findings } = await validateProject(this.folder, undefined, publishing);
    return findings.filter(({ code }) => code !== 'not-type-checked');
  }

  delete(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export const SCENE = 'Assets/Scene.scene';
export const MODEL = 'Assets/EmotionDetector/emotion.int8.tflite';
export const TARGET = 'Assets/Render/Render Target.renderTarget';
export const CAMERA_TEXTURE = 'Assets/Render/Device Camera Texture.deviceCameraTexture';
export const HAPPY = 'Assets/Effects/HappyEffect.ts';
export const ESPROJ = 'EmotionLens.esproj';
