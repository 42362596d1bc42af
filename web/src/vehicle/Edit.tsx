import { lazy, Suspense, useState } from 'react';
import type { VehicleDetail } from '../api/client';
import { useGone } from '../shell/live';
import { useMay } from '../shell/session';

const EditDialog = lazy(async () => ({ default: (await import('./EditDialog')).EditDialog }));

/** The button that opens the dialog in which a vehicle is changed; for who may. */
export function Edit({ vehicle }: { vehicle: VehicleDetail }) {
  const [open, setOpen] = useState(false);
  const gone = useGone();
  if (!useMay('admin')) return null;
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={gone}
        title={gone ? 'No contact with the server' : undefined}
        onClick={() => setOpen(true)}
      >
        Edit
      </button>
      {open && (
        <Suspense>
          <EditDialog vehicle={vehicle} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
