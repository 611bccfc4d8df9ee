// A worker thread starts with JavaScript.
import { launch } from '../core/launch.mjs';

await launch(new URL('./replica.ts', import.meta.url));
