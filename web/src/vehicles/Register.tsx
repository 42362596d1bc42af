import { IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useGone } from '../shell/live';
import { useMay } from '../shell/session';
import { useHash } from '../shell/useHash';

const RegisterDialog = lazy(async () => ({
  default: (await import('../vehicle/RegisterDialog')).RegisterDialog,
}));

/** The button that opens the dialog in which a vehicle is registered, for who may; `/vehicles#register` opens it too. */
export function Register({ shown = true }: { shown?: boolean }) {
  const [open, setOpen] = useState(false);
  const may = useMay('admin');
  const gone = useGone();
  useHash('register', may, () => setOpen(true));
  if (!may) return null;
  return (
    <>
      {shown && (
        <button
          type="button"
          className="button"
          aria-label="Register a vehicle"
          title={gone ? 'No contact with the server' : 'Register a vehicle'}
          disabled={gone}
          onClick={() => setOpen(true)}
        >
          <IconPlus size={16} stroke={1.75} /> <span className="word">Register</span>
        </button>
      )}
      {open && (
        <Suspense>
          <RegisterDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
