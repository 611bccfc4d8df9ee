import { assetUrls, problems, program, start } from 'virtual:lens';
import { messageOf } from '../../../ml/core/errors.ts';
import type { ScreenSize, SimulatedLens } from '../../simulator/lens.ts';
import { createActions } from './inspector/actions.ts';
import { Changes } from './inspector/changes.ts';
import { createInspector } from './inspector/inspector.ts';
import { FaceWatch } from './run/face-watch.ts';
import { LensRunner } from './run/lens-runner.ts';
import { Models } from './run/models.ts';
import { type OnStage, pageHost } from './run/page-host.ts';
import { createSounds } from './run/sounds.ts';
import { createSwitcher } from './sources/switcher.ts';
import { runFrames } from './stage/frame-loop.ts';
import { PictureTaker } from './stage/picture-taker.ts';
import { type ScreenChoice, screenFor } from './stage/screen.ts';
import { createStage } from './stage/stage.ts';
import { type Banners, createBanners } from './ui/banners.ts';
import { choices, element, toggle } from './ui/dom.ts';
import { FaceStatus } from './ui/face-status.ts';
import { createHappenings } from './ui/happenings.ts';
import { createHeader } from './ui/header.ts';
import { createMeters } from './ui/meters.ts';
import { createTiming } from './ui/timing.ts';

/** Milliseconds without a change after which the lens is started with the new inputs. */
const SETTLED = 120;
/** Milliseconds between two updates of figures and texts. */
const TEXT_INTERVAL = 120;

/** Builds the page and runs the lens in it. */
export function startApp(root: Element): void {
  const banners = createBanners();
  const changes = new Changes(program);
  const sounds = createSounds(assetUrls);
  const timing = createTiming();
  const stage = createStage(timing.root);
  const taker = new PictureTaker();
  const meters = createMeters();
  const happenings = createHappenings(program, problems);
  const status = new FaceStatus();

  let shown: OnStage | null = null;
  const watch = new FaceWatch((message) => {
    const again = () => {
      watch.restart();
      models.forget();
      void runner.restart(changes.overrides);
    };
    banners.show('faces', { title: 'Faces are not found', text: message, action: { label: 'Try again', run: again } });
  });
  const models = new Models(async (model) => {
    try {
      return await watch.loadModel(model);
    } catch (thrown) {
      if (!watch.failed)
        banners.show('model', { title: 'The model does not load', text: `${model.name}: ${messageOf(thrown)}` });
      throw thrown;
    }
  });
  const runner = new LensRunner(
    start,
    pageHost(() => shown, sounds),
    models,
  );

  let choice: ScreenChoice = 'phone';
  let mirrored = false;
  /** The same object as long as a still picture is shown in the same way. */
  let view = {};
  const changeView = () => {
    view = {};
    watch.reset();
  };
  const mirror = toggle('Mirror', false, (on) => {
    mirrored = on;
    changeView();
  });
  const switcher = createSwitcher(banners, (source) => {
    mirrored = source.mirrored ?? false;
    mirror.input.checked = mirrored;
    mirror.root.hidden = source.mirrored === null;
    changeView();
  });
  mirror.root.hidden = switcher.current.mirrored === null;
  const screens = choices<ScreenChoice>(
    'Screen',
    [
      { value: 'phone', label: 'Phone', title: 'Upright, 9:16' },
      { value: 'whole', label: 'Whole picture', title: 'As the picture is, from 9:16 to 4:3' },
    ],
    choice,
    (chosen) => {
      choice = chosen;
      changeView();
    },
  );

  let settling: ReturnType<typeof setTimeout> | undefined;
  changes.onChange(() => {
    clearTimeout(settling);
    settling = setTimeout(() => void runner.restart(changes.overrides), SETTLED);
  });

  const switches = [
    toggle('Sound', false, (on) => sounds.enable(on)),
    toggle(
      'Times',
      !timing.root.hidden,
      (on) => timing.root.toggleAttribute('hidden', !on),
      'Frames/s and milliseconds',
    ),
    ...debugSwitch(changes),
  ];
  root.append(
    element(
      'div',
      { class: 'app' },
      createHeader(switches.map((each) => each.root)),
      element(
        'aside',
        { class: 'side left', 'aria-label': 'Inputs' },
        createInspector(program, changes),
        createActions(changes),
      ),
      element(
        'main',
        { class: 'centre' },
        element('div', { class: 'bar-above' }, switcher.root, screens.root, mirror.root),
        banners.root,
        stage.root,
        switcher.controls,
      ),
      element('aside', { class: 'side right', 'aria-label': 'What happens' }, meters.root, happenings.root),
    ),
  );

  let size: ScreenSize = screenFor(choice, { width: 9, height: 16 });
  stage.resize(size, true);
  let texts = 0;
  void runner.restart(changes.overrides);
  tellProblems(banners, [...program.problems, ...problems, ...(runner.lens?.problems ?? [])]);
  runFrames({
    async look(now) {
      const source = switcher.current;
      const shot = source.shot(now);
      if (!shot) return null;
      size = screenFor(choice, shot);
      const taken = taker.take(shot, size, mirrored);
      const key = source.still ? view : null;
      return { taken, faces: taken.faces ?? (await watch.find(taken.pixels, { time: now, still: key })) };
    },
    show(seen: OnStage | null, dt) {
      if (!seen) return;
      shown = seen;
      const screen = { width: seen.taken.canvas.width, height: seen.taken.canvas.height };
      runner.frame(seen.faces, screen, dt);
      stage.resize(screen, choice === 'phone');
      stage.paint(seen, runner.lens?.visuals(screen) ?? []);
      if (performance.now() - texts < TEXT_INTERVAL) return;
      texts = performance.now();
      tell(runner.lens, seen);
    },
  });

  function tell(lens: SimulatedLens | null, { faces, taken }: OnStage): void {
    meters.update(lens);
    happenings.update(lens);
    timing.update();
    stage.say(status.describe(lens, faces, taken.faces !== null || watch.ready));
  }
}

function tellProblems(banners: Banners, all: readonly string[]): void {
  if (all.length === 0) return;
  const title =
    all.length === 1 ? 'A part of the project is not run' : `${all.length} parts of the project are not run`;
  banners.show('project', { title, text: all.length === 1 ? all[0] : `${all[0]}. The others stand in the log.` });
}

/** A switch for the overlay of the lens itself: the input `debug` of a script. */
function debugSwitch(changes: Changes) {
  const component = changes.components.find(({ script }) =>
    script.inspector.some((entry) => entry.kind === 'input' && entry.name === 'debug' && entry.type === 'bool'),
  );
  if (!component) return [];
  const made = toggle(
    "Lens's debug",
    changes.value(component, 'debug') === true,
    (on) => changes.set(component, 'debug', on),
    `The input Debug of ${component.script.className}`,
  );
  changes.onChange(() => {
    made.input.checked = changes.value(component, 'debug') === true;
  });
  return [made];
}
