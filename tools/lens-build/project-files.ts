import { Decimal, fields } from '../lens-studio/yaml/value.ts';
import { write } from '../lens-studio/yaml/write.ts';
import { idOf } from './ids.ts';
import type { Studio } from './studio.ts';

/**
 * The project file of a lens for phones.
 * @param studio that it is written for. @param sceneId asset id of its scene. @param iconHash MD5 of `icon.png` next to the project file, in hexadecimal.
 */
export function esproj(studio: Studio, lensName: string, sceneId: string, iconHash: string): string {
  const { version, core, client, checkpoint, compatible, graphs } = studio;
  const anyVersion = () => fields({ major: 0, minor: 0, patch: 0, build: 0 });
  const documentId = idOf('document');
  return write(
    fields({
      studioVersion: fields({ ...version, type: 'Public' }),
      coreVersion: core,
      clientVersion: new Decimal(client),
      updateCheckpoint: checkpoint,
      sceneId,
      metaInfo: fields({
        hints: [],
        tags: [],
        lensName,
        lensDescriptors: [],
        ...(graphs && { lensApplicableContext: ['live_camera', 'reply_camera', 'video_chat'] }),
        lensApplicability: ['Front', 'Back'],
        lensClientCompatibilities: [...compatible],
        platformBundlesEnabled: false,
        iconHash,
        videoPreviewHash: '',
        fromTemplateName: 'Default',
        fromTemplateUrl: `Lens Studio ${Object.values(version).join('.')}`,
        activationCamera: 'Front',
        sourceMapEnabled: false,
        ...(graphs && { shaderCacheInvalidationEnabled: false }),
        usingMinClientVersions: false,
        androidMinClientVersion: anyVersion(),
        iOSMinClientVersion: anyVersion(),
        documentId,
        originalDocumentId: documentId,
        ...(graphs && { packageId: '', packageVersion: '', spkPrivilegeLevel: 'Generic', gluboEnabled: false }),
      }),
      ...(graphs && { targetPlatform: 'Snapchat' }),
    }),
  );
}

/**
 * The `.gitignore` of a project: the part between the two marks is as Lens Studio writes it into every project, and it
 * keeps that part up to date; what is ours stands below.
 */
export const GITIGNORE = `# Shipped by Lens Studio

# The lines below are automatically generated and updated by Lens Studio.
# Please do not modify them manually, as changes will be overwritten each time!
# If you want to make changes to this file, please put them either above or below this section.

Cache/**
PluginsUserPreferences/**
Support/**
BackUp/**
Workspaces/**
.vscode/
/jsconfig.json
/tsconfig.json
.DS_Store
*.lock

# Shipped by Lens Studio

# Ours checks the scripts without Lens Studio.
!/tsconfig.json
`;
