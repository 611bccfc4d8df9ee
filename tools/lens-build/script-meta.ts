import { defaultScriptInputs, inputLines, scriptInputsHidden } from '../lens-studio/scripts/metadata.ts';
import type { Script } from '../lens-studio/scripts/script.ts';
import { fields, NULL_ID, reference } from '../lens-studio/yaml/value.ts';
import { idOf } from './ids.ts';
import { assetMeta } from './meta.ts';

/** The `.meta` of a TypeScript file, with the inputs of its component. Lens Studio makes those anew when it compiles. */
export function scriptMeta(script: Script): string {
  const { path } = script;
  return assetMeta(path, {
    data: {
      type: 'TypeScriptAssetData',
      id: idOf(`script data ${path}`),
      fields: fields({
        SvgIcon: '',
        SetupScript: fields({ code: '' }),
        Description: '',
        VersionMajor: 0,
        VersionMinor: 0,
        VersionPatch: 0,
        ComponentUid: idOf(`script component ${path}`),
        ExportUid: NULL_ID,
        PackagePolicy: 'CanBeUnpacked',
        ScriptInputsHidden: scriptInputsHidden(script),
        ScriptTypesHidden: fields({}),
        ReadMe: reference(NULL_ID),
        DeclarationFile: reference(NULL_ID),
        Tags: [],
        Attachments: [],
        DefaultScriptInputs: [defaultScriptInputs(script)],
        ScriptTypes: [fields({})],
        InputLines: inputLines(script),
      }),
    },
  });
}
