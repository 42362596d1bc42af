import type { VehicleDetail } from '../api/client';
import { Mark } from '../marks/Mark';
import { useTime } from '../shell/time';
import { type Diagram, diagramOf, type Part, type Tick } from './diagram';
import { useWidth } from './useWidth';
import './reason.css';

/** About how wide a letter of 12 and of 13 px is: a name that does not fit is shortened or left out. */
const letter = 6.4;

/** The reason of a vehicle's status as a drawing: last heard, due, deadline, and where now is. */
export function Reason({ vehicle }: { vehicle: VehicleDetail }) {
  const time = useTime();
  const [measured, width] = useWidth(0);
  const diagram = diagramOf(vehicle, time.now);
  const told = (tick: Tick) => time.moment(tick.iso ?? new Date(time.now).toISOString());
  return (
    <div ref={measured} className="reason-diagram">
      {width > 0 && (
        <>
          {diagram.parts.map((part) => (
            <span key={part.kind} className="reason-part" style={{ left: `${part.from}%` }}>
              {fitting(part, width)}
            </span>
          ))}
          <Track diagram={diagram} width={width} />
          {shown(diagram.ticks, width, told).map((tick) => (
            <span key={tick.name} {...placed(tick, width, told)}>
              <span className="reason-name">
                {tick.kind && <Mark kind={tick.kind} size={10} />} {tick.name}
              </span>{' '}
              <span className="num">{told(tick)}</span>
            </span>
          ))}
        </>
      )}
    </div>
  );
}

function fitting({ words, short, from, to }: Part, width: number): string {
  const room = ((to - from) / 100) * width - 4;
  return [words, short].find((each) => each.length * letter <= room) ?? '';
}

type Told = (tick: Tick) => string;

/** How wide a tick's name and time are, with what keeps them apart from the next. */
const roomOf = (tick: Tick, told: Told) => Math.max(told(tick).length * 7, tick.name.length * letter + 16) + 8;

/** All ticks but "due" where it would lie upon its neighbours. */
function shown(ticks: readonly Tick[], width: number, told: Told): Tick[] {
  const left = (tick: Tick) => Math.min((tick.at / 100) * width, width - roomOf(tick, told) + 8);
  return ticks.filter((tick, i) => {
    const [before, after] = [ticks[i - 1], ticks[i + 1]];
    if (tick.name !== 'due' || before === undefined || after === undefined) return true;
    return left(after) - left(tick) >= roomOf(tick, told) && left(tick) - left(before) >= roomOf(before, told);
  });
}

/** Where a tick stands: to the right of its moment, or at the right edge where there is no room. */
function placed(tick: Tick, width: number, told: Told) {
  const edge = (tick.at / 100) * width + roomOf(tick, told) - 8 > width;
  return {
    className: edge ? 'reason-tick reason-edge' : 'reason-tick',
    style: edge ? { right: 0 } : { left: `${tick.at}%` },
  };
}

/** The line itself. Where the timeout still runs its parts are filled as far as now. */
function Track({ diagram: { parts, ticks, now }, width }: { diagram: Diagram; width: number }) {
  const x = (percent: number) => (percent / 100) * width;
  const edge = x(Math.max(0, ...ticks.map(({ at }) => at)));
  return (
    <svg className="reason-track" width={width} height="34" aria-hidden="true">
      <rect className="reason-line" x="0" y="13" width={edge} height="2" />
      {parts.map(({ kind, from, to }) => {
        const until = now === undefined ? to : Math.min(to, now);
        if (until <= from) return null;
        const thick = kind === 'disconnected' ? 12 : 6;
        const box = { x: x(from), y: 14 - thick / 2, width: x(until) - x(from), height: thick };
        return kind === 'unobserved' ? (
          <Hatched key={kind} {...box} />
        ) : (
          <rect key={kind} className={`band-${kind}`} {...box} />
        );
      })}
      {ticks.map(({ name, at }) => (
        <rect key={name} className="reason-notch" x={Math.min(x(at), width - 1)} y="8" width="1" height="16" />
      ))}
      {now !== undefined && <path className="reason-now" d={`M${x(now) - 4} 2h8l-4 7z`} />}
    </svg>
  );
}

/** A time in which nothing could be received: strokes at 45°. */
function Hatched({ x, y, width, height }: { x: number; y: number; width: number; height: number }) {
  let strokes = '';
  for (let at = x; at + height <= x + width; at += 5) strokes += `M${at} ${y + height}l${height} ${-height}`;
  return <path className="reason-hatch" d={strokes} />;
}
