#!/usr/bin/env node
import { launch } from '../../ml/core/launch.mjs';

await launch(new URL('./main.ts', import.meta.url));
