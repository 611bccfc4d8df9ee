// Worker threads do not inherit the TypeScript loader, so each registers it for itself.
import { register } from 'tsx/esm/api';

register();
await import('./script-thread.ts');
