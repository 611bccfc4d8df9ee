import {
  assetUrls,
  missing,
  program as project,
  problems as projectProblems,
  scripts,
  changes as serverChanges,
} from 'virtual:lens';
import { startLens } from 'virtual:run-lens';
import { messageOf } from '../../../ml/core/errors.ts';
import { element, toggle } from '../../web/page/dom.ts';
import { Resolution } from './draw/materials/resolution.ts';
import { createActions } from './inspector/actions.ts';
import { Changes, merged } from './inspector/changes.ts';
import { createDebugSwitch } from './inspector/debug-switch.ts';
import { createInspector } from './inspector/inspector.ts';
import { FaceWatch } from './run/face-watch.ts';
import { hostOfFiles, type OnStage, pageHost } from './run/host.ts';
import { LensRunner, type Start } from './run/lens-runner.ts';
import { prepareMaterials } from './run/materials.ts';
import { Models } from './run/models.ts';
import { kept } from './run/reload.ts';
import { createSounds } from './run/sounds.ts';
import { createViewBar } from './sources/view-bar.ts';
import { runFrames } from './stage/frame-loop.ts';
import { PictureTaker } from './stage/picture-taker.ts';
import { screenFor } from './stage/screen.ts';
import { createStage } from './stage/stage.ts';
import { type Banners, createBanners, createFailureWatch, sentence, watchServer } from './ui/banners.ts';
import { createHappenings } from './ui/happenings.ts';
import { createMeters, FaceStatus } from './ui/meters.ts';
import { createTiming } from './ui/timing.ts';

/** Milliseconds without a change after which the lens is started with the new inputs. */
const SETTLED = 120;
/** Milliseconds between two updates of figures and texts. */
const TEXT_INTERVAL = 120;

const TIMES = 'times';

/** A look at a picture, which need not be repeated while the picture is the same. */
interface Look {
  readonly view: object;
  /** Whether faces were looked for. */
  readonly ready: boolean;
  readonly moment: number | null;
  readonly seen: OnStage;
}

