// A worker thread starts with JavaScript.
import { launch } from '../../../ml/core/launch.mjs';

await launch(new URL('./script-thread.ts', import.meta.url));
