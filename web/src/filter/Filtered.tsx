import { useMediaQuery } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconX } from '@tabler/icons-react';
import { type ReactNode, useRef } from 'react';
import type { VehicleList } from '../api/client';
import { counted } from '../format/number';
import { cleared, type Filter, partsOf, totalOf } from './filter';
import { Rail } from './Rail';
import { Search } from './Search';
import type { Change } from './useFilter';
import './filter.css';

interface Props {
  filter: Filter;
  change: Change;
  numbers: VehicleList | undefined;
  /** The filter is of changes, not of vehicles. */
  changes?: boolean;
}

/** Whether there is no room for the rail beside the content: it is a sheet then. */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 1099px)', false, { getInitialValueInEffect: false });
}

/** A screen with the filter beside its content; where there is no room the content shows a [FilterButton] and the search. */
export function Filtered({ children, ...props }: Props & { children: ReactNode }) {
  const narrow = useNarrow();
  return (
    <div className="filtered">
      {!narrow && (
        <aside className="rail" aria-label="Filter">
          <Search filter={props.filter} change={props.change} />
          <Rail {...props} />
        </aside>
      )}
      {children}
    </div>
  );
}

/** Opens the filter as a sheet; nothing where the rail has room. */
export function FilterButton(props: Props) {
  const { filter, change, numbers, changes } = props;
  const sheet = useRef<HTMLDialogElement>(null);
  const parts = partsOf(filter);
  const total = numbers && totalOf(numbers).n;
  if (!useNarrow()) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => sheet.current?.showModal()}>
        <IconAdjustmentsHorizontal size={16} stroke={1.5} /> Filter{' '}
        {parts > 0 && <span className="badge">{parts}</span>}
      </button>
      <dialog ref={sheet} className="sheet" aria-label="Filter">
        <div className="sheet-body">
          <div className="sheet-head">
            <h2>Filter</h2>
            <button
              type="button"
              className="icon-button"
              aria-label="Close the filter"
              onClick={() => sheet.current?.close()}
            >
              <IconX size={18} stroke={1.5} />
            </button>
          </div>
          <Rail {...props} />
        </div>
        <div className="sheet-foot">
          <button type="button" className="button" onClick={() => change(cleared)}>
            Clear
          </button>
          <button type="button" className="button primary" onClick={() => sheet.current?.close()}>
            Show {changes ? 'changes' : total !== undefined && counted(total, 'vehicle')}
          </button>
        </div>
      </dialog>
    </>
  );
}

/** The search field on a line of its own; nothing where the rail has room. */
export function SearchLine({ filter, change }: Pick<Props, 'filter' | 'change'>) {
  if (!useNarrow()) return null;
  return (
    <div className="search-line">
      <Search filter={filter} change={change} />
    </div>
  );
}
