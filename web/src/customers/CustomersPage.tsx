import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useRef, useState } from 'react';
import { address } from '../api/client';
import { stringifySearch } from '../filter/filter';
import { count, counted } from '../format/number';
import { SearchField } from '../parts/SearchField';
import { useKeys } from '../shell/keys';
import { useGone } from '../shell/live';
import { useMay } from '../shell/session';
import { useTime } from '../shell/time';
import { usePageTitle } from '../shell/title';
import { useHash } from '../shell/useHash';
import { Actions } from './Actions';
import { CustomerDialog } from './CustomerDialog';
import { CustomersFoot } from './CustomersFoot';
import { CustomerTable } from './CustomerTable';
import { type Customer, type CustomerSearch, usualOrder, validCustomerSearch } from './customer';
import { LegendLine } from './LegendLine';
import { NoCustomers, NotRead } from './NoCustomers';
import { SettingsDialog } from './SettingsDialog';
import { useRows, type Written } from './useRows';
import './customers.css';

/** What is open over the page. */
type Over = { kind: 'register' } | { kind: 'edit'; customer: Customer } | { kind: 'settings' } | undefined;

/** The list of customers, and what registers and edits them. */
export function CustomersPage() {
  const [search, change] = useCustomerSearch();
  const [written, setWritten] = useState<Written>({ shown: '', ordered: '' });
  const { rows, order, total, window, setWindow, moved, asOf } = useRows(search, written);
  const [over, setOver] = useState<Over>();
  const [picked, setPicked] = useState<string>(); // a customer, not a place: it stays current in another order
  const current = picked === undefined ? -1 : rows.findIndex(({ id }) => id === picked);
  const pick = useCallback((index: number) => setPicked(rows[index]?.id), [rows]);
  const edit = useCallback((customer: Customer) => setOver({ kind: 'edit', customer }), []);
  const register = useCallback(() => setOver({ kind: 'register' }), []);
  const [done, setDone] = useState('');
  const scroller = useRef<HTMLDivElement>(null);
  const page = useRef<HTMLElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const card = useMediaQuery('(max-width: 639px)', false, { getInitialValueInEffect: false });
  const may = useMay('admin');
  const gone = useGone();
  const time = useTime();
  const navigate = useNavigate();
  const queries = useQueryClient();
  usePageTitle('Customers');
  const csv = address(`/api/v1/customers${stringifySearch({ sort: usualOrder, ...search, format: 'csv' })}`);
  const apply = () => {
    setDone('');
    void order.refetch();
  };
  const step = (by: number) => () =>
    pick(Math.max(0, Math.min(rows.length - 1, (current < 0 ? window.first - 1 : current) + by)));
  const chosen = rows[current];
  useHash('register', may, register);
  useKeys('customers', {
    search: () => input.current?.focus(),
    next: step(1),
    previous: step(-1),
    open: chosen && (() => void navigate({ to: '/vehicles', search: { customer: [chosen.id] } })),
    edit: may && !gone && chosen ? () => edit(chosen) : undefined,
    register: may && !gone ? register : undefined,
    apply,
    // By the link itself: going to its address would leave the page where the service refuses.
    export: total && !gone ? () => page.current?.querySelector<HTMLElement>('a.export')?.click() : undefined,
    leave: () => {
      pick(-1);
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
  });
  const saw = (position: string, ordered: boolean, what: string) => {
    setOver(undefined);
    setDone(what);
    setWritten((was) => ({ shown: position, ordered: ordered ? position : was.ordered }));
    void queries.invalidateQueries({ queryKey: ['live'] });
  };
  const none = order.data !== undefined && !order.isPlaceholderData && rows.length === 0;
  return (
    <section ref={page} className="content customers" aria-label="Customers">
      <div className="title-line">
        <h1>{titled(total, search.q)}</h1>
        <SearchField
          input={input}
          value={search.q ?? ''}
          change={(q) => change({ q })}
          label="Search by name or address"
          placeholder="Name or address"
        />
        <Actions
          may={may}
          csv={total ? csv : undefined}
          onRegister={register}
          onSettings={() => setOver({ kind: 'settings' })}
        />
      </div>
      <LegendLine movedSince={moved ? time.moment(asOf) : undefined} apply={apply} done={done} />
      {order.error && order.data === undefined ? (
        <NotRead why={order.error.message} onAgain={() => void order.refetch()} />
      ) : none ? (
        <NoCustomers q={search.q} may={may} onRegister={register} onClear={() => change({ q: undefined })} />
      ) : (
        <CustomerTable
          rows={rows}
          total={total ?? rows.length}
          sort={search.sort ?? usualOrder}
          onSort={(sort) => change({ sort })}
          current={current}
          pick={pick}
          onWindow={setWindow}
          edit={may ? edit : undefined}
          scroller={scroller}
          card={card}
          gone={gone}
        />
      )}
      <CustomersFoot window={window} total={total} may={may} />
      {(over?.kind === 'register' || over?.kind === 'edit') && (
        <CustomerDialog
          customer={over.kind === 'edit' ? over.customer : undefined}
          onClose={() => setOver(undefined)}
          onWritten={({ id, name, position, isNew }) => {
            saw(position, isNew, isNew ? `${name} is registered.` : `${name} is saved.`);
            setPicked(id);
          }}
        />
      )}
      {over?.kind === 'settings' && (
        <SettingsDialog
          onClose={() => setOver(undefined)}
          onWritten={(position) => saw(position, false, 'The settings for all are saved.')}
        />
      )}
    </section>
  );
}

function titled(total: number | undefined, q: string | undefined): string {
  if (total === undefined) return 'Customers';
  if (q === undefined) return counted(total, 'customer');
  return `${count(total)} ${total === 1 ? 'customer matches' : 'customers match'}`;
}

/** The search of the address, and what changes parts of it there. */
function useCustomerSearch(): [CustomerSearch, (part: Record<string, string | undefined>) => void] {
  const search = validCustomerSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const change = useCallback(
    (part: Record<string, string | undefined>) => {
      void navigate({
        to: '/customers',
        search: (was: Record<string, unknown>) => validCustomerSearch({ ...was, ...part }),
        replace: 'q' in part, // Back undoes an order, not a letter
      });
    },
    [navigate],
  );
  return [search, change];
}
