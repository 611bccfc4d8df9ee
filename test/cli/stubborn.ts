/** A command that tells when a signal may come, and never ends by itself; see `interrupt.test.ts`. */
import { cancellable } from '../../ml/core/async.ts';
import { interrupted, interruptible } from '../../tools/cli/interrupt.ts';

const endless = () => new Promise<void>(() => setInterval(() => {}, 1000));
const say = (line: string) => process.stdout.write(`${line}\n`);
const reporter = { progress() {}, note: say };

switch (process.argv[2]) {
  case 'step':
    await interruptible(reporter, (signal) =>
      cancellable(signal, () => {
        say('begun');
        return endless();
      }),
    );
    break;
  case 'afterwards':
    await interruptible(reporter, async (signal) => {
      await cancellable(signal, async () => {});
      say('begun');
      for (;;);
    });
    break;
  case 'server': {
    setInterval(() => {}, 1000);
    const ended = interrupted();
    say('begun');
    await ended;
    await endless();
  }
}