/** Builds the page and runs the lens in it. */
export function startApp(root: Element): void {
  const banners = createBanners();
  const timing = createTiming();
  const stage = createStage(timing.root, new Resolution(), () =>
    banners.show('materials', {
      title: 'Materials are no longer drawn',
      text: 'The browser has taken the graphics card away, maybe because a shader takes too long. Reload the page to try again.',
    }),
  );
  const prepared = prepareMaterials(project, stage.materials);
  const { program } = prepared;
  const problems = [...projectProblems, ...prepared.problems];
  const changes = new Changes(program);
  const sounds = createSounds(assetUrls);
  const meters = createMeters();
  const happenings = createHappenings(program, problems);
  const watch = createWatch(banners, () => {
    models.forget();
    restart();
  });
  const viewBar = createViewBar(banners, () => watch.reset());
  const models = createModels(banners, watch);
  let shown: OnStage | null = null;
  const host = pageHost(() => shown, sounds);
  const start: Start = (ownHost, overrides) => startLens(program, scripts, hostOfFiles(ownHost, missing), overrides);
  const runner = new LensRunner(start, host, models);

  let settling: ReturnType<typeof setTimeout> | undefined;
  const debug = createDebugSwitch(changes, () => restart());
  const restart = () => void runner.restart(merged(changes.overrides, debug.overrides));
  changes.onChange(() => {
    clearTimeout(settling);
    settling = setTimeout(restart, SETTLED);
  });

  const showTimes = (on: boolean) => {
    kept.set(TIMES, on);
    timing.show(on);
  };
  timing.show(kept.isOn(TIMES));
  const inputs = [createInspector(program, changes), createActions(changes)];
  root.append(
    element(
      'div',
      { class: 'app' },
      createHeader([
        toggle('Sound', false, (on) => sounds.enable(on)).root,
        toggle('Times', kept.isOn(TIMES), showTimes, 'Frames/s and milliseconds').root,
        ...debug.roots,
      ]),
      element('aside', { class: 'side left', 'aria-label': 'Inputs' }, ...inputs),
      element(
        'main',
        { id: 'stage', class: 'centre', tabindex: -1 },
        viewBar.root,
        banners.root,
        stage.root,
        viewBar.controls,
      ),
      element('aside', { class: 'side right', 'aria-label': 'What happens' }, meters.root, happenings.root),
    ),
  );

  restart();
  if (serverChanges !== null) watchServer(serverChanges, banners);
  const tellFailures = createFailureWatch(banners);
  tellProblems(banners, [...program.problems, ...problems, ...(runner.lens?.problems ?? [])]);
  const taker = new PictureTaker();
  const status = new FaceStatus();
  let reported = 0;
  let failed = '';
  let last: Look | null = null;
  void runFrames({
    async look(now) {
      const { view } = viewBar;
      const shot = view.source.shot(now);
      if (!shot) return null;
      const { ready } = watch;
      const same = last?.view === view && last.ready === ready && last.moment !== null && last.moment === shot.moment;
      if (same && last) return last.seen;
      const taken = taker.take(shot, screenFor(view.screen, shot), view.mirrored);
      const { still } = view.source;
      const faces = taken.faces ?? (await watch.find(taken.pixels, { time: now, still }));
      const seen = { taken, faces };
      last = { view, ready, moment: shot.moment, seen };
      return seen;
    },
    show(seen: OnStage | null, dt) {
      if (!seen) return;
      shown = seen;
      const { width, height } = seen.taken.canvas;
      runner.frame(seen.faces, { width, height }, dt);
      stage.resize({ width, height }, viewBar.view.screen === 'phone');
      stage.paint(seen, (screen) => runner.lens?.visuals(screen) ?? [], runner.lens?.time ?? 0);
      if (performance.now() - reported < TEXT_INTERVAL) return;
      reported = performance.now();
      meters.update(runner.lens, seen.faces);
      tellFailures(runner.lens);
      happenings.update(runner.lens);
      timing.update();
      const searched = seen.taken.faces !== null || watch.ready;
      stage.say(watch.failed ? '' : status.describe(runner.lens, seen.faces, searched));
    },
    fail(thrown) {
      const text = messageOf(thrown);
      // What fails does so with each picture; it is said once, so that it can be dismissed.
      if (text !== failed) banners.show('frame', { title: 'A frame could not be shown', text });
      failed = text;
    },
  });
}

/** @param onRestart is called when the user has restarted it after a failure. */
function createWatch(banners: Banners, onRestart: () => void): FaceWatch {
  const watch = new FaceWatch((text) => {
    const run = () => {
      watch.restart();
      onRestart();
    };
    banners.show('faces', { title: 'Faces are not found', text, action: { label: 'Try again', run } });
  });
  return watch;
}

function createModels(banners: Banners, watch: FaceWatch): Models {
  return new Models(async (model) => {
    try {
      return await watch.loadModel(model);
    } catch (thrown) {
      // If nothing runs in the worker, that has been said already.
      if (!watch.failed)
        banners.show('model', { title: 'The model does not load', text: `${model.name}: ${messageOf(thrown)}` });
      throw thrown;
    }
  });
}

function tellProblems(banners: Banners, [first, ...others]: readonly string[]): void {
  if (first === undefined) return;
  if (others.length === 0) banners.show('project', { title: 'A part of the project is not run', text: first });
  else
    banners.show('project', {
      title: `${others.length + 1} parts of the project are not run`,
      text: `${sentence(first)} See the log for the others.`,
    });
}

/** The top of the page. @param switches are shown at its right. */
function createHeader(switches: readonly HTMLElement[]): HTMLElement {
  return element(
    'header',
    { class: 'top' },
    element('a', { class: 'skip', href: '#stage' }, 'Skip to the picture'),
    element('h1', {}, `${project.name} `, element('span', {}, 'preview')),
    element('p', { class: 'private' }, 'Everything stays on this machine: no picture leaves this page.'),
    ...switches,
  );
}

/** The page of a project that cannot be run. It is reloaded with the next change of the project's files. */
export function failurePage(failure: string): HTMLElement {
  return element(
    'main',
    { class: 'failure', role: 'alert' },
    element('h1', {}, `${project.name} cannot be run`),
    element('pre', {}, failure),
    element('p', { class: 'dim' }, 'Fix it and save: this page follows the project and reloads by itself.'),
  );
}
